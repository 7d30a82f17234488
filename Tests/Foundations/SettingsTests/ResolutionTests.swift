import Files
import Foundation
import Settings
import Testing
import Text

/// A change to the example's defaults.
struct Change: Sendable, CustomStringConvertible {
    let yaml: String
    var set: [String] = []
    let apply: @Sendable (inout Example) -> Void
    var description: String { "\(yaml.debugDescription) \(set)" }

    init(_ yaml: String, set: [String] = [], _ apply: @escaping @Sendable (inout Example) -> Void) {
        self.yaml = yaml
        self.set = set
        self.apply = apply
    }
}

@Suite struct ResolutionTests {
    @Test(
        "every way to write a setting gives its value",
        arguments: [
            Change("") { _ in },
            Change("# only a comment\n---\n") { _ in },
            Change("null") { _ in },
            Change("name: other") { $0.name = "other" },
            Change("name: 2024") { $0.name = "2024" },
            Change("name: \"true\"\nresume: true") {
                $0.name = "true"; $0.resume = true
            },
            Change("name: ''") { $0.name = "" },
            Change("seed: 18446744073709551615") { $0.seed = .max },
            Change("seed: 1_000") { $0.seed = 1000 },
            Change("seed: 2e3") { $0.seed = 2000 },
            Change("seed: '7'") { $0.seed = 7 },
            Change("optimizer: {learningRate: 1e-3}") { $0.optimizer.learningRate = 0.001 },
            Change("optimizer:\n  learningRate: .5") { $0.optimizer.learningRate = 0.5 },
            Change("optimizer:\n  learningRate: 3") { $0.optimizer.learningRate = 3 },
            Change("optimizer:\n  learningRate: +1.5E+1") { $0.optimizer.learningRate = 15 },
            Change("optimizer:\n  learningRate: \"2e-4\"") { $0.optimizer.learningRate = 2e-4 },
            Change("optimizer:\n  learningRate: 1_000.5") { $0.optimizer.learningRate = 1000.5 },
            Change("ratio: 0.3") { $0.ratio = 0.3 },
            Change("optimizer: {betas: [0.5, 1]}") { $0.optimizer.betas = [0.5, 1] },
            Change("optimizer:\n  schedule: linear") { $0.optimizer.schedule = .linear },
            Change("prompts: [a]\n") { $0.prompts = ["a"] },
            Change("prompts:\n- 'a: b'\n- 3\n") { $0.prompts = ["a: b", "3"] },
            Change("columns: {extra: x}") { $0.columns["extra"] = "x" },
            Change("kinds: {flag: true, int8: -128, uint16: 65535, float: 1e-3, list: []}") {
                $0.kinds.flag = true
                $0.kinds.int8 = -128
                $0.kinds.uint16 = 65535
                $0.kinds.float = 0.001
                $0.kinds.list = []
            },
        ])
    func values(_ change: Change) throws {
        var expected = Example()
        change.apply(&expected)
        #expect(try resolved(change.yaml, set: change.set) == expected)
    }

    @Test(
        "null means nothing for an optional and the default for the rest",
        arguments: [
            Change("maximumSteps: null") { $0.maximumSteps = nil },
            Change("maximumSteps: ~\noptimizer: {maxGradientNorm: }") {
                $0.maximumSteps = nil; $0.optimizer.maxGradientNorm = nil
            },
            Change("seed: null\nname: ~") { _ in },
            Change("optimizer:\n#  learningRate: 3\n") { _ in },
            Change("optimizer: null", set: ["optimizer.learningRate=2"]) { $0.optimizer.learningRate = 2 },
            Change("seed: 9", set: ["seed=null"]) { _ in },
            Change("seed: 9", set: ["seed="]) { _ in },
            Change("stopping: {patience: 9, improvement: 1}", set: ["stopping=null"]) { $0.stopping = nil },
        ])
    func nulls(_ change: Change) throws { try values(change) }

