import Files
import Settings
import Testing
import Text

/// A document that is refused, and the whole sentence.
struct Refused: Sendable, CustomStringConvertible {
    let yaml: String
    var set: [String] = []
    let sentence: String
    var description: String { "\(yaml.debugDescription) \(set)" }

    init(_ yaml: String, set: [String] = [], _ sentence: String) {
        self.yaml = yaml
        self.set = set
        self.sentence = sentence
    }
}

@Suite struct RefusalTests {
    @Test(
        "an unknown key is refused at any depth with its place and the nearest valid key",
        arguments: [
            Refused(
                "seed: 1\n\nlearningrate: 3",
                "unknown key `learningrate` at configs/x.yaml:3; did you mean `optimizer.learningRate`?"),
            Refused("sede: 1", "unknown key `sede` at configs/x.yaml:1; did you mean `seed`?"),
            Refused(
                "optimizer:\n  schedul: linear",
                "unknown key `optimizer.schedul` at configs/x.yaml:2; did you mean `optimizer.schedule`?"),
            Refused(
                "", set: ["optimizer.beta=[1, 2]"],
                "unknown key `optimizer.beta` in --set optimizer.beta=[1, 2]; did you mean `optimizer.betas`?"),
            Refused(
                "stopping:\n  patiens: 3\n  patience: 3\n  improvement: 1",
                "unknown key `stopping.patiens` at configs/x.yaml:2; did you mean `stopping.patience`?"),
            Refused(
                "stopping: {patience: 3}",
                "`stopping.improvement` is missing at configs/x.yaml:1, which has only a mapping of 1 key: patience"),
            Refused(
                "stages:\n- {patience: 1, improvement: 1}\n- {Patience: 1, patience: 1, improvement: 1}",
                "unknown key `stages[1].Patience` at configs/x.yaml:3; did you mean `stages[0].patience`?"),
            Refused(
                "pair: {first: 1, second: 2, third: 3}",
                "unknown key `pair.third` at configs/x.yaml:1; the keys in `pair` are first, second"),
            Refused(
                "sede: 1\nnmae: x",
                "unknown key `sede` at configs/x.yaml:1 (and 1 more unknown); did you mean `seed`?"),
        ])
    func unknownKeys(_ refused: Refused) {
        #expect(refusal(refused.yaml, set: refused.set) == refused.sentence)
    }

