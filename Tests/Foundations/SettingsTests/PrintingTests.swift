import Foundation
import Settings
import Testing

@Suite struct PrintingTests {
    @Test("settings print every key in the order of declaration, nothing left out")
    func whole() throws {
        let expected = """
            name: example
            seed: 1
            resume: false
            ratio: 0.1
            optimizer:
              learningRate: 0.001
              betas: [0.9, 0.999]
              schedule: cosine
              maxGradientNorm: 1.0
            stopping: null
            pair: null
            stages: []
            prompts:
            - Scientists discover
            columns:
              label: category
              text: headline
            train: /data/train.jsonl
            extra: []
            maximumSteps: 1000
            kinds:
              flag: null
              text: null
              double: null
              float: null
              int: null
              int8: null
              int16: null
              int32: null
              int64: null
              uint: null
              uint8: null
              uint16: null
              uint32: null
              uint64: null
              list: null
              path: null

            """
        #expect(try printed(Example()) == expected)
    }

    @Test("what is printed resolves to the same values, whatever the texts and numbers are")
    func roundTrip() throws {
        var example = Example()
        example.prompts = [
            "", " ", "true", "Null", "~", "yes", "No", "1e3", "0x1F", ".5", "1_000", "12:30", "2001-01-01", "a: b",
            "a #b", "- a",
            "#a", "&a", "*a", "!a", "|", ">", "%a", "@a", "`a", "{a", "[a", "a,b", "?", "? a", "'", "\"", "\\", "a\nb",
            "\n",
            "\r\n", "\t", "\u{0}", "\u{7}", "\u{85}", "\u{2028}", "a\u{FEFF}", "é", "e\u{301}", "日本語", "👩‍👩‍👧",
            "\u{10FFFF}",
            "=", "<<", "a ", "/a b", "...", "---", "y", "N", "inf", "nan", String(repeating: "word ", count: 100),
        ]
        example.columns.merge(["true": "1", "a.b": "null", "": "empty", "ü": "ß", "text": "~"]) { $1 }
        example.ratio = 1e-9
        example.seed = .max
        example.optimizer = .init(
            learningRate: .leastNonzeroMagnitude, betas: [1.0 / 3, 1e300], schedule: .constant,
            maxGradientNorm: .leastNonzeroMagnitude)
        example.kinds.double = -.greatestFiniteMagnitude
        example.kinds.int64 = .min
        example.kinds.path = ConfiguredPath("/with space/ä: b")
        example.stopping = .init(patience: 2, improvement: 0.1 + 0.2)
        let yaml = try printed(example)
        for (read, written) in zip(try resolved(yaml).prompts, example.prompts) {
            #expect(Array(read.unicodeScalars) == Array(written.unicodeScalars), "\(written.debugDescription)")
        }
        #expect(try resolved(printed(example)) == example)
        #expect(try printed(resolved(printed(example))) == printed(example))
    }

    @Test("printed for a folder, paths are relative to it and lead to the same files from there")
    func relativePaths() throws {
        var example = Example()
        example.train = ConfiguredPath("/project/data/train.jsonl")
        example.extra = ["/project/runs/a", "/project/runs/a/b", "/elsewhere/c", "/project"].map { ConfiguredPath($0) }
        let yaml = try printed(example, relativeTo: "/project/runs/a")
        for line in ["train: \"../../data/train.jsonl\"", "- \".\"", "- b", "- /elsewhere/c", "- \"../..\""] {
            #expect(yaml.contains(line + "\n"), "\(line) in \(yaml)")
        }
        let document = SettingsDocument(yaml: yaml, name: "config.yaml", folder: "/project/runs/a")
        #expect(try resolve(Example(), document: document) == example)
        let moved = SettingsDocument(yaml: yaml, name: "config.yaml", folder: "/moved/runs/a")
        #expect(try resolve(Example(), document: moved).train.path == "/moved/data/train.jsonl")
    }

    @Test("a setting that is not finite cannot be printed", arguments: [Double.nan, .infinity, -.infinity])
    func notFinite(_ value: Double) {
        var example = Example()
        example.optimizer.learningRate = value
        #expect(throws: EncodingError.self) { try printed(example) }
    }

    @Test("differences name each key with both values, and no key that is the same")
    func differing() throws {
        var other = Example()
        #expect(try differences(between: Example(), and: other).isEmpty)
        other.optimizer.learningRate = 0.002
        other.stopping = .init()
        other.columns = ["text": "headline", "date": "day"]
        other.prompts = ["a \"b\"", "c"]
        other.maximumSteps = nil
        let found = try differences(between: Example(), and: other).map { [$0.keyPath, $0.first, $0.second] }
        let expected: [[String?]] = [
            ["optimizer.learningRate", "0.001", "0.002"],
            ["stopping", "null", "{patience: 3, improvement: 0.01}"],
            ["prompts", "[\"Scientists discover\"]", "[\"a \\\"b\\\"\", \"c\"]"],
            ["columns.label", "\"category\"", nil],
            ["columns.date", nil, "\"day\""],
            ["maximumSteps", "1000", "null"],
        ]
        #expect(found == expected)
    }

    @Test("a run goes on only with settings that differ in nothing but what may change")
    func sameSettings() throws {
        var requested = Example()
        requested.seed = 2
        requested.optimizer.maxGradientNorm = nil
        let all = ["seed", "optimizer"]
        try requireSame(stored: Example(), requested: requested, except: all, in: "step-000400.h5")
        let error = #expect(throws: SettingsError.self) {
            try requireSame(
                stored: Example(), requested: requested, except: ["see", "optimizer.cli"], in: "step-000400.h5")
        }
        let text = error?.description ?? ""
        #expect(
            text.contains(
                "(step-000400.h5): `seed` is 1 there and 2 now; `optimizer.maxGradientNorm` is 1.0 there and null now; "
            )
        )
    }
}
