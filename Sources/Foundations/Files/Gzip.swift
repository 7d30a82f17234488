import CZlib
import Foundation
import Text

/// A reader of gzip files (RFC 1952), including concatenated members, as `cat a.gz b.gz` makes them.
public enum Gzip {
    /// The default limit of decompressed bytes: 4 GiB, far beyond any file of headlines. It stops small files that were made
    /// to fill the memory.
    public static let defaultLimit = 1 << 32

    /// Returns true if the bytes begin like a gzip file.
    public static func isCompressed(_ bytes: [UInt8]) -> Bool { bytes.starts(with: [0x1f, 0x8b]) }

    /// Returns the decompressed contents of `bytes`.
    /// - Parameters:
    ///   - bytes: The contents of a gzip file.
    ///   - path: The path for errors.
    ///   - limit: The maximum number of decompressed bytes.
    /// - Throws: `FileError` if they are cut short, damaged, followed by other bytes, or exceed `limit`.
    public static func inflate(
        _ bytes: [UInt8], path: String, limit: Int = defaultLimit
    ) throws(FileError) -> [UInt8] {
        guard isCompressed(bytes) else {
            throw FileError(path, "is not a gzip file, though its name or its reader says so")
        }
        let inflater = try Inflater(path: path, limit: limit)
        return try bytes.span.withUnsafeBufferPointer { (buffer) throws(FileError) in try inflater.run(buffer) }
    }
}

/// Returns the contents of a file, decompressed if its first bytes are those of a gzip file, whatever its name.
/// - Throws: `FileError` if the file cannot be read or decompressed, or is named like a gzip file without being one.
public func readPossiblyCompressedFile(
    _ path: String, limit: Int = Gzip.defaultLimit
) throws(FileError) -> [UInt8] {
    let bytes = try readFile(path, limit: limit)
    if Gzip.isCompressed(bytes) { return try Gzip.inflate(bytes, path: path, limit: limit) }
    if path.lowercased().hasSuffix(".gz"), !bytes.isEmpty {
        throw FileError(path, "is named like a gzip file but does not begin like one; rename or compress it")
    }
    return bytes
}

/// One pass of zlib over the members of a file.
private final class Inflater {
    let path: String
    let limit: Int
    /// On the heap, because zlib remembers the address.
    private let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
    private var output: [UInt8] = []

    init(path: String, limit: Int) throws(FileError) {
        self.path = path
        self.limit = limit
        stream.initialize(to: z_stream())
        // 15 + 16: the largest window, gzip framing only. The macro inflateInit2 is not visible from Swift.
        let status = inflateInit2_(stream, 15 + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
        guard status == Z_OK else {
            throw FileError(
                path, "cannot be decompressed: zlib did not start", reason: .systemFailure, category: .failure)
        }
    }

    deinit {
        inflateEnd(stream)
        stream.deallocate()
    }

    func run(_ input: UnsafeBufferPointer<UInt8>) throws(FileError) -> [UInt8] {
        // The last four bytes are the size of the last member modulo 2³²; deflate compresses by a factor of 1,032 at most.
        let declared = input.suffix(4).reversed().reduce(0) { $0 << 8 | Int($1) }
        output.reserveCapacity(min(declared, limit, input.count * 1_032))
        let piece = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: 1 << 18)
        defer { piece.deallocate() }
        var consumed = 0
        while true {
            let available = min(input.count - consumed, 1 << 30)
            stream.pointee.next_in = UnsafeMutablePointer(mutating: input.baseAddress! + consumed)
            stream.pointee.avail_in = UInt32(available)
            stream.pointee.next_out = piece.baseAddress
            stream.pointee.avail_out = UInt32(piece.count)
            let status = CZlib.inflate(stream, Z_NO_FLUSH)
            let produced = piece.count - Int(stream.pointee.avail_out)
            consumed += available - Int(stream.pointee.avail_in)
            guard output.count + produced <= limit else {
                throw FileError(
                    path, "decompresses to more than the \(limit) bytes that are accepted here", reason: .tooLarge)
            }
            output.append(contentsOf: piece[..<produced])
            switch status {
            case Z_STREAM_END:
                if try !beginsAnotherMember(input, after: consumed) { return output }
            case Z_OK where produced > 0 || available > Int(stream.pointee.avail_in): continue
            case Z_OK, Z_BUF_ERROR:
                throw FileError(
                    path,
                    "its compressed data ends early, after \(input.count) bytes; was the copy or download interrupted?",
                    reason: .damaged)
            default:
                let detail = stream.pointee.msg.map { " (\(String(cString: $0)))" } ?? ""
                throw FileError(
                    path, "its compressed data is damaged near byte \(consumed)\(detail); copy it again",
                    reason: .damaged)
            }
        }
    }

    /// Returns true if another member follows. Zeros may fill the rest, as tapes and some copiers leave them.
    private func beginsAnotherMember(
        _ input: UnsafeBufferPointer<UInt8>, after consumed: Int
    ) throws(FileError) -> Bool {
        let rest = input[consumed...]
        if rest.allSatisfy({ $0 == 0 }) { return false }
        guard rest.first == 0x1f else {
            throw FileError(
                path, "\(rest.count) bytes that are not gzip follow its compressed data; copy it again",
                reason: .damaged)
        }
        inflateReset(stream)
        return true
    }
}
