extension JSONValue {
    /// The layout of a written document.
    public enum Layout: Sendable {
        /// One line without white space, as in a file of JSON lines.
        case compact
        /// One member or element per line, two spaces per level, as Hugging Face writes its files.
        case indented
    }

    /// Returns the document as UTF-8, without a final line break. Only characters that JSON requires to be escaped are.
    ///
    /// A `number` is written with the fewest digits that read back as the same `Double`. Infinity and NaN, which JSON lacks,
    /// become `null`.
    public func serialized(_ layout: Layout = .compact) -> [UInt8] {
        var bytes: [UInt8] = []
        write(layout, level: 0, to: &bytes)
        return bytes
    }

    private func write(_ layout: Layout, level: Int, to bytes: inout [UInt8]) {
        switch self {
        case .null: bytes += "null".utf8
        case .boolean(let value): bytes += (value ? "true" : "false").utf8
        case .integer(let value): bytes += String(value).utf8
        case .number(let value): bytes += (value.isFinite ? value.description : "null").utf8
        case .string(let value): Self.write(value, to: &bytes)
        case .array(let elements):
            bytes.append(UInt8(ascii: "["))
            for (index, element) in elements.enumerated() {
                Self.separate(index, layout, level: level + 1, to: &bytes)
                element.write(layout, level: level + 1, to: &bytes)
            }
            if !elements.isEmpty { Self.breakLine(layout, level: level, to: &bytes) }
            bytes.append(UInt8(ascii: "]"))
        case .object(let members):
            bytes.append(UInt8(ascii: "{"))
            for (index, member) in members.enumerated() {
                Self.separate(index, layout, level: level + 1, to: &bytes)
                Self.write(member.key, to: &bytes)
                bytes.append(UInt8(ascii: ":"))
                if layout == .indented { bytes.append(UInt8(ascii: " ")) }
                member.value.write(layout, level: level + 1, to: &bytes)
            }
            if !members.isEmpty { Self.breakLine(layout, level: level, to: &bytes) }
            bytes.append(UInt8(ascii: "}"))
        }
    }

    private static func separate(_ index: Int, _ layout: Layout, level: Int, to bytes: inout [UInt8]) {
        if index > 0 { bytes.append(UInt8(ascii: ",")) }
        breakLine(layout, level: level, to: &bytes)
    }

    private static func breakLine(_ layout: Layout, level: Int, to bytes: inout [UInt8]) {
        guard layout == .indented else { return }
        bytes.append(UInt8(ascii: "\n"))
        bytes.append(contentsOf: repeatElement(UInt8(ascii: " "), count: 2 * level))
    }

    private static func write(_ string: String, to bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "\""))
        for byte in string.utf8 {
            switch byte {
            case UInt8(ascii: "\""): bytes += "\\\"".utf8
            case UInt8(ascii: "\\"): bytes += "\\\\".utf8
            case 0x08: bytes += "\\b".utf8
            case 0x09: bytes += "\\t".utf8
            case 0x0A: bytes += "\\n".utf8
            case 0x0C: bytes += "\\f".utf8
            case 0x0D: bytes += "\\r".utf8
            case 0..<0x20:
                let digits = String(byte, radix: 16)
                bytes += (digits.count == 1 ? "\\u000" : "\\u00").utf8
                bytes += digits.utf8
            default: bytes.append(byte)
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }
}
