import Files
import Foundation
import JSON
import Testing
import TestSupport
import Tokenization

/// Identity with Hugging Face `tokenizers`, id for id.
@Suite struct WordPieceReferenceTests {
    @Test("Texts that are easy to get wrong have the ids of the reference and decode to its texts")
    func examples() throws {
        let vocabularies = [
            ("uncased", try uncasedTokenizer()), ("cased", try casedTokenizer()),
            ("minilm", try miniLMTokenizer(for: "MiniLM's ids of the examples")),
        ]
        let examples = try reference("wordpiece/examples.json").array ?? []
        #expect(examples.count >= 30)
        for example in examples {
            let text = try #require(example["text"]?.string)
            for (name, tokenizer) in vocabularies {
                guard let tokenizer, let expected = example[name]?["ids"]?.array else { continue }
                let ids = tokenizer.encode(text)
                #expect(ids.map { JSONValue.integer(Int($0)) } == expected, "\(name): \(text.debugDescription)")
                let decoded = try #require(example[name]?["decoded"]?.string)
                #expect(sameBytes(tokenizer.decode(ids), decoded), "\(name): \(text.debugDescription)")
            }
        }
    }

    private func groups(_ name: String) throws -> [String] {
        let document = try reference("wordpiece/unicode.json")
        #expect(document["seed"]?.integer == Int(UnicodeStrings.seed))
        let groups = (document[name]?.array ?? []).compactMap(\.string)
        try #require(groups.count == 100)
        return groups
    }

    @Test("100,000 Unicode strings have the ids of the reference", arguments: ["uncased", "cased", "minilm"])
    func unicode(name: String) throws {
        let tokenizer =
            switch name {
            case "uncased": try uncasedTokenizer()
            case "cased": try casedTokenizer()
            default: try miniLMTokenizer(for: "100,000 strings under MiniLM's vocabulary")
            }
        guard let tokenizer else { return }
        let strings = try UnicodeStrings()
        for (group, expected) in try groups("ids-" + name).enumerated() {
            var digest = DigestOfIDs()
            for index in group * 1_000..<(group + 1) * 1_000 { digest.add(tokenizer.encode(strings.string(index))) }
            #expect(digest.hexadecimal() == expected, "\(name): ids of strings \(group * 1_000) and on")
        }
    }

    /// The names that make_wordpiece.py has for normalizations.
    private static let normalizations: [(name: String, WordPieceNormalization)] = [
        ("uncased", WordPieceNormalization(lowercases: true)), ("cased", WordPieceNormalization(lowercases: false)),
        ("accented", WordPieceNormalization(lowercases: true, stripsAccents: false)),
        ("stripped", WordPieceNormalization(lowercases: false, stripsAccents: true)),
        ("unspaced", WordPieceNormalization(lowercases: true, spacesCJKIdeographs: false)),
    ]

    /// SHA-256 of the words of texts as the reference takes it.
    private struct DigestOfWords {
        private var bytes: [UInt8] = []

        mutating func add(_ words: [String]) {
            for word in words { bytes += Array(word.utf8) + [0xFF] }
            bytes.append(0xFE)
        }

        func hexadecimal() -> String { SHA256Digest.of(bytes).hexadecimal }
    }

    @Test("100,000 Unicode strings are cut into the words of the reference under every normalization")
    func words() throws {
        let kinds = try Self.normalizations.map { name, normalization in
            (name, try tinyTokenizer(normalization), try groups("words-" + name))
        }
        let strings = try UnicodeStrings()
        for group in 0..<100 {
            let texts = (group * 1_000..<(group + 1) * 1_000).map { strings.string($0) }
            for (name, tokenizer, digests) in kinds {
                var digest = DigestOfWords()
                for text in texts { digest.add(tokenizer.words(of: text)) }
                #expect(digest.hexadecimal() == digests[group], "\(name): words of strings \(group * 1_000) and on")
            }
        }
    }

