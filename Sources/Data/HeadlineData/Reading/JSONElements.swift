import Files
import JSON

/// The JSON values of a file of headlines, each with the line on which it begins.
struct JSONElements {
    /// All objects, or all strings and other values as found: the collector judges what is not an object.
    private(set) var values: [(value: JSONValue, line: Int)] = []
    /// Blank lines between values (JSONL).
    private(set) var blankLines = 0

    private let path: String

    private init(path: String) { self.path = path }

    /// One value a line.
    static func lines(of bytes: [UInt8], path: String) throws -> JSONElements {
        var elements = JSONElements(path: path)
        var line = 1
        var start = byteOrderMarkLength(bytes)
        while start < bytes.count {
            let end = bytes[start...].firstIndex(of: 0x0A) ?? bytes.count
            let text = bytes[start..<end]
            if text.allSatisfy(isWhiteSpace) {
                elements.blankLines += 1
            } else {
                try elements.parse(text, line: line)
            }
            start = end + 1
            line += 1
        }
        return elements
    }

    /// The elements of one array. They are cut out here and parsed one by one, so that each knows its line and an error
    /// says it too.
    static func array(in bytes: [UInt8], path: String) throws -> JSONElements {
        var elements = JSONElements(path: path)
        var cutter = ElementCutter(bytes)
        guard cutter.takeOpeningBracket() else {
            throw FileError(
                path,
                "line \(cutter.line): expected \"[\", the beginning of an array of headlines; a file with one object"
                    + " a line has the format jsonl")
        }
        while let element = cutter.nextElement() {
            try elements.parse(bytes[element.range], line: element.line)
        }
        guard cutter.isComplete else {
            throw FileError(
                path,
                cutter.isAtEnd
                    ? "line \(cutter.line): the file ends inside its array; was the copy interrupted?"
                    : "line \(cutter.line): expected nothing after the end of the array")
        }
        return elements
    }

    /// The names found in the objects, in the order of first appearance.
    func names() -> [String] {
        var names: [String] = []
        var seen: Set<String> = []
        for case (.object(let members), _) in values {
            for member in members where seen.insert(member.key).inserted { names.append(member.key) }
        }
        return names
    }

    private mutating func parse(_ text: ArraySlice<UInt8>, line: Int) throws {
        let value: JSONValue
        do {
            value = try JSONValue(parsing: text, firstLine: line)
        } catch {
            throw FileError(path, "\(error)")
        }
        if case .object = value {
        } else if case .string = value {
        } else {
            throw FileError(path, "line \(line): expected an object or a string, found \(value.kind)")
        }
        if let first = values.first, case .object = first.value, value.object == nil {
            throw FileError(path, "line \(line): expected an object like the first one, found \(value.kind)")
        }
        values.append((value, line))
    }
}

private func isWhiteSpace(_ byte: UInt8) -> Bool {
    byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09
}

/// Finds where the elements of a top-level JSON array begin and end, without judging what is inside of them.
private struct ElementCutter {
    private let bytes: [UInt8]
    private var position: Int
    /// The line of the position, from 1.
    private(set) var line = 1
    private var isClosed = false

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        position = byteOrderMarkLength(bytes)
    }

    /// True at the end of the text.
    var isAtEnd: Bool { position == bytes.count }
    /// True when the array was closed and nothing follows it.
    var isComplete: Bool { isClosed && isAtEnd }

    mutating func takeOpeningBracket() -> Bool {
        skipWhiteSpace()
        guard !isAtEnd, bytes[position] == UInt8(ascii: "[") else { return false }
        position += 1
        skipWhiteSpace()
        if !isAtEnd, bytes[position] == UInt8(ascii: "]") { close() }
        return true
    }

    /// The bytes up to the next comma or closing bracket of the array itself, and the line on which they begin; `nil`
    /// after the last element or where the text ends first. An empty element (`[1,,2]`, `[1,]`) is returned as such,
    /// for the parser to refuse.
    mutating func nextElement() -> (range: Range<Int>, line: Int)? {
        guard !isClosed else { return nil }
        skipWhiteSpace()
        let (start, startLine) = (position, line)
        var depth = 0
        while !isAtEnd {
            switch bytes[position] {
            case UInt8(ascii: "\""):
                skipString()
                continue
            case UInt8(ascii: "["), UInt8(ascii: "{"): depth += 1
            case UInt8(ascii: "]") where depth <= 0:
                let end = position
                close()
                return (start..<end, startLine)
            case UInt8(ascii: "]"), UInt8(ascii: "}"): depth -= 1
            case UInt8(ascii: ",") where depth <= 0:
                position += 1
                return (start..<(position - 1), startLine)
            case 0x0A: line += 1
            default: break
            }
            position += 1
        }
        return nil
    }

    /// Steps over the closing bracket and the white space after it.
    private mutating func close() {
        position += 1
        isClosed = true
        skipWhiteSpace()
    }

    /// Steps over a string, or to the end if it is not closed.
    private mutating func skipString() {
        position += 1
        while !isAtEnd, bytes[position] != UInt8(ascii: "\"") {
            if bytes[position] == 0x0A { line += 1 }
            if bytes[position] == UInt8(ascii: "\\"), position + 1 < bytes.count { position += 1 }
            position += 1
        }
        if !isAtEnd { position += 1 }
    }

    private mutating func skipWhiteSpace() {
        while !isAtEnd, isWhiteSpace(bytes[position]) {
            if bytes[position] == 0x0A { line += 1 }
            position += 1
        }
    }
}
