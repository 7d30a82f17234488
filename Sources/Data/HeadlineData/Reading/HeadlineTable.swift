public import Files
import JSON

/// The headlines of one file.
public struct HeadlineTable: Sendable {
    /// The file as the person named it.
    public let path: String
    /// In the order of the file, never empty.
    public let rows: [Headline]
    /// The counts of what was found, changed and dropped.
    public let summary: ReadSummary
    /// SHA-256 of the bytes of the file as it lies on disk (compressed, if it is).
    public let digest: SHA256Digest

    /// Reads a headline file: UTF-8 text, optionally compressed with gzip (seen from its first bytes).
    ///
    /// - Parameters:
    ///   - path: The file.
    ///   - format: The format of the file; `nil` goes by the extension.
    ///   - columns: The column of each role; a role without a name is looked for under its usual names.
    /// - Throws: A `FileError` for a file that is missing, unreadable, empty, not UTF-8, not in the format, without the
    ///   named columns or without a single headline.
    public init(
        readingFrom path: String, format: HeadlineFormat? = nil, columns: ColumnNames = ColumnNames()
    ) throws {
        try self.init(HeadlineFile(readingFrom: path), format: format, columns: columns)
    }

    /// Reads headlines from the bytes of a file; `path` gives the format, if none is given, and appears in errors.
    public init(
        bytes: [UInt8], path: String, format: HeadlineFormat? = nil, columns: ColumnNames = ColumnNames()
    ) throws {
        try self.init(HeadlineFile(bytes, path: path), format: format, columns: columns)
    }

    init(_ file: HeadlineFile, format: HeadlineFormat?, columns: ColumnNames) throws {
        let (text, path) = (file.text, file.path)
        let format = try format ?? HeadlineFormat(ofFileNamed: path)
        guard text.count > byteOrderMarkLength(text) else {
            throw FileError(path, "the file is empty, expected headlines")
        }
        try checkEncoding(of: text, path: path, isCompressed: file.isCompressed)
        var collector = RowCollector(path: path)
        switch format {
        case .csv: try collector.collectDelimited(text, delimiter: UInt8(ascii: ","), columns: columns)
        case .tsv: try collector.collectDelimited(text, delimiter: UInt8(ascii: "\t"), columns: columns)
        case .jsonl: try collector.collectJSON(JSONElements.lines(of: text, path: path), columns: columns)
        case .json: try collector.collectJSON(JSONElements.array(in: text, path: path), columns: columns)
        case .txt: try collector.collectLines(text, columns: columns)
        }
        guard !collector.rows.isEmpty else {
            throw FileError(
                path,
                collector.summary.rowsRead == 0
                    ? "the file has no rows, expected at least one headline"
                    : "all \(collector.summary.rowsRead) headlines in the file are empty; is another column meant?")
        }
        self.path = path
        rows = collector.rows
        summary = collector.summary
        digest = file.digest
    }

    /// The headlines alone.
    public var texts: [String] { rows.map(\.text) }
}

/// Gathers the rows of one file and counts what is dropped and changed.
struct RowCollector {
    let path: String
    private(set) var rows: [Headline] = []
    private(set) var summary = ReadSummary()

    init(path: String) { self.path = path }

    /// Adds one row as it is in the file. A role whose column the row lacks, or leaves empty, is `nil`.
    private mutating func add(
        headline: String, category: String? = nil, date: String? = nil, source: String? = nil, line: Int
    ) {
        summary.rowsRead += 1
        let headline = LineText(headline)
        guard !headline.isBlank else {
            summary.emptyHeadlines += 1
            return
        }
        if headline.isTrimmed { summary.trimmedHeadlines += 1 }
        if headline.isJoined { summary.joinedLines += 1 }
        let category = nonEmpty(category)
        if summary.columns.category != nil, category == nil { summary.missingCategories += 1 }
        var day: CalendarDate?
        if let date = nonEmpty(date) {
            day = CalendarDate(date)
            if day == nil {
                summary.unreadableDates += 1
                if summary.firstUnreadableDate == nil { summary.firstUnreadableDate = .init(text: date, line: line) }
            }
        } else if summary.columns.date != nil {
            summary.missingDates += 1
        }
        rows.append(
            Headline(headline.text, category: category, date: day, source: nonEmpty(source), line: line))
    }

