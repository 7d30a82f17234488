import Files
import Foundation
import HeadlineData
import Testing
import TestSupport
import Text

/// A table read from a text, for short test lines.
func table(
    _ text: String, _ format: HeadlineFormat, columns: ColumnNames = ColumnNames()
) throws -> HeadlineTable {
    try HeadlineTable(bytes: Array(text.utf8), path: "in", format: format, columns: columns)
}

@Suite struct HeadlineFileTests {
    @Test("The same headlines come out of every format, plain and compressed", arguments: ["", ".gz"])
    func readsAllFormats(suffix: String) throws {
        let expected = try HeadlineTable(readingFrom: fixture("data/headlines.csv").path)
        #expect(expected.rows.count == 12)
        #expect(expected.rows[1].text == #""We were never asked": villagers of Low Brannoc sue dam builder"#)
        #expect(expected.rows[9].text == "日本の港町で灯台が再点灯")
        #expect(expected.rows[2].date == CalendarDate(year: 2023, month: 3, day: 15))
        #expect(expected.rows[6].date == nil)
        #expect(expected.rows[7].category == nil)
        #expect(expected.rows[3].source == "Ledger Daily")
        #expect(
            expected.summary.columns
                == ColumnNames(
                    headline: "headline", category: "category", date: "date", source: "source"))
        #expect(expected.summary.missingDates == 1 && expected.summary.missingCategories == 1)
        for format in HeadlineFormat.allCases {
            let table = try HeadlineTable(readingFrom: fixture("data/headlines.\(format)\(suffix)").path)
            #expect(table.texts == expected.texts, "\(format)")
            guard format != .txt else { continue }
            #expect(table.rows.map(\.category) == expected.rows.map(\.category), "\(format)")
            #expect(table.rows.map(\.date) == expected.rows.map(\.date), "\(format)")
            #expect(table.rows.map(\.source) == expected.rows.map(\.source), "\(format)")
            #expect(table.summary.missingDates == 1 && table.summary.missingCategories == 1)
        }
    }

    @Test("The digest is that of the file's bytes, compressed or not")
    func digests() throws {
        for name in ["headlines.csv", "headlines.csv.gz"] {
            let path = fixture("data/\(name)").path
            #expect(try HeadlineTable(readingFrom: path).digest == SHA256Digest.ofFile(path))
        }
    }

    /// A text, its format, and each headline with the line on which its row begins.
    static let accepted: [(HeadlineFormat, String, [String], [Int])] = [
        (.csv, "headline\nA", ["A"], [2]),
        (.csv, "\u{FEFF}headline\r\nA\r\nB\r\n", ["A", "B"], [2, 3]),
        (.csv, "headline\rA\rB", ["A", "B"], [2, 3]),
        (.csv, "\n\nheadline\n\nA\n\n\nB\n\n", ["A", "B"], [5, 8]),
        (.csv, "\"headline\",x\n\"a, b\",1\n", ["a, b"], [2]),
        (.csv, "headline,x\n\"a \"\"b\"\" c\",\n", ["a \"b\" c"], [2]),
        (.csv, "x,headline\n1,\"\"\"all\"\"\"\n2,B\"b\"\n", ["\"all\"", "B\"b\""], [2, 3]),
        (.csv, "headline,x\n\"one\ntwo\",1\nB,\"\r\n\r\"\nC,2", ["one two", "B", "C"], [2, 4, 7]),
        (.csv, "headline,x\n  A  ,1\n B\tb ,2\n", ["A", "B\tb"], [2, 3]),
        (.csv, "headline,x\n,1\n\"\",2\n\" \",3\nA,", ["A"], [5]),
        (.csv, " Title ,Label\nA,b\n", ["A"], [2]),
        (.csv, "headline;x\tx\nA", ["A"], [2]),
        (.tsv, "headline\tx\na, \"b\"\t1\n\"c\td\"\t2\n", ["a, \"b\"", "c\td"], [2, 3]),
        (.txt, "A\n\n  \nB,\"c\r\nD\rE", ["A", "B,\"c", "D", "E"], [1, 4, 5, 6]),
        (.txt, "\u{FEFF}\u{00A0}A\u{2003}b\u{3000}\n", ["A\u{2003}b"], [1]),
        (.txt, "A\u{2028}B \u{85} C\n", ["A B C"], [1]),
        (.jsonl, "{\"headline\":\"A\"}\r\n\n {\"headline\":\"B\",\"x\":[{}]} \n", ["A", "B"], [1, 3]),
        (.jsonl, "\u{FEFF}\"A\"\n\"B\\u0020\\n c\"\n", ["A", "B c"], [1, 2]),
        (.jsonl, "{\"headline\":null}\n{\"headline\":\"\\ud83c\\udf15\"}", ["🌕"], [2]),
        (.jsonl, "{\"x\":1,\"title\":\"A\"}\n{\"title\":\"B\"}", ["A", "B"], [1, 2]),
        (.json, "[\"A\",\"B\"]", ["A", "B"], [1, 1]),
        (
            .json, "\n[\n {\"headline\": \"A]},[\\\"\",\n  \"x\": [1, {\"y\": []}]},\n\n {\"headline\": \"B\"}\n]\n\n",
            ["A]},[\"", "B"], [3, 6]
        ),
        (.json, "\u{FEFF} [ \"A\" ] ", ["A"], [1]),
    ]

    @Test("Awkward but lawful files are read as they are meant", arguments: accepted.indices)
    func accepts(index: Int) throws {
        var (format, text, headlines, lines) = Self.accepted[index]
        // The one case with a strange header needs its name.
        let columns = ColumnNames(headline: text.hasPrefix("headline;") ? "headline;x\tx" : nil)
        let table = try table(text, format, columns: columns)
        #expect(table.texts == headlines)
        #expect(table.rows.map(\.line) == lines)
        headlines.removeAll()
        lines.removeAll()
    }

    /// A text, its format, and parts of the sentence that it must be refused with.
    static let refused: [(HeadlineFormat, String, [String])] = [
        (.csv, "", ["in: ", "empty"]),
        (.csv, "\u{FEFF}", ["empty"]),
        (.csv, "headline,x\n", ["no rows"]),
        (.csv, "\n\n", ["no rows"]),
        (.txt, " \n\n", ["all 2 headlines", "empty"]),
        (.csv, "headline,x\nA,1\nB\n", ["line 3: found 1 field, expected 2"]),
        (.csv, "headline,x\n\"A\n\n\",1\nB,c,d\n", ["line 5: found 3 fields, expected 2", "quoted"]),
        (.csv, "headline,x\nA,1\n\"B,2\nC,3\n", ["line 3", "never closed"]),
        (.csv, "headline,x\n\"B\n\" b,2\n", ["line 3", "after the closing quote", "line 2"]),
        (.tsv, "headline\tx\n\"B\" said\t2\n", ["line 2", "after the closing quote"]),
        (.csv, "headlin,x\nA,1\n", ["`headline`", "`headlin` and `x`", "header"]),
        (.jsonl, "{}\n{}", ["there are no columns"]),
        (.csv, "headline,x,headline\nA,1,B\n", ["more than one column named `headline`"]),
        (.jsonl, "{\"headline\":\"A\"}\n{\"headline\":\"B\"\n", ["line 2"]),
        (.jsonl, "{\"headline\":\"A\"}\n{\"headline\":\"\\ud83c half\"}", ["line 2", "surrogate"]),
        (.jsonl, "{\"headline\":\"A\"}\n{\"title\":\"B\"}", ["line 2", "no `headline`"]),
        (.jsonl, "{\"headline\":\"A\"}\n{\"headline\":7}", ["line 2", "`headline` is a number", "string"]),
        (.jsonl, "{\"headline\":\"A\",\"category\":[]}", ["line 1", "`category` is an array"]),
        (.jsonl, "{\"headline\":\"A\"}\n\"B\"", ["line 2", "object", "a string"]),
        (.jsonl, "\"A\"\n{\"headline\":\"B\"}", ["line 2", "string", "an object"]),
        (.jsonl, "[1]", ["line 1", "an array"]),
        (.jsonl, "{\"a\":1,\"a\":2}", ["line 1", "twice"]),
        (.jsonl, "\n\n", ["no rows"]),
        (.json, "{\"headline\":\"A\"}", ["line 1", "array", "jsonl"]),
        (.json, "[]", ["no rows"]),
        (.json, "[\"A\",]", ["line 1"]),
        (.json, "[\"A\",,\"B\"]", ["line 1"]),
        (.json, "[\n\"A\"\n\"B\"]", ["line 3"]),
        (.json, "[\n\"A\"\n", ["line 3", "interrupted"]),
        (.json, "[\n\"A\n", ["line 3", "interrupted"]),
        (.json, "[\n{\"headline\":\"A\"},\n{\"headline\":\"\\uDE00\"}]", ["line 3", "surrogate"]),
        (.json, "[\"A\"]\n x", ["line 2", "after the end"]),
        (.json, "[\"A\"}]", ["line 1"]),
        (.json, "", ["empty"]),
        (.json, "  ", ["line 1", "\"[\""]),
        (.txt, "A\u{0}B", ["line 1", "byte offset 1", "NUL", "UTF-16"]),
    ]

    @Test("Broken files are refused with the place and the reason", arguments: refused.indices)
    func refuses(index: Int) {
        let (format, text, parts) = Self.refused[index]
        let error = #expect(throws: FileError.self) { try table(text, format) }
        for part in parts {
            #expect(error?.description.contains(part) == true, "\(error?.description ?? "no error") lacks \(part)")
        }
        #expect(error?.category == .invalidInput)
    }

    @Test("What is dropped or changed is counted")
    func counts() throws {
        let text = """
            headline,category,date
            A,x,2024-01-01
              , y,2024-01-02

             B ,,someday
            "C
            c",z,
            D,x,2024-02-30

            """
        let table = try table(text, .csv)
        #expect(table.texts == ["A", "B", "C c", "D"])
        #expect(table.summary.rowsRead == 5)
        #expect(table.summary.kept == 4)
        #expect(table.summary.emptyHeadlines == 1)
        #expect(table.summary.blankLines == 1)
        #expect(table.summary.trimmedHeadlines == 1)
        #expect(table.summary.joinedLines == 1)
        #expect(table.summary.missingCategories == 1)
        #expect(table.summary.missingDates == 1)
        #expect(table.summary.unreadableDates == 2)
        #expect(table.summary.firstUnreadableDate?.text == "someday")
        #expect(table.summary.firstUnreadableDate?.line == 5)
        #expect(table.summary.description.contains("4 of 5 rows kept, 1 dropped for an empty headline"))
    }

    @Test("A headline of which nothing can be seen is an empty one; what can be seen stays, however odd")
    func invisible() throws {
        let unseen = ["\u{200B}\u{200D}", "\u{7}", "\u{301}", " \u{FEFF} ", "\u{3164}", "\u{20DD}\u{AD}"]
        let seen = ["\u{FFFD}", "e\u{301}", "👩\u{200D}🚀", "…", "\u{200B}a"]
        let table = try table((unseen + seen).joined(separator: "\n"), .txt)
        #expect(table.texts.map { Array($0.utf8) } == seen.map { Array($0.utf8) })
        #expect(table.summary.emptyHeadlines == unseen.count)
    }

    @Test("Numbers stand for categories and dates in JSON")
    func readsNumbers() throws {
        let table = try table(#"{"text":"A","label":3,"date":20240229}"#, .jsonl)
        #expect(table.rows == [Headline("A", category: "3", date: CalendarDate("2024-02-29"), line: 1)])
    }
}

