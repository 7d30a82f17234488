import Files
import Foundation
import JSON
import Reports
import Testing
import TestSupport
import Text

#if canImport(FoundationXML)
    import FoundationXML
#endif

/// Checks that elements are closed in order, and gathers what they are.
private final class ElementReader: NSObject, XMLParserDelegate {
    private(set) var elements: [(name: String, attributes: [String: String])] = []
    private(set) var text = ""
    private(set) var failure: String?

    init(_ html: String) {
        super.init()
        // Of HTML's own rules a report uses only the declaration, which is not XML.
        let page = html.replacing("<!doctype html>", with: "")
        let parser = XMLParser(data: Data(page.utf8))
        parser.delegate = self
        if !parser.parse() { failure = "\(parser.lineNumber): \(String(describing: parser.parserError))" }
    }

    func parser(
        _: XMLParser, didStartElement name: String, namespaceURI _: String?, qualifiedName _: String?,
        attributes: [String: String]
    ) { elements.append((name, attributes)) }

    func parser(_: XMLParser, foundCharacters text: String) { self.text += text }

    func count(_ name: String) -> Int { elements.count { $0.name == name } }
}

@Suite struct ReportFormTests {
    @Test("The page is well-formed, has the parts of the report, and no element that could run or fetch anything")
    func structure() throws {
        let html = Specimen.report.html
        let page = ElementReader(html)
        #expect(page.failure == nil)
        for name in ["script", "img", "iframe", "link", "object", "embed", "form", "image", "use", "foreignObject"] {
            #expect(page.count(name) == 0, "\(name)")
        }
        for (name, attributes) in page.elements {
            #expect(!attributes.keys.contains { $0.hasPrefix("on") || $0 == "src" || $0.hasSuffix(":href") }, "\(name)")
            if let target = attributes["href"] { #expect(target.hasPrefix("#"), "\(target)") }
        }
        #expect(!html.contains("url(") && !html.contains("@import"))
        #expect(page.count("h1") == 1 && page.count("h2") == 5)
        #expect(page.count("svg") == 8 && page.count("figure") == 8)
        #expect(page.count("table") == 2 + 8)
        let names = page.elements.compactMap { $0.attributes["id"] }
        #expect(Set(names).count == names.count)
        for figure in page.elements where figure.name == "svg" {
            #expect(figure.attributes["role"] == "img")
            let labels = figure.attributes["aria-labelledby"]?.split(separator: " ").map(String.init) ?? []
            #expect(labels.count == 2 && Set(labels).isSubset(of: names))
        }
        for target in page.elements.compactMap({ $0.attributes["href"] }) {
            #expect(names.contains(String(target.dropFirst())))
        }
    }

    @Test("A hostile headline is text in all three forms, and nothing of it is lost")
    func escaping() {
        let report = Specimen.report
        let page = ElementReader(report.html)
        #expect(
            page.text.contains(
                "</script><img src=x onerror=alert(1)> & \"quotes\" 'more' \\u{1b}[31m \\u{202e}desrever"))
        for form in [report.html, report.markdown, report.plainText] {
            for scalar in form.unicodeScalars where scalar != "\n" {
                let isHarmful =
                    scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value)
                    || (0x202A...0x202E).contains(scalar.value) || (0x2066...0x2069).contains(scalar.value)
                #expect(!isHarmful, "U+\(String(scalar.value, radix: 16))")
            }
        }
        #expect(!report.html.contains("<img") && !report.html.contains("</script>"))
        #expect(
            report.html.contains(
                "&lt;/script&gt;&lt;img src=x onerror=alert(1)&gt; &amp; &quot;quotes&quot; &#39;more&#39;"))
        #expect(report.plainText.contains(#"second line"#) && report.plainText.contains(#"@someone\nsecond line"#))
    }

    @Test(
        "In Markdown a headline commands nothing",
        arguments: [
            ("a|b", #"a\|b"#), ("**b** _i_ `c`", #"\*\*b\*\* \_i\_ \`c\`"#), ("<b>&amp;", "&lt;b&gt;&amp;amp;"),
            ("# one", "\\# one"), ("- one", #"\- one"#), ("1. one", #"1\. one"#), ("2) two", #"2\) two"#),
            ("+ one - two", #"\+ one - two"#), ("[a](b)", #"\[a\](b)"#), ("~~c~~", #"\~\~c\~\~"#),
            ("http://example.org", "http&#58;//example.org"), ("www.example.org", #"www\.example.org"#),
            ("@name", "&#64;name"), ("a\nb", #"a\\nb"#),
            ("Rates: up 4.5% (of 2.), again!", "Rates: up 4.5% (of 2.), again!"),
            ("  12. one", #"  12\. one"#), ("![x](y)", #"!\[x\](y)"#), ("12 of 3. one", "12 of 3. one"),
            ("0.612 of 1.", "0.612 of 1."), ("12.", #"12\."#), ("3.5% up", "3.5% up"),
        ])
    func markdownEscapes(text: String, expected: String) {
        let report = Report(title: "x", sections: [.init("y", [.paragraph(text)])])
        #expect(report.markdown == "# x\n\n## y\n\n\(expected)\n")
    }

    @Test("Tables in Markdown keep their columns whatever the cells hold")
    func markdownTables() throws {
        let lines = Specimen.report.markdown.split(separator: "\n").map(String.init)
        let start = try #require(lines.firstIndex { $0.hasPrefix("| model |") })
        #expect(lines[start + 1] == "| --- | ---: | ---: |")
        #expect(lines[start + 2] == #"| **classifier** | **0.612 \[0.598, 0.627\]** | **12,345** |"#)
        for line in lines[start...(start + 4)] {
            #expect(line.replacing(#"\|"#, with: "").count { $0 == "|" } == 4)
        }
    }

    @Test("The same report is the same bytes")
    func deterministic() {
        #expect(Specimen.report.html == Specimen.report.html)
        #expect(Specimen.report.markdown == Specimen.report.markdown)
    }

    @Test("A terminal gets the verdict, the tables and what is unfolded")
    func plainText() {
        let text = Specimen.report.plainText
        #expect(text.contains("CAUTION. Better than both baselines"))
        #expect(text.contains("classifier   ") && text.contains("0.612 [0.598, 0.627]     12,345"))
        #expect(text.contains("Mayor of Tessen opens a bridge  [seed 7; 0.98]"))
        #expect(text.contains("(All 2 of them: in the full report)") && !text.contains("Ferry runs again"))
    }

    @Test("The specimen is written where HEADLINEKIT_REPORT_SPECIMEN says, for scripts/check-report")
    func specimen() throws {
        guard let path = ProcessInfo.processInfo.environment["HEADLINEKIT_REPORT_SPECIMEN"] else { return }
        try ReportFolder(path: path).write(Specimen.report, json: ["title": "specimen"])
        #expect(pathExists("\(path)/report.html"))
    }
}

@Suite struct ReportFolderTests {
    @Test("A folder is written whole, with the folders above it, and is never written over")
    func folder() throws {
        try withTemporaryFolder { above in
            let path = "\(above)/reports/first"
            let folder = try ReportFolder(path: path)
            try folder.write(Specimen.report, json: ["a": 1], others: [("predictions.jsonl", Array("{}\n".utf8))])
            #expect(try listFolder(path).sorted() == ["predictions.jsonl", "report.html", "report.json", "report.md"])
            #expect(try readFile("\(path)/report.html") == Array(Specimen.report.html.utf8))
            #expect(try readFile("\(path)/report.json") == Array("{\n  \"a\": 1\n}\n".utf8))
            let error = #expect(throws: FileError.self) { try ReportFolder(path: path) }
            #expect(error?.description.contains("already exists") == true && error?.category == .invalidRequest)
            #expect(throws: FileError.self) { try folder.write(Specimen.report, json: nil) }
            #expect(try listFolder("\(above)/reports") == ["first"])
        }
    }

    @Test("A place where no folder can be made is refused before there is anything to write")
    func impossible() throws {
        try withTemporaryFolder { above in
            try AtomicFile.write("", to: "\(above)/file")
            for path in ["\(above)/file/report", "\(above)/file/deep/report"] {
                let error = #expect(throws: FileError.self) { try ReportFolder(path: path) }
                #expect(error?.description.contains("\(above)/file is not a folder") == true)
                #expect(error?.category == .invalidRequest)
            }
            _ = try ReportFolder(path: "\(above)/new/deep/report")
            #expect(!pathExists("\(above)/new"))
        }
    }
}
