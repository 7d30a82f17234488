import Files

/// The JSON header of a safetensors file, read as hostile input: exactly the shape the format allows, nothing nested deeper,
/// no key twice, no number beyond an integer.
struct SafetensorsHeader {
    /// The largest header that is read, as in the reference implementation: 100 MB.
    static let largestByteCount = 100_000_000

    /// The entries in the order of their bytes.
    let entries: [SafetensorsEntry]
    /// The texts under `__metadata__`.
    let metadata: [String: String]
    /// The number of bytes after the header that the entries fill without holes.
    let dataByteCount: Int

    /// Reads the bytes of the header (without the eight that hold its length). `path` is the file that errors name.
    init(parsing bytes: UnsafeRawBufferPointer, path: String) throws(FileError) {
        var parser = HeaderParser(bytes: bytes, path: path)
        let (entries, metadata) = try parser.parse()
        self.metadata = metadata
        self.entries = entries.sorted {
            ($0.byteRange.lowerBound, $0.byteRange.upperBound, $0.name)
                < ($1.byteRange.lowerBound, $1.byteRange.upperBound, $1.name)
        }
        var position = 0
        for entry in self.entries {
            guard entry.byteRange.lowerBound == position else {
                let kind = entry.byteRange.lowerBound < position ? "overlap" : "leave a hole before"
                throw FileError(
                    path,
                    "its header is damaged: the bytes of \(quoted(entry.name)) begin at \(entry.byteRange.lowerBound) and"
                        + " \(kind) those of its neighbour, which end at \(position)")
            }
            position = entry.byteRange.upperBound
            try Self.checkSize(entry, path: path)
        }
        dataByteCount = position
    }

    private static func checkSize(_ entry: SafetensorsEntry, path: String) throws(FileError) {
        var bits = entry.elementType.bitCount
        for extent in entry.dimensions {
            let (product, overflow) = bits.multipliedReportingOverflow(by: extent)
            guard !overflow else {
                throw FileError(path, "its header is damaged: the shape of \(quoted(entry.name)) is impossibly large")
            }
            bits = product
        }
        guard bits % 8 == 0, bits / 8 == entry.byteRange.count else {
            throw FileError(
                path,
                "its header is damaged: \(quoted(entry.name)) has \(entry.byteRange.count) bytes, and its shape"
                    + " \(entry.dimensions.prefix(8)) of \(entry.elementType.rawValue) needs \(bits) bits")
        }
    }
}

/// A strict reader of the one JSON shape that a header may have (RFC 8259, restricted).
private struct HeaderParser {
    let bytes: UnsafeRawBufferPointer
    let path: String
    private var position = 0

    init(bytes: UnsafeRawBufferPointer, path: String) {
        self.bytes = bytes
        self.path = path
    }

    mutating func parse() throws(FileError) -> ([SafetensorsEntry], [String: String]) {
        var entries: [SafetensorsEntry] = []
        var metadata: [String: String] = [:]
        var names: Set<String> = []
        guard bytes.first == UInt8(ascii: "{") else { throw damage("it does not begin with {") }
        try object { (parser, name) throws(FileError) in
            guard names.insert(name).inserted else { throw parser.damage("it declares \(quoted(name)) twice") }
            if name == "__metadata__" {
                metadata = try parser.textMap()
            } else {
                entries.append(try parser.entry(named: name))
            }
        }
        skipSpace()
        guard position == bytes.count else { throw damage("something follows its closing brace") }
        return (entries, metadata)
    }

    private mutating func textMap() throws(FileError) -> [String: String] {
        var map: [String: String] = [:]
        try object { (parser, key) throws(FileError) in
            let value = try parser.text()
            guard map.updateValue(value, forKey: key) == nil else {
                throw parser.damage("its metadata has \(quoted(key)) twice")
            }
        }
        return map
    }

    private mutating func entry(named name: String) throws(FileError) -> SafetensorsEntry {
        var elementType: SafetensorsEntry.ElementType?
        var dimensions: [Int]?
        var offsets: [Int]?
        try object { (parser, key) throws(FileError) in
            switch key {
            case "dtype" where elementType == nil:
                let word = try parser.text()
                elementType = SafetensorsEntry.ElementType(rawValue: word)
                if elementType == nil { throw parser.damage("\(quoted(name)) has the unknown type \(quoted(word))") }
            case "shape" where dimensions == nil: dimensions = try parser.integers(atMost: 64)
            case "data_offsets" where offsets == nil: offsets = try parser.integers(atMost: 2)
            default: throw parser.damage("\(quoted(name)) has an unknown or repeated key \(quoted(key))")
            }
        }
        guard let elementType, let dimensions, let offsets, offsets.count == 2, offsets[0] <= offsets[1] else {
            throw damage("\(quoted(name)) lacks a type, a shape or an ordered pair of offsets")
        }
        return SafetensorsEntry(
            name: name, elementType: elementType, dimensions: dimensions, byteRange: offsets[0]..<offsets[1])
    }

