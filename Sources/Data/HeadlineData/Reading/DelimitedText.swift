import Files

/// Walks over the records of CSV or TSV text (RFC 4180): fields between delimiters, optionally in double quotes, in
/// which delimiters and line breaks are text and a doubled quote is one quote. Lines end with LF, CR LF or a single CR.
/// More lenient than the RFC in one thing that cannot be misread: a quote inside a field that does not begin with one
/// is text.
struct DelimitedText {
    private let bytes: [UInt8]
    private let delimiter: UInt8
    private let path: String
    private var position: Int
    private var line = 1

    /// The line on which the current record begins, from 1.
    private(set) var recordLine = 1
    /// The unescaped bytes of the current record's fields, end to end.
    private var content: [UInt8] = []
    /// The end of each field in `content`.
    private var ends: [Int] = []
    /// Blank lines skipped so far.
    private(set) var blankLines = 0

    private static let quote = UInt8(ascii: "\"")
    private static let lineFeed: UInt8 = 0x0A
    private static let carriageReturn: UInt8 = 0x0D

    /// `bytes` must be valid UTF-8; `path` is for errors.
    init(_ bytes: [UInt8], delimiter: UInt8, path: String) {
        self.bytes = bytes
        self.delimiter = delimiter
        self.path = path
        position = byteOrderMarkLength(bytes)
    }

    /// The number of fields of the current record.
    var fieldCount: Int { ends.count }

    /// A field of the current record.
    func field(_ index: Int) -> String {
        String(decoding: content[(index == 0 ? 0 : ends[index - 1])..<ends[index]], as: UTF8.self)
    }

    /// Reads the next record; false at the end. Throws a `FileError` for an unclosed quote and for text after a closing
    /// one.
    mutating func next() throws -> Bool {
        while position < bytes.count, isLineEnd(bytes[position]) {
            endLine()
            blankLines += 1
        }
        guard position < bytes.count else { return false }
        recordLine = line
        content.removeAll(keepingCapacity: true)
        ends.removeAll(keepingCapacity: true)
        while true {
            if position < bytes.count, bytes[position] == Self.quote {
                try takeQuoted()
            } else {
                takePlain()
            }
            ends.append(content.count)
            guard position < bytes.count else { return true }
            guard bytes[position] == delimiter else {
                endLine()
                return true
            }
            position += 1
        }
    }

    private func isLineEnd(_ byte: UInt8) -> Bool { byte == Self.lineFeed || byte == Self.carriageReturn }

    /// Steps over the line end at the position.
    private mutating func endLine() {
        let isPair =
            bytes[position] == Self.carriageReturn && position + 1 < bytes.count
            && bytes[position + 1] == Self.lineFeed
        position += isPair ? 2 : 1
        line += 1
    }

    /// Takes bytes up to a delimiter, a line end or the end of the text.
    private mutating func takePlain() {
        let start = position
        while position < bytes.count, bytes[position] != delimiter, !isLineEnd(bytes[position]) { position += 1 }
        content += bytes[start..<position]
    }

    /// Takes a field in quotes; the position is at its opening quote, and afterwards at a delimiter, a line end or the
    /// end.
    private mutating func takeQuoted() throws {
        let openingLine = line
        position += 1
        while true {
            let start = position
            while position < bytes.count, bytes[position] != Self.quote { position += 1 }
            content += bytes[start..<position]
            line += lineBreaks(in: bytes[start..<position])
            guard position < bytes.count else {
                throw FileError(
                    path,
                    "a quoted field that begins on line \(openingLine) is never closed; close it, or double the quotes"
                        + " that belong to the text (\"\"), or check whether the file was cut short")
            }
            position += 1
            guard position < bytes.count, bytes[position] == Self.quote else { break }
            content.append(Self.quote)
            position += 1
        }
        guard position == bytes.count || bytes[position] == delimiter || isLineEnd(bytes[position]) else {
            throw FileError(
                path,
                "line \(line) has text after the closing quote of a field that begins on line \(openingLine); a field"
                    + " that begins with a quote must be quoted whole, with the quotes inside doubled (\"\")")
        }
    }
}
