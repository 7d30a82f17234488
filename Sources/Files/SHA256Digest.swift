import Crypto
import Foundation

/// The SHA-256 of some bytes (FIPS 180-4), which names contents: of checkpoints, data sets, vocabularies.
public struct SHA256Digest: Sendable, Hashable, CustomStringConvertible {
    /// The number of bytes of a digest.
    public static let byteCount = 32

    /// The 32 bytes.
    public let bytes: [UInt8]

    /// A digest from its 32 bytes; `nil` for another number.
    public init?(bytes: [UInt8]) {
        guard bytes.count == Self.byteCount else { return nil }
        self.bytes = bytes
    }

    /// A digest from its 64 hexadecimal digits, in either case; `nil` for anything else.
    public init?(hexadecimal: String) {
        let digits = hexadecimal.utf8.map { Character(UnicodeScalar($0)).hexDigitValue }
        guard digits.count == 2 * Self.byteCount, !digits.contains(nil) else { return nil }
        let values = digits.compactMap { $0 }
        bytes = stride(from: 0, to: values.count, by: 2).map { UInt8(values[$0] << 4 | values[$0 + 1]) }
    }

    fileprivate init(_ digest: SHA256.Digest) { bytes = Array(digest) }

    /// The 64 lower-case hexadecimal digits, as `sha256sum` prints them.
    public var hexadecimal: String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }

    public var description: String { hexadecimal }

    /// The digest of an array of bytes.
    public static func of(_ bytes: [UInt8]) -> SHA256Digest { bytes.withUnsafeBytes { of($0) } }

    /// The digest of a text's UTF-8.
    public static func of(_ text: String) -> SHA256Digest { of(Array(text.utf8)) }

    /// The digest of memory.
    public static func of(_ bytes: UnsafeRawBufferPointer) -> SHA256Digest {
        var stream = Stream()
        stream.update(bytes)
        return stream.finish()
    }

    /// The digest of a file's contents, read a piece at a time.
    public static func ofFile(_ path: String) throws(FileError) -> SHA256Digest {
        let descriptor = try Descriptor(opening: path, flags: O_RDONLY, on: .read)
        let status = try descriptor.status()
        guard status.kind != .folder else { throw FileError(path, system: EISDIR, on: .read) }
        var stream = Stream()
        _ = try stream.update(from: descriptor, offset: 0, count: Int.max)
        return stream.finish()
    }

    /// A digest in the making.
    public struct Stream: Sendable {
        private var state = SHA256()

        public init() {}

        /// Takes further bytes in.
        public mutating func update(_ bytes: UnsafeRawBufferPointer) {
            if !bytes.isEmpty { state.update(bufferPointer: bytes) }
        }

        /// Takes further bytes in.
        public mutating func update(_ bytes: [UInt8]) { bytes.withUnsafeBytes { update($0) } }

        /// Takes further text in, as UTF-8.
        public mutating func update(_ text: String) { update(Array(text.utf8)) }

        /// Takes up to `count` bytes of a file in, from `offset` on; returns how many there were.
        package mutating func update(
            from descriptor: borrowing Descriptor, offset: Int, count: Int
        ) throws(FileError) -> Int {
            let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: min(count, 1 << 21), alignment: 64)
            defer { buffer.deallocate() }
            var taken = 0
            while taken < count {
                let wanted = UnsafeMutableRawBufferPointer(rebasing: buffer[..<min(buffer.count, count - taken)])
                let found = try descriptor.read(into: wanted, at: offset + taken)
                update(UnsafeRawBufferPointer(rebasing: wanted[..<found]))
                taken += found
                if found < wanted.count { break }
            }
            return taken
        }

        /// The digest of all that was taken in; further bytes may follow.
        public func finish() -> SHA256Digest { SHA256Digest(state.finalize()) }
    }
}
