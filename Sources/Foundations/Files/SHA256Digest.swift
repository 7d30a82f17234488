import CCrypto
import Foundation
import Preconditions

/// A SHA-256 digest (FIPS 180-4), which identifies the contents of checkpoints, data sets and vocabularies.
public struct SHA256Digest: Sendable, Hashable, CustomStringConvertible {
    /// The number of bytes of a digest.
    public static let byteCount = 32

    /// The 32 bytes.
    public let bytes: [UInt8]

    /// Creates a digest from its 32 bytes; `nil` for another number.
    public init?(bytes: [UInt8]) {
        guard bytes.count == Self.byteCount else { return nil }
        self.bytes = bytes
    }

    /// Creates a digest from its 64 hexadecimal digits, in either case; `nil` for anything else.
    public init?(hexadecimal: String) {
        let digits = hexadecimal.utf8.map { Character(UnicodeScalar($0)).hexDigitValue }
        guard digits.count == 2 * Self.byteCount, !digits.contains(nil) else { return nil }
        let values = digits.compactMap { $0 }
        bytes = stride(from: 0, to: values.count, by: 2).map { UInt8(values[$0] << 4 | values[$0 + 1]) }
    }

    /// The 64 lower-case hexadecimal digits, as `sha256sum` prints them.
    public var hexadecimal: String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }

    /// The 64 lower-case hexadecimal digits.
    public var description: String { hexadecimal }

    /// Returns the digest of an array of bytes.
    public static func of(_ bytes: [UInt8]) -> SHA256Digest { bytes.withUnsafeBytes { of($0) } }

    /// Returns the digest of a text's UTF-8.
    public static func of(_ text: String) -> SHA256Digest { of(Array(text.utf8)) }

    /// Returns the digest of memory.
    public static func of(_ bytes: UnsafeRawBufferPointer) -> SHA256Digest {
        var stream = Stream()
        stream.update(bytes)
        return stream.finish()
    }

    /// Returns the digest of a file's contents, read a piece at a time.
    public static func ofFile(_ path: String) throws(FileError) -> SHA256Digest {
        let descriptor = try Descriptor(opening: path, flags: O_RDONLY, on: .read)
        let status = try descriptor.status()
        guard status.kind != .folder else { throw FileError(path, system: EISDIR, on: .read) }
        var stream = Stream()
        _ = try stream.update(from: descriptor, offset: 0, count: Int.max)
        return stream.finish()
    }

    /// A digest of bytes that arrive piece by piece.
    public struct Stream: Sendable {
        private var context = Context()

        /// Creates the digest of no bytes.
        public init() {}

        /// Adds bytes.
        public mutating func update(_ bytes: UnsafeRawBufferPointer) {
            if !isKnownUniquelyReferenced(&context) { context = Context(copying: context) }
            context.update(bytes)
        }

        /// Adds bytes.
        public mutating func update(_ bytes: [UInt8]) { bytes.withUnsafeBytes { update($0) } }

        /// Adds the UTF-8 of a text.
        public mutating func update(_ text: String) { update(Array(text.utf8)) }

        /// Adds up to `count` bytes of a file, starting at `offset`, and returns the number read.
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

        /// Returns the digest of everything added so far; more may follow.
        public func finish() -> SHA256Digest { Context(copying: context).finish() }
    }
}

/// A SHA-256 computation of OpenSSL.
///
/// `@unchecked Sendable`: the stream that owns a context changes it only while it is the only reference to it.
private final class Context: @unchecked Sendable {
    private let state: OpaquePointer

    init() {
        state = Self.allocated()
        require(EVP_DigestInit_ex(state, EVP_sha256(), nil) == 1, "SHA-256 is not available in this build of OpenSSL")
    }

    init(copying other: Context) {
        state = Self.allocated()
        require(EVP_MD_CTX_copy_ex(state, other.state) == 1, "OpenSSL could not copy a SHA-256 state: out of memory")
    }

    deinit { EVP_MD_CTX_free(state) }

    func update(_ bytes: UnsafeRawBufferPointer) {
        guard !bytes.isEmpty else { return }
        require(EVP_DigestUpdate(state, bytes.baseAddress, bytes.count) == 1, "OpenSSL could not compute a SHA-256")
    }

    /// Returns the digest and leaves the context unusable.
    func finish() -> SHA256Digest {
        var bytes = [UInt8](repeating: 0, count: SHA256Digest.byteCount)
        require(EVP_DigestFinal_ex(state, &bytes, nil) == 1, "OpenSSL could not compute a SHA-256")
        guard let digest = SHA256Digest(bytes: bytes) else { fatalError("a SHA-256 has \(bytes.count) bytes") }
        return digest
    }

    /// True once OpenSSL is set up to outlive the process's exit handlers. It would otherwise free its state in one of them,
    /// while a thread that `exit` does not stop may still be hashing a file.
    private static let isInitialized = OPENSSL_init_crypto(UInt64(OPENSSL_INIT_NO_ATEXIT), nil) == 1

    private static func allocated() -> OpaquePointer {
        require(isInitialized, "OpenSSL could not be initialized")
        guard let context = EVP_MD_CTX_new() else { fatalError("OpenSSL has no memory for a SHA-256 state") }
        return context
    }
}
