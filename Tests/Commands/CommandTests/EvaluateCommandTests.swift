import Files
import Foundation
import JSON
import Testing
import TestSupport

@Suite("evaluate")
struct EvaluateCommandTests {
    @Test("each kind of model is judged, compared and gated, and its report is whole")
    func works() throws {
        try withTemporaryFolder { folder in
            for kind in Workplace.Kind.allCases {
                let inner = "\(folder)/\(kind.rawValue)"
                try createFolder(inner)
                let workplace = try Workplace(in: inner, kind: kind)
                for run in ["a", "b"] {
                    #expect(try workplace.train(run, ["--seed", run == "a" ? "1" : "2"]).status == 0)
                }
                let held = kind == .classifier ? "stratified:0.1:1" : "random:0.1:1"
                let data = ["--data", workplace.headlines, "--held-out", held, "--resamples", "100"]
                var arguments = [kind.rawValue, "--model", "\(inner)/a/last", "--report", "\(inner)/report"] + data
                arguments += kind == .classifier ? ["--words", "3"] : ["--samples", "4", "--max-new-tokens", "6"]
                let ended = try Command.run("evaluate", arguments + ["--update-card"], in: inner)
                #expect(ended.status == 0, "\(ended.errors)")
                #expect(ended.output.contains("Fix first") || ended.output.contains("Good"), "\(ended.output)")
                #expect(
                    try listFolder("\(inner)/report").sorted()
                        == ["predictions.jsonl", "report.html", "report.json", "report.md"])
                let document = try JSONValue(parsing: readFile("\(inner)/report/report.json"))
                #expect(document["schema"]?.string == "headlinekit.\(kind.rawValue)-evaluation/1")
                #expect(document["command"]?.string?.hasPrefix("evaluate \(kind.rawValue) --model ") == true)
                let lines = try readFile("\(inner)/report/predictions.jsonl").split(separator: UInt8(ascii: "\n"))
                #expect(lines.count == document["headlines"]?.integer && lines.count > 2)
                let card = String(decoding: try readFile("\(inner)/a/last/README.md"), as: UTF8.self)
                #expect(card.contains("95 % interval") && card.contains("## Limits"))

                if kind == .classifier { #expect(card.contains("the head was divided by the temperature")) }
                #expect(!ended.errors.contains("warning: "), "\(ended.errors)")
                let remarks = try #require(document["data"]?["remarks"]?.array)
                #expect(remarks.count == 1 && remarks[0]["text"]?.string?.contains("chose the best step") == true)
                let other = data.map { $0 == held ? "random:0.2:3" : $0 }
                let few = kind == .classifier ? ["--words", "0"] : ["--samples", "2", "--max-new-tokens", "4"]
                let warned = try Command.run(
                    "evaluate", [kind.rawValue, "--model", "\(inner)/a/last"] + other + few, in: inner)
                #expect(warned.status == 0)
                #expect(
                    warned.errors.contains(
                        "warning: according to \(inner)/a/config.yaml, training held out \(held), not"))

                let gate = kind == .classifier ? ["--fail-under", "accuracy=1.01"] : ["--fail-over", "perplexity=1"]
                let failed = try Command.run(
                    "evaluate", [kind.rawValue, "--model", "\(inner)/a/last"] + data + gate, in: inner)
                #expect(failed.status == 1 && failed.errors.contains("failed: "), "\(failed.errors)")
                let compared = try Command.run(
                    "evaluate", ["compare", "\(inner)/a/last", "\(inner)/b/last", "--report", "\(inner)/both"] + data,
                    in: inner)
                #expect(compared.status == 0, "\(compared.errors)")
                #expect(compared.output.contains("B minus A") && pathExists("\(inner)/both/report.html"))
            }
        }
    }

    @Test("bad input is refused in one sentence before any work")
    func refusals() throws {
        try withTemporaryFolder { folder in
            let workplace = try Workplace(in: folder, kind: .classifier)
            #expect(try workplace.train("run").status == 0)
            let (model, data) = ("\(folder)/run/last", workplace.headlines)
            try AtomicFile.write("", to: "\(folder)/empty.csv")
            try AtomicFile.write("headline\nFerry runs again\n", to: "\(folder)/plain.csv")
            try AtomicFile.write("headline,category\nFerry runs again,ferries\n", to: "\(folder)/foreign.csv")
            try createFolder("\(folder)/there")
            func classifier(_ data: String, _ more: String...) -> [String] {
                ["classifier", "--model", model, "--data", data] + more
            }
            let cases = [
                Refusal(
                    "labels the model does not know", classifier("foreign.csv"), 65, "line 2", "ferries", "labels.map"),
                Refusal("no labels", classifier("plain.csv"), 65, "plain.csv", "category"),
                Refusal("an empty file", classifier("empty.csv"), 65, "empty.csv", "empty"),
                Refusal("a missing file", classifier("nowhere.csv"), 65, "nowhere.csv", "does not exist"),
                Refusal(
                    "a model of the other kind", ["generator", "--model", model, "--data", data], 64,
                    "holds a classifier", "expected a generator", "evaluate classifier"),
                Refusal("no model", ["classifier", "--model", "there", "--data", data], 65, "there", "config.json"),
                Refusal("a report that is there", classifier(data, "--report", "there"), 64, "there", "--report"),
                Refusal(
                    "an unknown figure", classifier(data, "--fail-under", "acuracy=1"), 64, "acuracy", "macroF1",
                    "did you mean \"accuracy\""),
                Refusal("no number", classifier(data, "--fail-over", "accuracy=x"), 64, "--fail-over", "NAME=NUMBER"),
                Refusal("an unknown baseline", classifier(data, "--baselines", "tree"), 64, "tree", "naive-bayes"),
                Refusal(
                    "a report in a file", classifier(data, "--report", "plain.csv/x/y"), 64, "plain.csv is not a folder"
                ),
                Refusal(
                    "a figure of other models",
                    ["compare", model, model, "--data", data, "--fail-over", "perplexity=3"],
                    64, "--fail-over perplexity=3", "accuracy"),
                Refusal("leakage", classifier(data, "--train", data), 65, "--allow-leakage"),
                Refusal("no form of held out", classifier(data, "--held-out", "fifth"), 64, "--held-out", "stratified"),
            ]
            for refusal in cases { try refusal.check("evaluate", in: folder) }
            #expect(try listFolder("\(folder)/there").isEmpty)
        }
    }

    @Test("limits on figures whose flag was not given are refused at once, with the flag")
    func missingFlags() throws {
        try withTemporaryFolder { folder in
            let workplace = try Workplace(in: folder)
            #expect(try workplace.train("run").status == 0)
            func generator(_ limit: String) -> [String] {
                ["generator", "--model", "\(folder)/run/last", "--data", "nowhere.csv", "--fail-over", limit]
            }
            for refusal in [
                Refusal("copies", generator("copiedShare=0.1"), 64, "copiedShare=0.1", "--train or --held-out"),
                Refusal("the mix", generator("categoryDistance=0.1"), 64, "categoryDistance=0.1", "--classifier"),
                Refusal("the prompt", generator("categoryConsistency=1"), 64, "--classifier"),
            ] { try refusal.check("evaluate", in: folder) }
        }
    }
}
