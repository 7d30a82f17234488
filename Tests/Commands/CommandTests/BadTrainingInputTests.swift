import Checkpoints
import Files
import Foundation
import NumericCore
import Testing
import TestSupport

/// One wrong way to call a command, and what it must say.
struct Refusal {
    let name: String
    let arguments: [String]
    let status: Int32
    let says: [String]

    init(_ name: String, _ arguments: [String], _ status: Int32, _ says: String...) {
        self.name = name
        self.arguments = arguments
        self.status = status
        self.says = says
    }

    /// Runs the command and holds what it does to the rules: the exit status, one sentence that says what matters, no trace.
    func check(_ command: String, in folder: String, sourceLocation: SourceLocation = #_sourceLocation) throws {
        let ended = try Command.run(command, arguments, in: folder)
        #expect(
            !ended.wasKilled && ended.status == status, "\(name): \(ended.status)\n\(ended.errors)",
            sourceLocation: sourceLocation)
        #expect(ended.reports.count == 1, "\(name): \(ended.errors)", sourceLocation: sourceLocation)
        let report = ended.reports.first ?? ""
        for text in says {
            #expect(report.contains(text), "\(name) does not say \(text): \(report)", sourceLocation: sourceLocation)
        }
        for trace in ["Fatal error", "Stack dump", "stack trace", "NSError", "Swift.", "Optional(", "rawValue"] {
            #expect(!ended.errors.contains(trace), "\(name): \(ended.errors)", sourceLocation: sourceLocation)
        }
    }
}

