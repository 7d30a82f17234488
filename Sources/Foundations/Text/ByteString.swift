#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// A string that is equal to another only when their UTF-8 bytes are, to be used as a key of sets and dictionaries.
///
/// `String` itself compares by canonical equivalence: "é" equals "e" + U+0301, which text of the world keeps apart.
public struct ByteString: Hashable, Sendable, CustomStringConvertible {
    /// The text, with its bytes as they were.
    public let string: String

    public init(_ string: String) {
        self.string = string
    }

    public var description: String { string }

    public static func == (left: ByteString, right: ByteString) -> Bool {
        // Byte by byte through the generic algorithm takes a fifth of the time that a vocabulary takes to load.
        let isEqual = left.string.utf8.withContiguousStorageIfAvailable { left in
            right.string.utf8.withContiguousStorageIfAvailable { right -> Bool in
                guard left.count == right.count else { return false }
                guard let a = left.baseAddress, let b = right.baseAddress else { return true }
                return memcmp(a, b, left.count) == 0
            }
        }
        return (isEqual ?? nil) ?? left.string.utf8.elementsEqual(right.string.utf8)
    }

    public func hash(into hasher: inout Hasher) {
        var string = string
        string.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
    }
}
