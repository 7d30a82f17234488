#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// A string that compares by its UTF-8 bytes, for keys of sets and dictionaries.
///
/// `String` itself compares by canonical equivalence: "é" equals "e" + U+0301, which vocabularies keep apart.
public struct ByteString: Hashable, Sendable, CustomStringConvertible {
    /// The text with its original bytes.
    public let string: String

    /// Creates a key from a string.
    public init(_ string: String) {
        self.string = string
    }

    /// The text.
    public var description: String { string }

    /// Returns true if both have the same UTF-8 bytes.
    public static func == (left: ByteString, right: ByteString) -> Bool {
        // The generic comparison, byte by byte, would take a fifth of the time that a vocabulary takes to load.
        let isEqual = left.string.utf8.withContiguousStorageIfAvailable { left in
            right.string.utf8.withContiguousStorageIfAvailable { right -> Bool in
                guard left.count == right.count else { return false }
                guard let a = left.baseAddress, let b = right.baseAddress else { return true }
                return memcmp(a, b, left.count) == 0
            }
        }
        return (isEqual ?? nil) ?? left.string.utf8.elementsEqual(right.string.utf8)
    }

    /// Hashes the UTF-8 bytes.
    public func hash(into hasher: inout Hasher) {
        var string = string
        string.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
    }
}