@Suite("Bad input of train generator")
struct BadTrainingInputTests {
    @Test("every headline file that cannot be trained on is refused in one sentence")
    func files() throws {
        try withTemporaryFolder { folder in
            let workplace = try Workplace(in: folder)
            func file(_ name: String, _ content: String) throws -> String {
                try AtomicFile.write(content, to: "\(folder)/\(name)")
                return "\(folder)/\(name)"
            }
            func training(_ path: String, _ more: String...) -> [String] {
                workplace.training("run", "--train", path) + more
            }
            let rows = "title,category\nOne headline about rain,weather\nAnother of the sun,weather\n"
            let latin = "\(folder)/latin.csv"
            try AtomicFile.write(Array("headline\nCaf".utf8) + [0xE9] + Array(" closes\n".utf8), to: latin)
            let wide = "\(folder)/wide.txt"
            try AtomicFile.write([0xFF, 0xFE, 0x41, 0, 0x42, 0], to: wide)
            let cut = "\(folder)/cut.txt.gz"
            try AtomicFile.write(Array(try readFile(fixture("data/headlines.csv.gz").path).dropLast(9)), to: cut)
            let cases = [
                Refusal("a missing file", training("\(folder)/nowhere.txt"), 65, "nowhere.txt", "does not exist"),
                Refusal("a folder", training(folder), 65, folder),
                Refusal(
                    "an unknown format", training(try file("headlines.xyz", "a\nb\n")), 64, "headlines.xyz",
                    "data.format"),
                Refusal(
                    "no such column", training(try file("a.csv", rows), "--set", "data.columns.headline=titel"), 65,
                    "`titel`", "did you mean \"title\"?"),
                Refusal(
                    "no headline column", training(try file("b.csv", "x,y\n1,2\n3,4\n")), 65, "b.csv", "`x` and `y`",
                    "data.columns.headline"),
                Refusal("another encoding", training(latin), 65, "line 2", "0xE9", "iconv"),
                Refusal("UTF-16", training(wide), 65, "UTF-16", "iconv"),
                Refusal(
                    "half a surrogate pair",
                    training(try file("c.jsonl", "{\"headline\": \"a\"}\n{\"headline\": \"\\ud800\"}\n")), 65,
                    "c.jsonl", "line 2", "surrogate"),
                Refusal("malformed JSON", training(try file("d.json", "[{\"headline\": \"a\"},")), 65, "d.json"),
                Refusal("a quote without an end", training(try file("e.csv", "headline\n\"a\n")), 65, "e.csv", "quote"),
                Refusal("a cut gzip file", training(cut), 65, "cut.txt.gz"),
                Refusal("an empty file", training(try file("f.txt", "")), 65, "f.txt", "empty"),
                Refusal("only empty headlines", training(try file("g.txt", "\n \n\t\n")), 65, "g.txt", "3 headlines"),
                Refusal(
                    "one row", training(try file("h.txt", "Only one\n")), 65, "h.txt", "only one headline",
                    "at least two", "data.split"),
                Refusal(
                    "a split by dates that are not there",
                    training(try file("j.csv", rows), "--set", "data.split.method=temporal"), 65, "j.csv",
                    "data.split.method", "data.columns"),
                Refusal(
                    "only duplicates", training(try file("i.txt", String(repeating: "The same again\n", count: 9))), 65,
                    "duplicates"),
                Refusal(
                    "a missing validation file", workplace.training("run", "--validation", "\(folder)/none.txt"), 65,
                    "none.txt", "does not exist"),
                Refusal(
                    "all headlines too long, to be dropped",
                    workplace.training("run", "--set", "model.contextLength=4", "--set", "data.overlong=drop"), 65,
                    "dropped", "4 tokens", "data.overlong"),
                Refusal(
                    "a prompt that is too long",
                    workplace.training("run", "--set", "samples.prompts=[New, '\(Self.long)']"), 64,
                    "samples.prompts[1]", "model.contextLength 48", "shorten the prompt"),
                Refusal(
                    "a prompt that is too long, only tried",
                    workplace.training("run", "--set", "samples.prompts=['\(Self.long)']", "--dry-run"), 64,
                    "samples.prompts[0]", "model.contextLength 48"),
                Refusal(
                    "a prompt of two lines", workplace.training("run", "--set", "samples.prompts=[\"a\\nb\"]"), 64,
                    "samples.prompts[0]", "control character"),
                Refusal(
                    "no file at all", ["generator", "--config", try file("bare.yaml", "name: bare\n")], 64,
                    "data.train", "--train FILE"),
            ]
            for refusal in cases { try refusal.check("train", in: folder) }
            if getuid() == 0 {
                print("skipped: an unreadable file, because root can read every file")
            } else {
                let path = try file("secret.txt", "a\nb\n")
                chmod(path, 0)
                try Refusal("an unreadable file", training(path), 65, "secret.txt", "permission").check(
                    "train", in: folder)
            }
            // What was dropped before is said although an error follows, as it may be the reason.
            let dropped = try Command.run("train", training(try file("k.txt", "Only one\n \n\n")), in: folder)
            #expect(
                dropped.status == 65 && dropped.errors.contains("1 of 3 rows kept, 2 dropped for an empty headline"),
                "\(dropped.errors)")
            // None of them has left a run that stands in the way.
            #expect(!pathExists("\(folder)/run/config.yaml"))
            #expect(try workplace.train("run").status == 0)
        }
    }

    private static let long = String(repeating: "zqxj ", count: 30)

    @Test("empty, long and duplicate headlines are counted and said")
    func counted() throws {
        try withTemporaryFolder { folder in
            let workplace = try Workplace(in: folder)
            let text = String(decoding: try readFile(workplace.headlines), as: UTF8.self)
            try AtomicFile.write(text + "\n  \n" + text.prefix(while: { $0 != "\n" }) + "\n", to: workplace.headlines)
            let cut = try workplace.train("cut", ["--set", "model.contextLength=44"])
            #expect(
                cut.status == 0 && cut.errors.contains("61 of 63 rows kept, 2 dropped for an empty headline"),
                "\(cut.errors)")
            #expect(cut.errors.contains("1 exact") && !cut.errors.contains(" 0 cut"), "\(cut.errors)")
            let dropped = try workplace.train(
                "dropped", ["--set", "model.contextLength=44", "--set", "data.overlong=drop"])
            #expect(
                dropped.status == 0 && dropped.errors.contains(" 0 cut")
                    && !dropped.errors.contains(" 0 dropped for their length"), "\(dropped.errors)")
        }
    }
}
