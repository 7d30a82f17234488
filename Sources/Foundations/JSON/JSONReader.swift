import Text

extension JSONValue {
    /// The default limit of nested arrays and objects.
    ///
    /// The reader recurses, so without a limit a file of opening brackets would overflow the stack. The documents of this
    /// project nest less than ten deep.
    public static let defaultDepthLimit = 128

    /// Reads one JSON text (RFC 8259) in UTF-8, with or without a byte order mark, and with only white space around it.
    ///
    /// The reader is stricter than RFC 8259: it refuses an object that repeats a name and an escape of half a surrogate pair,
    /// because both lose what was meant.
    ///
    /// - Parameters:
    ///   - bytes: The text.
    ///   - firstLine: The number of its first line, for errors in a file of JSON lines.
    ///   - depthLimit: The limit of nested arrays and objects.
    /// - Throws: `JSONError` with the line and column of the first error.
    public init(
        parsing bytes: some Collection<UInt8>, firstLine: Int = 1, depthLimit: Int = JSONValue.defaultDepthLimit
    ) throws(JSONError) {
        func read(_ buffer: UnsafeBufferPointer<UInt8>) -> Result<JSONValue, JSONError> {
            var reader = JSONReader(bytes: buffer, firstLine: firstLine, depthLimit: depthLimit)
            return Result { () throws(JSONError) in try reader.document() }
        }
        // `withContiguousStorageIfAvailable` has no typed throws.
        let result = bytes.withContiguousStorageIfAvailable(read) ?? Array(bytes).withUnsafeBufferPointer(read)
        self = try result.get()
    }

    /// Reads one JSON text from a string, like `init(parsing:firstLine:depthLimit:)` from bytes.
    public init(parsing text: String, firstLine: Int = 1) throws(JSONError) {
        try self.init(parsing: text.utf8, firstLine: firstLine)
    }
}

/// A recursive descent over the bytes of one JSON text. It is created and used within one `withUnsafeBufferPointer`.
private struct JSONReader {
    let bytes: UnsafeBufferPointer<UInt8>
    let firstLine: Int
    let depthLimit: Int
    var position = 0

    init(bytes: UnsafeBufferPointer<UInt8>, firstLine: Int, depthLimit: Int) {
        self.bytes = bytes
        self.firstLine = firstLine
        self.depthLimit = depthLimit
    }

    /// The byte at the position, or 0 at the end. JSON has no byte 0 outside strings.
    var next: UInt8 { position < bytes.count ? bytes[position] : 0 }

    mutating func document() throws(JSONError) -> JSONValue {
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
        skipWhiteSpace()
        let value = try value(depth: 0)
        skipWhiteSpace()
        guard position == bytes.count else {
            throw error("expected nothing after the JSON value, found \(found())")
        }
        return value
    }