    private func nonEmpty(_ text: String?) -> String? {
        guard let text else { return nil }
        let line = LineText(text).text
        return line.isEmpty ? nil : line
    }

    /// Every line of plain text is a headline.
    mutating func collectLines(_ bytes: [UInt8], columns: ColumnNames) throws {
        try refuseNames(columns, because: "a text file with one headline a line has no columns")
        var line = 1
        var start = byteOrderMarkLength(bytes)
        while start < bytes.count {
            let end = bytes[start...].firstIndex { $0 == 0x0A || $0 == 0x0D } ?? bytes.count
            add(headline: String(decoding: bytes[start..<end], as: UTF8.self), line: line)
            start = end + 1
            if start < bytes.count, bytes[end] == 0x0D, bytes[start] == 0x0A { start += 1 }
            line += 1
        }
    }

    /// The first record names the columns; every other record is a row and has as many fields.
    mutating func collectDelimited(_ bytes: [UInt8], delimiter: UInt8, columns: ColumnNames) throws {
        var text = DelimitedText(bytes, delimiter: delimiter, path: path)
        guard try text.next() else { return }
        let header = (0..<text.fieldCount).map { LineText(text.field($0)).text }
        summary.columns = try columns.resolved(among: header, of: path)
        func index(_ role: ColumnNames.Role) -> Int? { summary.columns[role].flatMap(header.firstIndex(of:)) }
        guard let headline = index(.headline) else { return }
        let (category, date, source) = (index(.category), index(.date), index(.source))
        while try text.next() {
            guard text.fieldCount == header.count else {
                throw FileError(
                    path,
                    "line \(text.recordLine): found \(text.fieldCount) \(text.fieldCount == 1 ? "field" : "fields"),"
                        + " expected \(header.count) as in the header; a field that contains the delimiter must"
                        + " be quoted")
            }
            add(
                headline: text.field(headline), category: category.map(text.field), date: date.map(text.field),
                source: source.map(text.field), line: text.recordLine)
        }
        summary.blankLines = text.blankLines
    }

    /// Every element is an object or every element is a string. Columns are the names found in any of the objects.
    mutating func collectJSON(_ elements: JSONElements, columns: ColumnNames) throws {
        summary.blankLines = elements.blankLines
        guard let first = elements.values.first else { return }
        if case .string = first.value {
            try refuseNames(columns, because: "its elements are strings, which have no columns")
            for (value, line) in elements.values {
                guard case .string(let headline) = value else {
                    throw FileError(path, "line \(line): expected a string like the first one, found \(value.kind)")
                }
                add(headline: headline, line: line)
            }
            return
        }
        summary.columns = try columns.resolved(among: elements.names(), of: path)
        guard let headlineName = summary.columns.headline else { return }
        for (value, line) in elements.values {
            guard let headline = value[headlineName] else {
                throw FileError(
                    path, "line \(line): the object has no `\(headlineName)`; write null where a headline is missing")
            }
            guard headline.isNull || headline.string != nil else {
                throw FileError(
                    path, "line \(line): `\(headlineName)` is \(headline.kind), expected a string with the headline")
            }
            func text(_ role: ColumnNames.Role) throws -> String? {
                guard let name = summary.columns[role], let value = value[name] else { return nil }
                return try label(value, named: name, line: line)
            }
            add(
                headline: headline.string ?? "", category: try text(.category), date: try text(.date),
                source: try text(.source), line: line)
        }
    }

    /// A category, date or source as text: some data sets number their categories.
    private func label(_ value: JSONValue, named name: String, line: Int) throws -> String? {
        switch value {
        case .null: nil
        case .string(let text): text
        case .integer(let number): String(number)
        case .number(let number): number.description
        case .boolean, .array, .object:
            throw FileError(path, "line \(line): `\(name)` is \(value.kind), expected a string or a number")
        }
    }

    private func refuseNames(_ columns: ColumnNames, because reason: String) throws {
        guard let role = ColumnNames.Role.allCases.first(where: { columns[$0] != nil }), let name = columns[role]
        else { return }
        throw FileError(path, "there is no column `\(name)` for the \(role): \(reason)")
    }
}
