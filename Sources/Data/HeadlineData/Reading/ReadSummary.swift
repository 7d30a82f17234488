/// The counts of reading a headline file; nothing is dropped or changed without a count here.
public struct ReadSummary: Sendable, Hashable, Codable, CustomStringConvertible {
    /// Rows of the file: records after the header, JSON values, or lines of text. Blank lines between records are not
    /// rows.
    public internal(set) var rowsRead = 0
    /// Rows dropped because their headline is empty or holds nothing that can be seen.
    public internal(set) var emptyHeadlines = 0
    /// Blank lines skipped between records (CSV, TSV, JSONL).
    public internal(set) var blankLines = 0
    /// Headlines in which a line break became a space.
    public internal(set) var joinedLines = 0
    /// Headlines that had white space at an end.
    public internal(set) var trimmedHeadlines = 0
    /// Kept rows without a category, though the file has that column.
    public internal(set) var missingCategories = 0
    /// Kept rows whose date is empty, though the file has that column.
    public internal(set) var missingDates = 0
    /// Kept rows whose date could not be read; they count as rows without a date.
    public internal(set) var unreadableDates = 0
    /// The first date that could not be read, as the file has it, and its line.
    public internal(set) var firstUnreadableDate: UnreadableDate?
    /// The column that each role was read from; empty for a file without columns.
    public internal(set) var columns = ColumnNames()

    /// A date that is not in a form that `CalendarDate` reads.
    public struct UnreadableDate: Sendable, Hashable, Codable {
        /// The text as the file has it.
        public let text: String
        /// The line of the file, from 1.
        public let line: Int
    }

    /// Rows that became headlines.
    public var kept: Int { rowsRead - emptyHeadlines }

    /// The counts that are not zero, as one line.
    public var description: String {
        var parts = ["\(kept) of \(rowsRead) rows kept"]
        func add(_ count: Int, _ what: String) { if count > 0 { parts.append("\(count) \(what)") } }
        add(emptyHeadlines, "dropped for an empty headline")
        add(blankLines, "blank lines skipped")
        add(joinedLines, "headlines joined from several lines")
        add(trimmedHeadlines, "headlines trimmed of white space")
        add(missingCategories, "rows without a category")
        add(missingDates, "rows without a date")
        add(unreadableDates, "rows with a date that cannot be read")
        if let first = firstUnreadableDate {
            parts.append("the first such date is `\(first.text)` on line \(first.line)")
        }
        return parts.joined(separator: ", ")
    }
}