    @Test(
        "a value of the wrong kind is refused with its key, its place, what was found and what was expected",
        arguments: [
            Refused("seed: 1.5", "`seed` at configs/x.yaml:1 is 1.5; expected \(unsigned64)"),
            Refused("seed: -1", "`seed` at configs/x.yaml:1 is -1; expected \(unsigned64)"),
            Refused("seed: 010", "`seed` at configs/x.yaml:1 is 010; expected \(unsigned64)"),
            Refused("seed: 0x10", "`seed` at configs/x.yaml:1 is 0x10; expected \(unsigned64)"),
            Refused("seed: 1__0", "`seed` at configs/x.yaml:1 is 1__0; expected \(unsigned64)"),
            Refused("seed: 1e99", "`seed` at configs/x.yaml:1 is 1e99; expected \(unsigned64)"),
            Refused("maximumSteps: many", "`maximumSteps` at configs/x.yaml:1 is many; expected a whole number"),
            Refused("maximumSteps: 1e19", "`maximumSteps` at configs/x.yaml:1 is 1e19; expected a whole number"),
            Refused(
                "kinds: {int8: 128}",
                "`kinds.int8` at configs/x.yaml:1 is 128; expected a whole number from -128 to 127"),
            Refused("resume: yes", "`resume` at configs/x.yaml:1 is yes; expected \(truth)"),
            Refused("resume: \"true\"", "`resume` at configs/x.yaml:1 is \"true\"; expected \(truth)"),
            Refused("resume: 1", "`resume` at configs/x.yaml:1 is 1; expected \(truth)"),
            Refused("ratio: .nan", "`ratio` at configs/x.yaml:1 is .nan; expected \(number)"),
            Refused("ratio: nan", "`ratio` at configs/x.yaml:1 is nan; expected \(number)"),
            Refused("ratio: -inf", "`ratio` at configs/x.yaml:1 is -inf; expected \(number)"),
            Refused("ratio: 1e39", "`ratio` at configs/x.yaml:1 is 1e39; expected \(number)"),
            Refused("ratio: 1e-60", "`ratio` at configs/x.yaml:1 is 1e-60; expected \(number)"),
            Refused("ratio: 0x1p3", "`ratio` at configs/x.yaml:1 is 0x1p3; expected \(number)"),
            Refused("ratio: 1,5", "`ratio` at configs/x.yaml:1 is 1,5; expected \(number)"),
            Refused("ratio: 1e", "`ratio` at configs/x.yaml:1 is 1e; expected \(number)"),
            Refused("ratio: .", "`ratio` at configs/x.yaml:1 is .; expected \(number)"),
            Refused("ratio: ''", "`ratio` at configs/x.yaml:1 is \"\"; expected \(number)"),
            Refused("ratio: 5\u{301}", "`ratio` at configs/x.yaml:1 is 5\u{301}; expected \(number)"),
            Refused("ratio: [1]", "`ratio` at configs/x.yaml:1 is a list of 1; expected \(number)"),
            Refused("name: {a: b}", "`name` at configs/x.yaml:1 is a mapping of 1 key; expected text"),
            Refused("optimizer: 3", "`optimizer` at configs/x.yaml:1 is 3; expected a mapping (lines of `key: value`)"),
            Refused("prompts: one", "`prompts` at configs/x.yaml:1 is one; expected a list, such as [a, b]"),
            Refused("prompts:\n- a\n-", "`prompts[1]` at configs/x.yaml:3 is null; expected text"),
            Refused("train: ''", "`train` at configs/x.yaml:1 is \"\"; expected the path of a file or folder"),
            Refused("train: [a]", "`train` at configs/x.yaml:1 is a list of 1; expected the path of a file or folder"),
            Refused(
                "optimizer:\n  schedule: cosinus",
                "`optimizer.schedule` at configs/x.yaml:2 is cosinus; "
                    + "expected one of constant, linear, cosine; did you mean \"cosine\"?"),
            Refused(
                "optimizer: {schedule: 3}",
                "`optimizer.schedule` at configs/x.yaml:1 is 3; expected one of constant, linear, cosine"),
            Refused(
                "pair: {first: 1}",
                "`pair.second` is missing at configs/x.yaml:1, which has only a mapping of 1 key: first"),
            Refused(
                "- a", "the top level at configs/x.yaml:1 is a list of 1; expected a mapping (lines of `key: value`)"),
            Refused(
                "", set: ["optimizer.learningRate=fast"],
                "`optimizer.learningRate` in --set optimizer.learningRate=fast is fast; expected \(number)"),
            Refused("", set: ["seed"], "--set seed has no value; expected --set key.path=value"),
            Refused("", set: ["=1"], "--set =1 has no key path before the =; expected --set key.path=value"),
            Refused("", set: ["a..b=1"], "--set a..b=1 has no key path before the =; expected --set key.path=value"),
            Refused(
                "", set: ["seed=1", "seed.x=1"],
                "`seed` in --set seed.x=1 is a mapping of 1 key; expected \(unsigned64)"),
        ])
    func wrongKinds(_ refused: Refused) {
        #expect(refusal(refused.yaml, set: refused.set) == refused.sentence)
    }

