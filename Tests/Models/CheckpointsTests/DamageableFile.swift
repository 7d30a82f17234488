import Foundation
import Testing

/// A file on the disk whose bytes are changed in place, thousands of times: rewriting it whole would wait for the disk.
final class DamageableFile {
    let path: String
    let bytes: [UInt8]
    private let descriptor: Int32

    init(path: String) throws {
        self.path = path
        bytes = Array(try Data(contentsOf: URL(fileURLWithPath: path)))
        descriptor = open(path, O_RDWR)
        try #require(descriptor >= 0)
    }

    deinit { close(descriptor) }

    /// Runs `body` while the bits of `mask` are flipped in one byte.
    func withFlipped(_ index: Int, _ mask: UInt8, _ body: () throws -> Void) throws {
        try write(bytes[index] ^ mask, at: index)
        try body()
        try write(bytes[index], at: index)
    }

    /// Runs `body` for every length from the one before the whole down to nothing; the file stays empty.
    func withEveryTruncation(_ body: (_ length: Int) throws -> Void) throws {
        for length in stride(from: bytes.count - 1, through: 0, by: -1) {
            try #require(ftruncate(descriptor, off_t(length)) == 0)
            try body(length)
        }
    }

    private func write(_ byte: UInt8, at index: Int) throws {
        var byte = byte
        try #require(pwrite(descriptor, &byte, 1, off_t(index)) == 1)
    }
}