    mutating func value(depth: Int) throws(JSONError) -> JSONValue {
        switch next {
        case UInt8(ascii: "{"): return try object(depth: depth + 1)
        case UInt8(ascii: "["): return try array(depth: depth + 1)
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try word("true", .boolean(true))
        case UInt8(ascii: "f"): return try word("false", .boolean(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try number()
        default: throw error("expected a JSON value, found \(found())")
        }
    }

    mutating func word(_ word: StaticString, _ value: JSONValue) throws(JSONError) -> JSONValue {
        let length = word.utf8CodeUnitCount
        let matches =
            position + length <= bytes.count
            && (0..<length).allSatisfy { bytes[position + $0] == word.utf8Start[$0] }
        guard matches else { throw error("expected \(word), found another word") }
        position += length
        return value
    }

    mutating func array(depth: Int) throws(JSONError) -> JSONValue {
        try enter(depth)
        var elements: [JSONValue] = []
        if closes(UInt8(ascii: "]")) { return .array([]) }
        while true {
            elements.append(try value(depth: depth))
            if try !goesOn(until: UInt8(ascii: "]"), of: "array") { return .array(elements) }
        }
    }

    mutating func object(depth: Int) throws(JSONError) -> JSONValue {
        try enter(depth)
        var members: [(key: String, value: JSONValue)] = []
        var names = NameSet()
        if closes(UInt8(ascii: "}")) { return .object([]) }
        while true {
            guard next == UInt8(ascii: "\"") else { throw error("expected a name in quotes, found \(found())") }
            let start = position
            let key = try string()
            guard names.insert(key, after: members, bytesLeft: bytes.count - position) else {
                throw error("the name \"\(key.prefix(80))\" appears twice in one object", at: start)
            }
            skipWhiteSpace()
            guard next == UInt8(ascii: ":") else { throw error("expected \":\" after a name, found \(found())") }
            position += 1
            skipWhiteSpace()
            members.append((key, try value(depth: depth)))
            if try !goesOn(until: UInt8(ascii: "}"), of: "object") { return .object(members) }
        }
    }

    /// Skips the opening bracket.
    mutating func enter(_ depth: Int) throws(JSONError) {
        guard depth <= depthLimit else {
            throw error("arrays and objects nest deeper than the limit of \(depthLimit)")
        }
        position += 1
        skipWhiteSpace()
    }

    /// Skips the closing bracket of an empty array or object, and returns true if there is one.
    mutating func closes(_ bracket: UInt8) -> Bool {
        guard next == bracket else { return false }
        position += 1
        return true
    }

    /// Skips a comma or the closing bracket after an element, and returns true after a comma.
    mutating func goesOn(until bracket: UInt8, of kind: String) throws(JSONError) -> Bool {
        skipWhiteSpace()
        if closes(bracket) { return false }
        guard next == UInt8(ascii: ",") else {
            throw error("expected \",\" or the end of the \(kind), found \(found())")
        }
        position += 1
        skipWhiteSpace()
        return true
    }

    mutating func skipWhiteSpace() {
        while position < bytes.count {
            switch bytes[position] {
            case UInt8(ascii: " "), UInt8(ascii: "\n"), UInt8(ascii: "\r"), UInt8(ascii: "\t"): position += 1
            default: return
            }
        }
    }
}

// Numbers.
extension JSONReader {
    mutating func number() throws(JSONError) -> JSONValue {
        let start = position
        if next == UInt8(ascii: "-") { position += 1 }
        let leadingZero = next == UInt8(ascii: "0")
        let digits = try skipDigits()
        guard !leadingZero || digits == 1 else { throw error("a number begins with a needless 0", at: start) }
        var isInteger = true
        if next == UInt8(ascii: ".") {
            isInteger = false
            position += 1
            _ = try skipDigits()
        }
        if next | 0x20 == UInt8(ascii: "e") {
            isInteger = false
            position += 1
            if next == UInt8(ascii: "-") || next == UInt8(ascii: "+") { position += 1 }
            _ = try skipDigits()
        }
        let text = String(decoding: bytes[start..<position], as: UTF8.self)
        // Double reads "-0", because it has a negative zero.
        if isInteger, let value = Int(text), value != 0 || text == "0" { return .integer(value) }
        guard let value = Double(text), value.isFinite else {
            throw error("the number \(text.prefix(40)) is larger than a Double can hold", at: start)
        }
        return .number(value)
    }

    /// Skips one or more digits and returns their number.
    mutating func skipDigits() throws(JSONError) -> Int {
        let start = position
        while (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(next) { position += 1 }
        guard position > start else { throw error("expected a digit in a number, found \(found())") }
        return position - start
    }
}

// Strings.
extension JSONReader {
    mutating func string() throws(JSONError) -> String {
        let opening = position
        position += 1
        let start = position
        while position < bytes.count, bytes[position] != UInt8(ascii: "\"") {
            guard bytes[position] != UInt8(ascii: "\\") else { return try stringWithEscapes(from: start, opening) }
            try checkControl()
            position += 1
        }
        try checkClosed(opening)
        let text = try validated(UnsafeBufferPointer(rebasing: bytes[start..<position]), at: start)
        position += 1
        return text
    }

    /// Reads a string that has a backslash, which is slower. `start` is the offset of its first character.
    mutating func stringWithEscapes(from start: Int, _ opening: Int) throws(JSONError) -> String {
        // Each run between escapes is validated before it is copied.
        var text = ""
        var run = start
        while position < bytes.count, bytes[position] != UInt8(ascii: "\"") {
            if bytes[position] == UInt8(ascii: "\\") {
                text += try validated(UnsafeBufferPointer(rebasing: bytes[run..<position]), at: run)
                text.unicodeScalars.append(try escape())
                run = position
            } else {
                try checkControl()
                position += 1
            }
        }
        try checkClosed(opening)
        text += try validated(UnsafeBufferPointer(rebasing: bytes[run..<position]), at: run)
        position += 1
        return text
    }

    func checkControl() throws(JSONError) {
        guard bytes[position] >= 0x20 else {
            throw error("a control character must be escaped in a string, found \(found())")
        }
    }

    func checkClosed(_ opening: Int) throws(JSONError) {
        guard position < bytes.count else {
            throw error("the string that begins here is not closed; was the file cut short?", at: opening)
        }
    }

    /// Skips an escape and returns its character.
    mutating func escape() throws(JSONError) -> Unicode.Scalar {
        let start = position
        position += 1
        let letter = next
        if letter == UInt8(ascii: "u") { return try unicodeEscape(from: start) }
        let scalar: Unicode.Scalar? =
            switch letter {
            case UInt8(ascii: "\""): "\""
            case UInt8(ascii: "\\"): "\\"
            case UInt8(ascii: "/"): "/"
            case UInt8(ascii: "b"): "\u{08}"
            case UInt8(ascii: "f"): "\u{0C}"
            case UInt8(ascii: "n"): "\n"
            case UInt8(ascii: "r"): "\r"
            case UInt8(ascii: "t"): "\t"
            default: nil
            }
        guard let scalar else { throw error("JSON has no such escape: a backslash before \(found())", at: start) }
        position += 1
        return scalar
    }

    mutating func unicodeEscape(from start: Int) throws(JSONError) -> Unicode.Scalar {
        position += 1
        let first = try fourHexDigits(from: start)
        if let scalar = Unicode.Scalar(first) { return scalar }
        if first < 0xDC00, next == UInt8(ascii: "\\"), position + 1 < bytes.count,
            bytes[position + 1] == UInt8(ascii: "u")
        {
            position += 2
            let second = try fourHexDigits(from: position - 2)
            if (0xDC00...0xDFFF).contains(second),
                let scalar = Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00))
            {
                return scalar
            }
        }
        throw error(
            "the escape \\u\(hexadecimal(first, digits: 4)) is half of a surrogate pair, "
                + "which is not a character; remove it or write the pair", at: start)
    }

    mutating func fourHexDigits(from start: Int) throws(JSONError) -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<4 {
            let digit: UInt8
            switch next {
            case let byte where (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte): digit = byte - 48
            case let byte where (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte): digit = byte - 87
            case let byte where (UInt8(ascii: "A")...UInt8(ascii: "F")).contains(byte): digit = byte - 55
            default: throw error("expected four hexadecimal digits after \\u", at: start)
            }
            value = value << 4 | UInt32(digit)
            position += 1
        }
        return value
    }

