import Files
import Foundation
import Testing
import TestSupport

@Suite("headline classify and export of a classifier")
struct ClassifyCommandTests {
    @Test("headlines come from a file of any columns or from standard input, and bad ones are reported by their lines")
    func inputs() throws {
        try withTemporaryFolder { folder in
            let workplace = try Workplace(in: folder, kind: .classifier)
            #expect(try workplace.train("run").status == 0)
            func classify(_ more: String...) throws -> Command.Ended {
                try Command.run("headline", ["classify", "--model", "run/last"] + more, in: folder)
            }
            func lines(_ ended: Command.Ended) -> [Substring] { ended.output.split(separator: "\n") }

            let headlines = ["Ferry runs again", "Mayor opens bridge", "Striker scores"]
            let arguments = try Command.run("headline", ["classify", "--model", "run/last"] + headlines, in: folder)
            #expect(arguments.status == 0 && lines(arguments).count == 3)
            try AtomicFile.write(
                "title,headline\nFerry runs again,x\nMayor opens bridge,y\nStriker scores,z\n",
                to: "\(folder)/columns.data")
            let columns = try classify(
                "--file", "columns.data", "--set", "data.columns.headline=title", "--set", "data.format=csv",
                "--threads", "1")
            #expect(columns.status == 0, "\(columns.errors)")
            #expect(columns.output == arguments.output)
            let program = Command.folder.appendingPathComponent("headline").path
            try AtomicFile.write(headlines.joined(separator: "\n"), to: "\(folder)/plain")
            let piped = try Command.run(
                "/bin/sh", ["-c", "cat plain | \(program) classify --model run/last"], in: folder)
            #expect(piped.output == arguments.output, "\(piped.errors)")

            for input in ["<&-", "< /dev/null", "< \(folder)"] {
                let ended = try Command.run(
                    "/bin/sh", ["-c", "\(program) classify --model run/last \(input)"], in: folder)
                #expect([64, 65].contains(ended.status) && ended.reports.count == 1, "\(input): \(ended.errors)")
            }

            // A headline without a token is no empty row, and nothing can be said about it.
            let rows = (1...1_100).map {
                $0 == 3 || $0 == 800 ? "\u{FFFD}" : $0 == 5 ? "" : $0 == 6 ? "\u{200B}" : "Ferry runs on day \($0)"
            }
            try AtomicFile.write(rows.joined(separator: "\n") + "\n", to: "\(folder)/bad.txt")
            let bad = try classify("--file", "bad.txt")
            #expect(bad.status == 65 && lines(bad).count == 1_096)
            #expect(bad.reports.count == 2, "\(bad.errors)")
            for text in [
                "bad.txt, line 3: the headline is empty", "bad.txt, line 800: ", "2 dropped for an empty headline",
            ] {
                #expect(bad.errors.contains(text), "\(bad.errors)")
            }
            let cases = [
                Refusal(
                    "a classifier to complete with", ["complete", "--model", "run/last", "a"], 64, "holds a classifier",
                    "headline classify"),
                Refusal("no label", ["classify", "--model", "run/last", "a", "--top-k", "0"], 64, "--top-k"),
                Refusal(
                    "headlines and a file", ["classify", "--model", "run/last", "a", "--file", "bad.txt"], 64, "--file"),
                Refusal("threads", ["classify", "--model", "run/last", "a", "--threads", "0"], 64, "--threads"),
                Refusal(
                    "a setting", ["classify", "--model", "run/last", "--file", "bad.txt", "--set", "labels.map=x"], 64,
                    "labels"),
                Refusal(
                    "a column",
                    [
                        "classify", "--model", "run/last", "--file", "columns.data", "--set", "data.format=csv",
                        "--set", "data.columns.headline=nothing",
                    ], 65, "nothing"),
            ]
            for refusal in cases { try refusal.check("headline", in: folder) }
        }
    }

    @Test("an export tells the change of accuracy on the labels that the model knows, and how many it does not")
    func accuracy() throws {
        try withTemporaryFolder { folder in
            let workplace = try Workplace(in: folder, kind: .classifier)
            #expect(try workplace.train("run").status == 0)
            let known = String(decoding: try readFile(workplace.headlines), as: UTF8.self)
            let foreign = "{\"headline\": \"Ferry runs again\", \"category\": \"ferries\"}\n"
            try AtomicFile.write(known + foreign + foreign, to: "\(folder)/validation.jsonl")
            func export(_ output: String, _ validation: String) throws -> Command.Ended {
                try Command.run(
                    "headline",
                    ["export", "--model", "run/last", "--output", output, "--int8", "--validation", validation],
                    in: folder)
            }
            let ended = try export("int8", "validation.jsonl")
            #expect(ended.status == 0 && ended.output.contains("accuracy on 60 headlines"), "\(ended.errors)")
            #expect(ended.errors.contains("left out 2 headlines with labels that the model does not know"))
            try AtomicFile.write(foreign, to: "\(folder)/foreign.jsonl")
            try AtomicFile.write(
                known + "{\"headline\": \"\u{FFFD}\", \"category\": \"sports\"}\n", to: "\(folder)/tokenless.jsonl")
            let tokenless = try export("other", "tokenless.jsonl")
            #expect(
                tokenless.status == 65 && tokenless.errors.contains("tokenless.jsonl: line 61"), "\(tokenless.errors)")
            #expect(!pathExists("\(folder)/other"))
            let none = try export("other", "foreign.jsonl")
            #expect(none.status == 65 && none.reports.count == 1 && none.errors.contains("foreign.jsonl"))
            #expect(!pathExists("\(folder)/other"))
        }
    }
}