@Suite struct ColumnTests {
    @Test("Named columns are used as named, also where another has a usual name")
    func usesNames() throws {
        let text = "title,Kicker,headline,kicker\nA,B,C,D\n"
        #expect(try table(text, .csv).texts == ["C"])
        #expect(try table(text, .csv, columns: ColumnNames(headline: "title")).texts == ["A"])
        #expect(try table(text, .csv, columns: ColumnNames(headline: "kicker")).texts == ["D"])
        let swapped = try table(text, .csv, columns: ColumnNames(category: "headline", source: "Kicker"))
        #expect(swapped.rows == [Headline("A", category: "C", source: "B", line: 2)])
    }

    @Test("A named column that is absent is refused with the columns found and the nearest name")
    func refusesAbsentNames() {
        let cases: [(HeadlineFormat, String)] = [
            (.csv, "headline,category\nA,B\n"), (.tsv, "headline\tcategory\nA\tB\n"),
            (.jsonl, "{\"headline\":\"A\"}\n{\"headline\":\"A\",\"category\":\"B\"}\n"),
            (.json, "[{\"headline\":\"A\",\"category\":\"B\"}]"),
        ]
        for (format, text) in cases {
            let error = #expect(throws: FileError.self) {
                try table(text, format, columns: ColumnNames(category: "catgory"))
            }
            #expect(
                error?.description
                    == "in: there is no column `catgory` for the category; the columns found are `headline` and"
                    + " `category`; did you mean \"category\"?")
        }
    }

    @Test("A column that has another role already is not said to be absent")
    func refusesClaimedColumns() throws {
        let text = "headline,category,date\nA,B,2024-01-01\n"
        let headline = #expect(throws: FileError.self) {
            try table(text, .csv, columns: ColumnNames(category: "headline"))
        }
        #expect(
            headline?.description.contains("the column `headline` is the category by data.columns.category") == true)
        let read = try table(text, .csv, columns: ColumnNames(headline: "category"))
        let labels = #expect(throws: LabelError.self) { try LabeledRows(read) }
        #expect(labels?.description.contains("the column `category` is the headline by data.columns.headline") == true)
    }

    @Test("A file without columns refuses column names", arguments: [(HeadlineFormat.txt, "A"), (.jsonl, "\"A\"")])
    func refusesNamesWithoutColumns(format: HeadlineFormat, text: String) {
        let error = #expect(throws: FileError.self) { try table(text, format, columns: ColumnNames(date: "day")) }
        #expect(error?.description.contains("no column `day` for the date") == true)
    }
}