    /// `{ "key": value, … }`; `member` reads the value.
    private mutating func object(
        _ member: (inout HeaderParser, String) throws(FileError) -> Void
    ) throws(FileError) {
        try expect("{")
        if skip("}") { return }
        repeat {
            let key = try text()
            try expect(":")
            try member(&self, key)
        } while skip(",")
        try expect("}")
    }

    private mutating func integers(atMost limit: Int) throws(FileError) -> [Int] {
        var values: [Int] = []
        try expect("[")
        if skip("]") { return values }
        repeat {
            guard values.count < limit else { throw damage("a list holds more than \(limit) numbers") }
            values.append(try integer())
        } while skip(",")
        try expect("]")
        return values
    }

    private mutating func integer() throws(FileError) -> Int {
        skipSpace()
        let start = position
        var value = 0
        while position < bytes.count, (48...57).contains(bytes[position]) {
            let (scaled, first) = value.multipliedReportingOverflow(by: 10)
            let (sum, second) = scaled.addingReportingOverflow(Int(bytes[position]) - 48)
            guard !first, !second else { throw damage("a number near byte \(start) is impossibly large") }
            value = sum
            position += 1
        }
        let digits = position - start
        guard digits > 0, digits == 1 || bytes[start] != 48 else { throw damage("byte \(start) is not a whole number") }
        return value
    }

    private mutating func text() throws(FileError) -> String {
        try expect("\"")
        var utf8: [UInt8] = []
        while position < bytes.count {
            let byte = bytes[position]
            position += 1
            switch byte {
            case UInt8(ascii: "\""):
                guard let text = String(validating: utf8, as: UTF8.self) else {
                    throw damage("the text that ends at byte \(position) is not UTF-8")
                }
                return text
            case UInt8(ascii: "\\"): try escape(into: &utf8)
            case 0..<0x20: throw damage("byte \(position - 1) is a bare control character")
            default: utf8.append(byte)
            }
        }
        throw damage("a text does not end")
    }

    private mutating func escape(into utf8: inout [UInt8]) throws(FileError) {
        guard position < bytes.count else { throw damage("a text does not end") }
        let letter = bytes[position]
        position += 1
        switch letter {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): utf8.append(letter)
        case UInt8(ascii: "b"): utf8.append(0x08)
        case UInt8(ascii: "f"): utf8.append(0x0C)
        case UInt8(ascii: "n"): utf8.append(0x0A)
        case UInt8(ascii: "r"): utf8.append(0x0D)
        case UInt8(ascii: "t"): utf8.append(0x09)
        case UInt8(ascii: "u"):
            var value = try hexadecimalUnit()
            if (0xD800..<0xDC00).contains(value) {
                guard position + 1 < bytes.count, bytes[position] == UInt8(ascii: "\\"),
                    bytes[position + 1] == UInt8(ascii: "u")
                else { throw damage("half a surrogate pair near byte \(position)") }
                position += 2
                let low = try hexadecimalUnit()
                guard (0xDC00..<0xE000).contains(low) else {
                    throw damage("half a surrogate pair near byte \(position)")
                }
                value = 0x10000 + (value - 0xD800) << 10 + (low - 0xDC00)
            }
            guard let scalar = UnicodeScalar(value) else { throw damage("half a surrogate pair near byte \(position)") }
            utf8.append(contentsOf: Array(String(scalar).utf8))
        default: throw damage("byte \(position - 1) is not a known escape")
        }
    }

    private mutating func hexadecimalUnit() throws(FileError) -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<4 {
            guard position < bytes.count,
                let digit = Character(UnicodeScalar(bytes[position])).hexDigitValue, bytes[position] < 0x80
            else { throw damage("byte \(position) is not a hexadecimal digit") }
            value = value << 4 | UInt32(digit)
            position += 1
        }
        return value
    }

    private mutating func skipSpace() {
        while position < bytes.count, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[position]) { position += 1 }
    }

    private mutating func skip(_ character: UnicodeScalar) -> Bool {
        skipSpace()
        guard position < bytes.count, bytes[position] == UInt8(ascii: character) else { return false }
        position += 1
        return true
    }

    private mutating func expect(_ character: UnicodeScalar) throws(FileError) {
        guard skip(character) else { throw damage("\(character) was expected at byte \(position)") }
    }

    private func damage(_ what: String) -> FileError {
        FileError(path, "its safetensors header is damaged: \(what); copy the file again")
    }
}
