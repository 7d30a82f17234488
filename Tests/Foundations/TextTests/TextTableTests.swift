import Testing
import Text

@Suite struct TextTableTests {
    @Test("labels from a file cannot move the cursor of a terminal or break the table")
    func hostileLabels() throws {
        var table = TextTable([("label", .left), ("n", .right)])
        table.add(["\u{1B}[2Jred\n\u{202E}", "1"])
        table.add([String(repeating: "x", count: 60), "22"])
        let lines = table.description.split(separator: "\n")
        #expect(lines.count == 3)
        #expect(lines[1].hasPrefix("\u{FFFD}[2Jred\u{FFFD}\u{FFFD}  "))
        #expect(lines[2] == String(repeating: "x", count: 39) + "…  22")
        #expect(lines.allSatisfy { $0.count == 44 })
    }
}