    @Test(
        "an optional or an element of a list needs all its keys, from one layer or several",
        arguments: [
            Change("stopping: {patience: 5, improvement: 2}") { $0.stopping = .init(patience: 5, improvement: 2) },
            Change("stopping: {patience: 5}", set: ["stopping.improvement=1"]) {
                $0.stopping = .init(patience: 5, improvement: 1)
            },
            Change("stages: [{patience: 1, improvement: 2}, {improvement: 2, patience: 3}]") {
                $0.stages = [.init(patience: 1, improvement: 2), .init(patience: 3, improvement: 2)]
            },
            Change("pair: {first: 1, second: 2}") { $0.pair = .init(first: 1, second: 2) },
        ])
    func whole(_ change: Change) throws { try values(change) }

    @Test("a flag wins over --set, --set over the file, the later --set over the earlier, the file over the defaults")
    func precedence() throws {
        let yaml = "seed: 2\nname: file\noptimizer: {learningRate: 0.2, maxGradientNorm: 2}\nresume: true"
        let set = ["seed=4", "seed=3", "optimizer.learningRate=0.3", "prompts=[x, y]"]
        let flags = [SettingsFlag("--seed", sets: "seed", to: "4"), SettingsFlag("--name", sets: "name", to: "null")]
        var expected = Example()
        expected.seed = 4
        expected.name = "null"
        expected.resume = true
        expected.optimizer = .init(learningRate: 0.3, maxGradientNorm: 2)
        expected.prompts = ["x", "y"]
        #expect(try resolved(yaml, set: set, flags: flags) == expected)
    }

    @Test("an alias stands for what its anchor names")
    func anchors() throws {
        let yaml = """
            stages:
            - &first {patience: 7, improvement: 0.5}
            - *first
            - {patience: 8, improvement: 0.5}
            """
        let stages = try resolved(yaml).stages
        let pairs = stages.map { [Double($0.patience), $0.improvement] }
        #expect(pairs == [[7, 0.5], [7, 0.5], [8, 0.5]])
    }

    @Test("paths are relative to the file in a file and to the working directory elsewhere")
    func paths() throws {
        let yaml = "train: ../data/a.csv\nextra: [b, /c/./d, sub//e]"
        #expect(try resolved(yaml).train.path == "/project/data/a.csv")
        #expect(try resolved(yaml).extra.map(\.path) == ["/project/configs/b", "/c/d", "/project/configs/sub/e"])
        #expect(try resolved(yaml, set: ["train=x/y"]).train.path == "/work here/x/y")
        let flag = SettingsFlag("--train", sets: "train", to: "odd: name #1")
        #expect(try resolved(yaml, flags: [flag]).train.path == "/work here/odd: name #1")
        #expect(try resolved("train: ~/a").train.path == NSHomeDirectory() + "/a")
        #expect(try resolved("", set: ["extra=[p, /q]"]).extra.map(\.path) == ["/work here/p", "/q"])
    }

    @Test("a settings file is read from disk, and one that cannot be read is refused by name")
    func files() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("settings-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        func file(_ name: String, _ bytes: [UInt8]) throws -> String {
            let url = folder.appendingPathComponent(name)
            try Data(bytes).write(to: url)
            return url.path
        }
        let good = try file("good.yaml", [0xEF, 0xBB, 0xBF] + Array("seed: 5\ntrain: t.csv\n".utf8))
        let settings = try resolve(Example(), file: good)
        #expect(settings.seed == 5)
        #expect(settings.train.path == folder.path + "/t.csv")
        #expect(try resolve(Example(), file: "good.yaml", workingDirectory: folder.path) == settings)

        let cases: [(path: String, text: String)] = [
            (folder.path + "/none.yaml", "there is no such settings file"),
            (folder.path, "is a folder"),
            (try file("latin.yaml", [0x6E, 0x3A, 0x20, 0xE9]), "is not UTF-8 text"),
            (try file("large.yaml", Array(repeating: 0x20, count: SettingsDocument.maximumBytes + 1)), "more than"),
        ]
        for (path, text) in cases {
            let error = #expect(throws: FileError.self) { try resolve(Example(), file: path) }
            #expect(error?.description.hasPrefix(path + ": ") == true && error?.description.contains(text) == true)
            #expect(error?.category == .invalidInput)
        }
    }
}
