/// The spelling of bytes in byte-level vocabularies: each of the 256 as one visible character (`bytes_to_unicode` of GPT-2).
///
/// Bytes that print in Latin-1 are spelled as themselves; the other 68 are U+0100, U+0101, … in order. A space is
/// "Ġ", a line feed "Ċ".
enum ByteLevelAlphabet {
    /// The character of each byte.
    static let scalars: [Unicode.Scalar] = {
        var next: UInt32 = 0x100
        return (UInt8.min...UInt8.max).map { byte in
            switch byte {
            case 0x21...0x7E, 0xA1...0xAC, 0xAE...0xFF: return Unicode.Scalar(byte)
            default:
                defer { next += 1 }
                return Unicode.Scalar(next)!
            }
        }
    }()

    /// The bytes in the order of their characters, which is the order of the first 256 entries of GPT-2's vocabulary.
    static let bytesInOrder: [UInt8] = (UInt8.min...UInt8.max).sorted { scalars[Int($0)] < scalars[Int($1)] }

    /// The byte of each scalar below U+0144, the first beyond the alphabet; `nil` for a gap in the alphabet.
    private static let bytes: [UInt8?] = {
        var result = [UInt8?](repeating: nil, count: 0x144)
        for (byte, scalar) in zip(UInt8.min...UInt8.max, scalars) { result[Int(scalar.value)] = byte }
        return result
    }()

    /// Returns the bytes that an entry of a vocabulary represents: those its characters spell, or its own UTF-8 if one of them
    /// is not of the alphabet, which only added tokens may have. The decoder of `tokenizers` does the same.
    static func bytes(spelledBy token: String) -> [UInt8] {
        var result: [UInt8] = []
        for scalar in token.unicodeScalars {
            guard scalar.value < bytes.count, let byte = bytes[Int(scalar.value)] else { return Array(token.utf8) }
            result.append(byte)
        }
        return result
    }
}
