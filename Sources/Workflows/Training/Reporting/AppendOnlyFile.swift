import Files
import Foundation

/// A file that only grows at its end, one whole record per call, so that a kill between two calls leaves whole records.
final class AppendOnlyFile {
    private let descriptor: Descriptor
    /// Bytes in the file: where the next record begins.
    private(set) var length: Int

    /// Makes a new file.
    /// - Throws: `FileError` when it cannot be made or is there already.
    init(creating path: String) throws(FileError) {
        descriptor = try Descriptor(opening: path, flags: O_WRONLY | O_CREAT | O_EXCL, on: .create)
        length = 0
    }

    /// Opens a file that may be there already, at its end.
    /// - Throws: `FileError`.
    init(continuing path: String) throws(FileError) {
        descriptor = try Descriptor(opening: path, flags: O_RDWR | O_CREAT, on: .create)
        length = try descriptor.status().byteCount
    }

    /// Writes a record after the last one.
    /// - Throws: `FileError`; the record is then not counted and the next one overwrites what arrived of it.
    func append(_ bytes: [UInt8]) throws(FileError) {
        let offset = length
        let result = bytes.withUnsafeBytes { buffer in
            Result { () throws(FileError) in try descriptor.write(buffer, at: offset) }
        }
        try result.get()
        length += bytes.count
    }

    /// Cuts the file back.
    func truncate(to length: Int) throws(FileError) {
        try descriptor.truncate(to: length)
        self.length = length
    }

    /// Returns the end of the last whole line that begins before `limit`; 0 if there is none.
    func endOfLastLine(before limit: Int) throws(FileError) -> Int {
        var end = min(limit, length)
        while end > 0 {
            let start = max(0, end - 1 << 16)
            var piece = [UInt8](repeating: 0, count: end - start)
            let result = piece.withUnsafeMutableBytes { buffer in
                Result { () throws(FileError) in try descriptor.read(into: buffer, at: start) }
            }
            guard try result.get() == piece.count else { return 0 }
            if let newline = piece.lastIndex(of: UInt8(ascii: "\n")) { return start + newline + 1 }
            end = start
        }
        return 0
    }

    /// Returns once everything is on the disk.
    func synchronize() throws(FileError) { try descriptor.synchronize() }
}
