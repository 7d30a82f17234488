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
        left.string.utf8.elementsEqual(right.string.utf8)
    }

    public func hash(into hasher: inout Hasher) {
        var string = string
        string.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
    }
}
