import Files
import Foundation
import JSON
import Testing
import TestSupport

@Suite("Bad input of train classifier and headline classify")
struct BadClassifierInputTests {
    /// Rows of JSON lines, each a headline of its own with a label.
    private func rows(_ labels: [String?]) -> String {
        let words = ["rain", "sun", "frost", "wind", "hail", "thaw", "fog", "dew", "sleet", "haze", "gale", "mist"]
        return labels.enumerated().map { index, label in
            let category = label.map { ", \"category\": \"\($0)\"" } ?? ""
            return
                "{\"headline\": \"\(words[index % 12]) over the \(words[index / 12 % 12]) coast, day \(index)\"\(category)}\n"
        }.joined()
    }

    @Test("labels that nothing can be learned from are refused in one sentence, and nothing is left in the way")
    func labels() throws {
        try withTemporaryFolder { folder in
            let workplace = try Workplace(in: folder, kind: .classifier)
            func file(_ name: String, _ content: String) throws -> String {
                try AtomicFile.write(content, to: "\(folder)/\(name)")
                return "\(folder)/\(name)"
            }
            func training(_ path: String, _ more: String...) -> [String] {
                workplace.training("run", "--train", path) + more
            }
            let pair = try file("pair.jsonl", rows((0..<24).map { $0 % 2 == 0 ? "a" : "b" }))
            func map(_ name: String, _ text: String) throws -> [String] {
                training(pair) + ["--set", "labels.map=\(try file(name, text))"]
            }
            let cases = [
                Refusal(
                    "one label", training(try file("one.jsonl", rows(Array(repeating: "a", count: 20)))), 65,
                    "one.jsonl",
                    "`a`"),
                Refusal(
                    "no label", training(try file("none.jsonl", rows(Array(repeating: nil, count: 20)))), 65,
                    "none.jsonl", "data.columns.category"),
                Refusal(
                    "a label that training never saw",
                    training(pair) + ["--validation", try file("other.jsonl", rows(["a", "b", "c"]))], 65,
                    "other.jsonl",
                    "line 3", "`c`"),
                Refusal(
                    "fewer rows than labels", training(pair, "--set", "labels.names=[a, b, \(Self.many)]"), 65,
                    "to train on for"),
                Refusal("a map with an unknown name", try map("unknown.yaml", "z: a\n"), 65, "unknown.yaml", "`z`"),
                Refusal("a map that goes round", try map("round.yaml", "a: b\nb: a\n"), 65, "round.yaml", "a", "b"),
                Refusal(
                    "a missing map", training(pair, "--set", "labels.map=\(folder)/nowhere.yaml"), 65, "nowhere.yaml"),
                Refusal(
                    "more frozen layers than there are", training(pair, "--set", "fineTuning.freezeLayers=9"), 64,
                    "fineTuning.freezeLayers"),
                Refusal(
                    "smoothing out of range", training(pair, "--set", "loss.labelSmoothing=1"), 64, "labelSmoothing"),
                Refusal("an unknown weighting", training(pair, "--set", "loss.classWeights=equal"), 64, "classWeights"),
                Refusal(
                    "a layer above no base", training(pair, "--set", "fineTuning.meanLayer=true"), 64,
                    "fineTuning.meanLayer", "--base"),
                Refusal(
                    "a missing base", training(pair, "--base", "\(folder)/nowhere"), 65, "nowhere", "does not exist"),
            ]
            for refusal in cases { try refusal.check("train", in: folder) }
            let mixed = try file("mixed.jsonl", rows((0..<30).map { $0 % 3 == 2 ? nil : $0 % 3 == 0 ? "a" : "b" }))
            let ended = try Command.run("train", training(mixed), in: folder)
            #expect(
                ended.status == 0 && ended.errors.contains("10 headlines without a label dropped"), "\(ended.errors)")
        }
    }

    private static let many = (0..<40).map { "label\($0)" }.joined(separator: ", ")

    @Test("a classifier labels headlines and files, and refuses what it cannot")
    func classify() throws {
        try withTemporaryFolder { folder in
            let workplace = try Workplace(in: folder, kind: .classifier)
            let trained = try workplace.train("run")
            #expect(trained.status == 0, "\(trained.errors)")
            #expect(trained.errors.contains("naive Bayes") && trained.errors.contains("Calibration"))
            let model = "\(folder)/run/last"
            let labeled = try Command.run(
                "headline", ["classify", "--model", model, "--file", workplace.headlines, "--json", "--top-k", "1"],
                in: folder)
            #expect(labeled.status == 0, "\(labeled.errors)")
            let lines = try labeled.output.split(separator: "\n").map { try JSONValue(parsing: Array($0.utf8)) }
            #expect(lines.count == 60)
            for line in lines {
                let probability = line["probability"]?.number ?? 0
                #expect(probability > 0 && probability <= 1 && line["label"]?.string?.isEmpty == false)
            }
            // Alone and in a file a headline gets the same label.
            let first = try #require(lines.first?["headline"]?.string)
            let alone = try Command.run("headline", ["classify", "--model", model, "--json", first], in: folder)
            let answer = try JSONValue(parsing: Array(alone.output.utf8).dropLast())
            #expect(answer["label"]?.string == lines.first?["label"]?.string)

            let generators = "\(folder)/generator"
            try FileManager.default.createDirectory(atPath: generators, withIntermediateDirectories: true)
            let other = try Workplace(in: generators)
            #expect(try other.train("run").status == 0)
            let cases = [
                Refusal("an empty headline", ["classify", "--model", model, ""], 64, "empty"),
                Refusal("nothing", ["classify", "--model", model], 64, "--file"),
                Refusal("both", ["classify", "--model", model, "a", "--file", workplace.headlines], 64, "--file"),
                Refusal("no label at all", ["classify", "--model", model, "--top-k", "0", "a"], 64, "top-k"),
                Refusal(
                    "a generator", ["classify", "--model", "\(generators)/run/last", "a"], 64, "holds a generator",
                    "headline complete"),
                Refusal(
                    "a classifier that is to complete", ["complete", "--model", model, "a"], 64, "holds a classifier",
                    "headline classify"),
            ]
            for refusal in cases { try refusal.check("headline", in: folder) }
        }
    }
}