    /// Returns the bytes as a string.
    /// - Throws: `JSONError` if they are not UTF-8.
    func validated(_ run: UnsafeBufferPointer<UInt8>, at start: Int) throws(JSONError) -> String {
        if let text = String(validating: run, as: UTF8.self) { return text }
        var parser = Unicode.UTF8.ForwardParser()
        var iterator = run.makeIterator()
        var offset = 0
        while case .valid(let scalar) = parser.parseScalar(from: &iterator) { offset += scalar.count }
        let byte = hexadecimal(UInt32(run[min(offset, run.count - 1)]), digits: 2)
        throw error(
            "the text is not UTF-8: byte 0x\(byte) is invalid here; convert the file to UTF-8", at: start + offset)
    }
}

// Errors.
extension JSONReader {
    /// Describes the byte at the position, for a message.
    func found() -> String {
        guard position < bytes.count else { return "the end of the text" }
        let byte = bytes[position]
        return (0x21...0x7E).contains(byte)
            ? "\"\(Unicode.Scalar(byte))\"" : "byte 0x\(hexadecimal(UInt32(byte), digits: 2))"
    }

    /// Creates an error at a byte offset, by default the position. Lines are counted only here, as there is at most one error.
    func error(_ problem: String, at offset: Int? = nil) -> JSONError {
        var line = firstLine
        var column = 1
        for byte in bytes[..<min(offset ?? position, bytes.count)] {
            if byte == UInt8(ascii: "\n") {
                line += 1
                column = 1
            } else if byte & 0xC0 != 0x80 {
                column += 1
            }
        }
        return JSONError(line: line, column: column, problem: problem)
    }

    func hexadecimal(_ value: UInt32, digits: Int) -> String {
        let text = String(value, radix: 16)
        return String(repeating: "0", count: max(0, digits - text.count)) + text
    }
}

/// The names of one object. Most objects have a few, for which a linear search is faster than a hash table.
private struct NameSet {
    private static let linearLimit = 8
    private var names: Set<ByteString> = []

    /// Adds a name, and returns false if it is among `members`, the members before it.
    mutating func insert(
        _ name: String, after members: [(key: String, value: JSONValue)], bytesLeft: Int
    ) -> Bool {
        if members.count < Self.linearLimit {
            return !members.contains { $0.key.utf8.elementsEqual(name.utf8) }
        }
        if members.count == Self.linearLimit {
            // Room for a vocabulary at once: growing step by step takes as long as reading it.
            names.reserveCapacity(min(bytesLeft / 20, 1 << 16))
            for member in members { names.insert(ByteString(member.key)) }
        }
        return names.insert(ByteString(name)).inserted
    }
}