    @Test(
        "Every scalar between two letters, and strings of the tricky ones, make the words of the reference",
        arguments: normalizations)
    func scalars(name: String, normalization: WordPieceNormalization) throws {
        let tokenizer = try tinyTokenizer(normalization)
        let document = try reference("wordpiece/scalars.json")
        let digests = (document[name]?.array ?? []).compactMap(\.string)
        try #require(digests.count == 18)
        for (plane, expected) in digests.dropLast().enumerated() {
            var digest = DigestOfWords()
            for value in UInt32(plane) << 16..<UInt32(plane + 1) << 16 {
                guard let scalar = Unicode.Scalar(value) else { continue }
                digest.add(tokenizer.words(of: "x\(scalar)Y"))
            }
            #expect(digest.hexadecimal() == expected, "\(name): plane \(plane)")
        }
        let tricky = (document["tricky"]?.array ?? []).compactMap { $0.string.flatMap { UInt32($0, radix: 16) } }
        let scalars = tricky.compactMap(Unicode.Scalar.init)
        #expect(scalars.count >= 100)
        var random = SplitMix64(UnicodeStrings.seed + 3)
        var digest = DigestOfWords()
        for _ in 0..<20_000 {
            var text = ""
            for _ in 0..<(1 + random.below(10)) { text.unicodeScalars.append(scalars[random.below(scalars.count)]) }
            digest.add(tokenizer.words(of: text))
        }
        #expect(digest.hexadecimal() == digests.last, "\(name): strings of tricky scalars")
    }

    @Test("All headlines beside the checkout have the ids of the reference")
    func headlines() throws {
        guard let tokenizer = try miniLMTokenizer(for: "MiniLM's ids of real headlines") else { return }
        let files = try reference("wordpiece/headlines.json").object ?? []
        #expect(files.count == 6)
        for (path, expected) in files {
            guard let file = sharedFile("data/\(path)", for: "MiniLM's ids of its headlines") else { continue }
            var digest = DigestOfIDs()
            var count = 0
            for line in try Data(contentsOf: file).split(separator: UInt8(ascii: "\n")) {
                digest.add(tokenizer.encode(try #require(try JSONValue(parsing: line)["headline"]?.string)))
                count += 1
            }
            #expect(count == expected["headlines"]?.integer)
            #expect(digest.hexadecimal() == expected["sha256"]?.string, "\(path)")
        }
    }

    @Test("Random ids decode as the reference does")
    func decoding() throws {
        let vocabularies = [
            ("uncased", try uncasedTokenizer()), ("cased", try casedTokenizer()),
            ("minilm", try miniLMTokenizer(for: "what ids decode to under MiniLM's vocabulary")),
        ]
        for (name, tokenizer) in vocabularies {
            guard let tokenizer else { continue }
            var random = SplitMix64(UnicodeStrings.seed + 2)
            var digest = DigestOfTexts()
            for _ in 0..<5_000 {
                let ids = (0..<(1 + random.below(12))).map { _ in
                    Int32(random.below(2) == 0 ? random.below(200) : random.below(tokenizer.vocabularySize))
                }
                digest.add(tokenizer.decode(ids))
            }
            #expect(digest.hexadecimal() == (try reference("wordpiece/sequences.json")[name]?.string), "\(name)")
        }
    }

    @Test("MiniLM's two files give the same tokenizer")
    func twoForms() throws {
        guard let whole = try miniLMTokenizer(for: "MiniLM's vocab.txt"),
            let folder = sharedFile("models/minilm-l6", for: "MiniLM's vocab.txt")
        else { return }
        try withTemporaryFolder { copy in
            for name in ["vocab.txt", "tokenizer_config.json"] {
                try FileManager.default.copyItem(
                    at: folder.appendingPathComponent(name), to: copy.appendingPathComponent(name))
            }
            expectEqual(try WordPieceTokenizer(folder: copy.path), whole)
        }
        #expect(whole.vocabularySize == 30_522)
        #expect([whole.pad, whole.unk, whole.cls, whole.sep, whole.mask] == [0, 100, 101, 102, 103])
        #expect(whole.normalization == WordPieceNormalization(lowercases: true))
    }
}