@Suite struct FormatTests {
    @Test(
        "The extension says the format",
        arguments: [
            ("a/b.csv", HeadlineFormat.csv), ("B.TSV", .tsv), ("x.tab", .tsv), ("x.jsonl", .jsonl),
            ("x.ndjson.gz", .jsonl), ("x.v2.json", .json), ("x.txt.GZ", .txt),
        ])
    func detects(path: String, format: HeadlineFormat) throws {
        #expect(try HeadlineFormat(ofFileNamed: path) == format)
    }

    @Test(
        "An extension that says nothing is a usage error", arguments: ["headlines", "x.gz", "x.xlsx", "csv", "a.csv/b"])
    func refuses(path: String) {
        let error = #expect(throws: FileError.self) { try HeadlineFormat(ofFileNamed: path) }
        #expect(error?.category == .invalidRequest)
        #expect(error?.description.contains("csv, tsv, jsonl, json, txt") == true)
    }

    @Test("A missing file, a folder and a broken gzip file are each refused")
    func refusesUnreadable() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("HeadlineFileTests-\(UUID())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let compressed = try readFile(fixture("data/headlines.csv.gz").path)
        let cases: [(name: String, bytes: [UInt8]?)] = [
            ("missing.csv", nil), ("short.csv.gz", Array(compressed.dropLast(9))), ("empty.csv", []),
            ("plain.csv.gz", Array("headline\nA\n".utf8)),
        ]
        for (name, bytes) in cases {
            let path = folder.appendingPathComponent(name).path
            if let bytes { try Data(bytes).write(to: URL(fileURLWithPath: path)) }
            let error = #expect(throws: FileError.self) { try HeadlineTable(readingFrom: path) }
            #expect(error?.path == path)
        }
        #expect(throws: FileError.self) { try HeadlineTable(readingFrom: folder.path, format: .csv) }
    }
}