    @Test(
        "a text that is not YAML, or not YAML for settings, is refused with its line",
        arguments: [
            Refused("a: 1\nb: [1\nc: 3", "not valid YAML at configs/x.yaml:3"),
            Refused("seed: 1\n\tname: x", "not valid YAML at configs/x.yaml:2"),
            Refused(
                "seed: 1\nname: a\nseed: 2", "not valid YAML at configs/x.yaml:1: `seed` is there twice in one mapping"),
            Refused(
                "optimizer: {maxGradientNorm: 1, maxGradientNorm: 1}",
                "not valid YAML at configs/x.yaml:1: `maxGradientNorm` is there twice"),
            Refused("columns: {1: a, '1': b}", "`1` at configs/x.yaml:1 is there twice, first at configs/x.yaml:1"),
            Refused("a: 1\n---\nb: 2", "not valid YAML at configs/x.yaml:2"),
            Refused("name: *there", "not valid YAML at configs/x.yaml:1: found undefined alias"),
            Refused("name: &a [*a]", "not valid YAML at configs/x.yaml:1: found undefined alias"),
            Refused(
                "name: !!python/object x",
                "the tag `tag:yaml.org,2002:python/object` at configs/x.yaml:1 has no meaning"),
            Refused("[a]: b", "a key at configs/x.yaml:1 is not a word"),
            Refused("<<: 3", "`<<` at configs/x.yaml:1 is a merge key, which settings do not have; write the keys out"),
            Refused("name: \u{1}", "not valid YAML at configs/x.yaml:1: control characters are not allowed"),
            Refused("name: \"\\ud800\"", "not valid YAML at configs/x.yaml:1"),
            Refused(String(repeating: "[", count: 100_000), "not valid YAML at configs/x.yaml:1"),
            Refused(String(repeating: "{a: ", count: 100_000), "not valid YAML at configs/x.yaml:1"),
            Refused(String(repeating: "- ", count: 100_000), "not valid YAML at configs/x.yaml:1"),
            Refused(laughs, "more than 100000 values at configs/x.yaml"),
            Refused("", set: ["name=a: b: c"], "not valid YAML in --set name=a: b: c"),
        ])
    func notSettings(_ refused: Refused) throws {
        let sentence = try #require(refusal(refused.yaml, set: refused.set))
        #expect(sentence.hasPrefix(refused.sentence) && !sentence.contains("\n"), Comment(rawValue: sentence))
    }

    @Test(
        "a setting that makes no sense is refused by the type that knows it, with the place it was written",
        arguments: [
            Refused(
                "optimizer:\n  learningRate: -1",
                "`optimizer.learningRate` at configs/x.yaml:2 is -1.0; expected a number above 0"),
            Refused(
                "", set: ["optimizer.betas=[1]"],
                "`optimizer.betas` in --set optimizer.betas=[1] is [1.0]; expected two numbers"),
            Refused("prompts: []", "`prompts` at configs/x.yaml:1 is []; expected at least one prompt"),
            Refused(
                "stopping: {patience: 0, improvement: 1}",
                "`stopping.patience` at configs/x.yaml:1 is 0; expected at least 1"),
            Refused(
                "prompts: []\npromts: [a]",
                "unknown key `promts` at configs/x.yaml:2; did you mean `prompts`?"),
        ])
    func invalid(_ refused: Refused) {
        #expect(refusal(refused.yaml, set: refused.set) == refused.sentence)
    }

    @Test("refused settings end a command with the status of wrong usage")
    func status() {
        let error = #expect(throws: SettingsError.self) { try resolved("sede: 1") }
        #expect(error?.category == .invalidRequest)
    }

    @Test("a flag is named in the refusal of its value")
    func flags() {
        let flag = SettingsFlag("--seed", sets: "seed", to: "x")
        #expect(refusal("", flags: [flag]) == "`seed` in --seed is x; expected \(unsigned64)")
    }

    private static let unsigned64 = "a whole number from 0 to 18446744073709551615"
    private static let number = "a finite number such as 0.001 or 1e-3"
    private static let truth = "true or false (yes, no, on and off are not read as truth values)"

    /// Nine levels of nine aliases each: 387 million values in half a kilobyte.
    private static let laughs: String = {
        var lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
        for level in 1..<9 {
            lines.append(
                "a\(level): &a\(level) [" + Array(repeating: "*a\(level - 1)", count: 9).joined(separator: ", ") + "]")
        }
        return lines.joined(separator: "\n")
    }()
    private var unsigned64: String { Self.unsigned64 }
}
