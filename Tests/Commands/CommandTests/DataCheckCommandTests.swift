import Files
import Foundation
import JSON
import Testing
import TestSupport

@Suite("headline data check")
struct DataCheckCommandTests {
    private let sample = repositoryRoot.appendingPathComponent("data/sample/headlines.jsonl").path

    @Test("the sample has no finding that counts, and its report says so in all forms")
    func sampleIsClean() throws {
        try withTemporaryFolder { folder in
            let arguments = ["data", "check", sample, "--strict", "--report", "\(folder)/reports/sample"]
            let ended = try Command.run("headline", arguments, in: folder)
            #expect(ended.status == 0, "\(ended.errors)")
            #expect(
                ended.output.contains("4,052") && ended.output.contains("8 labels") && ended.output.contains("####"))
            let report = "\(folder)/reports/sample"
            #expect(try listFolder(report).sorted() == ["report.html", "report.json", "report.md"])
            let document = try JSONValue(parsing: readFile("\(report)/report.json"))
            #expect(document["schema"]?.string == "headlinekit.data-check/1")
            #expect(document["failsStrict"]?.boolean == false)
            let file = try #require(document["files"]?.array?.first)
            let digest = SHA256Digest.of(try readFile(sample)).hexadecimal
            #expect(file["rows"]?.integer == 4052 && file["sha256"]?.string == digest)
            #expect(document["labels"]?["labels"]?.array?.count == 8 && file["dates"]?["first"]?.string == "2023-01-01")
            let html = String(decoding: try readFile("\(report)/report.html"), as: UTF8.self)
            #expect(html.hasSuffix("</html>\n") && html.contains("<svg") && !html.contains("<script"))
            // The same check prints the same JSON, but for the command it names.
            let printed = try JSONValue(
                parsing: Array(
                    try Command.run("headline", ["data", "check", sample, "--json"], in: folder).output.utf8))
            for member in ["files", "labels", "findings", "leakage", "conflicts"] {
                #expect(printed[member] == document[member] && printed[member] != nil, "\(member)")
            }
        }
    }

    @Test("leakage and hostile headlines are found and shown harmlessly; --strict fails, the plain command does not")
    func findings() throws {
        try withTemporaryFolder { folder in
            let hostile = "</script><script>alert(1)</script> \u{1B}[31m opens \u{202E}bridge"
            let lines = [hostile, "Ferry to Low Brannoc runs again after the storm"].map { text in
                String(
                    decoding: JSONValue.object([("title", .string(text)), ("section", "a|b")]).serialized(),
                    as: UTF8.self)
            }.joined(separator: "\n")
            for name in ["train.jsonl", "validation.jsonl"] { try AtomicFile.write(lines, to: "\(folder)/\(name)") }
            let arguments = [
                "data", "check", "train.jsonl", "validation.jsonl", "--set", "data.columns.category=section",
                "--report", "out",
            ]
            let ended = try Command.run("headline", arguments, in: folder)
            #expect(
                ended.status == 0 && ended.output.contains("2 of 2 headlines are also in train.jsonl"),
                "\(ended.errors)")
            for form in [ended.output]
                + (try ["html", "md"].map {
                    String(decoding: try readFile("\(folder)/out/report.\($0)"), as: UTF8.self)
                })
            {
                #expect(!form.contains("\u{1B}") && !form.contains("\u{202E}"))
            }
            #expect(!String(decoding: try readFile("\(folder)/out/report.html"), as: UTF8.self).contains("<script"))
            let strict = try Command.run("headline", Array(arguments.prefix(4)) + ["--strict"], in: folder)
            #expect(strict.status == 1 && strict.reports.isEmpty)
        }
    }

    @Test("lengths are those of a tokenizer when one is named, of either kind")
    func tokenizers() throws {
        try withTemporaryFolder { folder in
            for kind in Workplace.Kind.allCases {
                let inner = "\(folder)/\(kind.rawValue)"
                try createFolder(inner)
                let workplace = try Workplace(in: inner, kind: kind)
                #expect(try workplace.train("run").status == 0)
                let arguments = [
                    "data", "check", workplace.headlines, "--tokenizer", "\(inner)/run/last", "--json", "--longest",
                    "20",
                ]
                let ended = try Command.run("headline", arguments, in: inner)
                let lengths = try JSONValue(parsing: Array(ended.output.utf8))["files"]?.array?.first?["lengths"]
                #expect(lengths?["unit"]?.string == "tokens" && lengths?["limit"]?.integer == 20, "\(ended.errors)")
                // With a vocabulary of 300 a headline has many more tokens than words.
                #expect(lengths?["median"]?.integer ?? 0 > 15)
            }
        }
    }

    @Test("bad input is refused in one sentence")
    func refusals() throws {
        try withTemporaryFolder { folder in
            func file(_ name: String, _ bytes: [UInt8]) throws -> String {
                try AtomicFile.write(bytes, to: "\(folder)/\(name)")
                return name
            }
            let good = try file("good.csv", Array("headline\nFerry runs again\n".utf8))
            try createFolder("\(folder)/there")
            func check(_ more: String...) -> [String] { ["data", "check"] + more }
            let cases = [
                Refusal("a missing file", check("nowhere.csv"), 65, "nowhere.csv", "does not exist"),
                Refusal("an empty file", check(try file("empty.csv", [])), 65, "empty.csv", "empty"),
                Refusal(
                    "no headline column", check(try file("other.csv", Array("a,b\n1,2\n".utf8))), 65,
                    "data.columns.headline"),
                Refusal("no text", check(try file("no.txt", [0x7F, 0x45, 0, 1])), 65, "no.txt", "NUL"),
                Refusal("another encoding", check(try file("latin.txt", [0x63, 0xE9, 0x0A])), 65, "UTF-8", "iconv"),
                Refusal("a second file that is missing", check(good, "nowhere.csv"), 65, "nowhere.csv"),
                Refusal("a report that is there", check(good, "--report", "there"), 64, "there", "--report"),
                Refusal("no length", check(good, "--longest", "0"), 64, "--longest"),
                Refusal("no tokenizer", check(good, "--tokenizer", "there"), 65, "tokenizer.json"),
                Refusal(
                    "an unknown setting", check(good, "--set", "data.columns.headlin=x"), 64, "data.columns.headline"),
                Refusal(
                    "a column that is not there", check(good, "--set", "data.columns.headline=x"), 65, "good.csv", "`x`"
                ),
            ]
            for refusal in cases { try refusal.check("headline", in: folder) }
            #expect(try listFolder("\(folder)/there").isEmpty)
        }
    }
}
