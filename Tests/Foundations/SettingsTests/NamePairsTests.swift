import Files
import Foundation
import Settings
import Testing
import TestSupport
import Text

@Suite struct NamePairsTests {
    @Test("names are read in the order of the file, as text, from YAML and from JSON")
    func reads() throws {
        let yaml = try NamePairs(
            yaml: "NO: yes\n1: \"null\" # one\nSTYLE & BEAUTY: Style\n", name: "m", kind: "label map")
        #expect(yaml.pairs.map(\.old) == ["NO", "1", "STYLE & BEAUTY"])
        #expect(yaml.pairs.map(\.new) == ["yes", "null", "Style"])
        let json = try NamePairs(yaml: #"{"b": "x", "a": "é"}"#, name: "m", kind: "label map")
        #expect(json.pairs.map(\.old) == ["b", "a"] && json.pairs.map(\.new) == ["x", "é"])
    }

    @Test(
        "what is no flat mapping is refused",
        arguments: [
            ("", "m.yaml: the label map is empty, expected lines of `OLD NAME: NEW NAME`"),
            ("# nothing\n", "m.yaml: the label map is empty, expected lines of `OLD NAME: NEW NAME`"),
            ("- a\n- b", "m.yaml: the label map is a list of 2, expected lines of `OLD NAME: NEW NAME`"),
            ("a: b\na: c", "not valid YAML at m.yaml:1: `a` is there twice in one mapping; remove one of them"),
            ("a: b\nb:", "`b` at m.yaml:2 is null; expected the new name of `b`"),
            ("a: b\nb: [c, d]", "`b` at m.yaml:2 is a list of 2; expected the new name of `b`"),
            ("a: {b: c}", "`a` at m.yaml:1 is a mapping of 1 key; expected the new name of `a`"),
        ])
    func refusals(yaml: String, sentence: String) throws {
        try withTemporaryFolder { folder in
            let path = folder + "/m.yaml"
            try Data(yaml.utf8).write(to: URL(fileURLWithPath: path))
            let error = try #require(throws: SettingsError.self) { try NamePairs(contentsOf: path, kind: "label map") }
            #expect(error.description.replacingOccurrences(of: path, with: "m.yaml") == sentence)
            #expect(error.category == .invalidInput)
        }
    }

    @Test("a file that is not there, a folder and bytes that are no text are refused with their path")
    func unreadable() throws {
        try withTemporaryFolder { folder in
            let path = folder + "/m.yaml"
            #expect(throws: FileError.self) { try NamePairs(contentsOf: path, kind: "label map") }
            #expect(throws: FileError.self) { try NamePairs(contentsOf: folder, kind: "label map") }
            try Data([0x61, 0x3A, 0xFF]).write(to: URL(fileURLWithPath: path))
            let error = try #require(throws: FileError.self) { try NamePairs(contentsOf: path, kind: "label map") }
            #expect(error.description == "\(path): is not UTF-8 text; expected a label map in YAML or JSON")
        }
    }

    @Test("the shipped map names HuffPost's 42 categories and merges them to 20 topics")
    func huffPostTopics() throws {
        let path = repositoryRoot.appendingPathComponent("configs/label-maps/huffpost-topics.yaml").path
        let pairs = try NamePairs(contentsOf: path, kind: "label map").pairs
        #expect(Set(pairs.map(\.old)).count == 42)
        #expect(Set(pairs.map(\.new)).count == 20)
        #expect(Set(pairs.map(\.old)).isDisjoint(with: pairs.map(\.new)))
        struct Row: Decodable { let category: String }
        guard let file = sharedFile("data/huffpost/validation.jsonl", for: "the categories of HuffPost") else { return }
        let lines = try Data(contentsOf: file).split(separator: UInt8(ascii: "\n"))
        let categories = try Set(lines.map { try JSONDecoder().decode(Row.self, from: Data($0)).category })
        #expect(categories == Set(pairs.map(\.old)))
    }
}
