import Files
import Foundation
import Testing
import TestSupport

@Suite("Gzip")
struct GzipTests {
    /// "Rain delays the final\n" forty times, compressed by Python's `gzip.compress(text, mtime=0)`.
    private static let compressed: [UInt8] = [
        31, 139, 8, 0, 0, 0, 0, 0, 2, 3, 11, 74, 204, 204, 83, 72, 73, 205, 73, 172, 44, 86, 40, 201, 72, 85, 72, 203,
        204, 75, 204, 225, 10, 26, 21, 29, 21, 29, 21, 165, 129, 40, 0, 224, 6, 133, 102, 112, 3, 0, 0,
    ]
    private static let text = [UInt8](String(repeating: "Rain delays the final\n", count: 40).utf8)

    private func inflate(_ bytes: [UInt8], limit: Int = 1_000_000) throws -> [UInt8] {
        try Gzip.inflate(bytes, path: "x.gz", limit: limit)
    }

    @Test("One member, several members and a tail of zeros decompress to their contents")
    func contents() throws {
        #expect(try inflate(Self.compressed) == Self.text)
        #expect(try inflate(Self.compressed + Self.compressed) == Self.text + Self.text)
        #expect(try inflate(Self.compressed + [0, 0, 0]) == Self.text)
        #expect(try inflate(Self.compressed, limit: Self.text.count) == Self.text)
    }

    @Test("Every shortened file is refused as ending early")
    func truncation() throws {
        for length in 2..<Self.compressed.count {
            let error = #expect(throws: FileError.self) { try inflate(Array(Self.compressed[..<length])) }
            #expect(error?.problem.contains("ends early, after \(length) bytes") == true, "\(length)")
        }
        for length in 2..<Self.compressed.count {
            let bytes = Self.compressed + Self.compressed[..<length]
            #expect(throws: FileError.self, "second member of \(length) bytes") { try inflate(bytes) }
        }
    }

    @Test("Every flipped bit is refused, or lies in a field of the header that says nothing about the contents")
    func damage() throws {
        // RFC 1952, 2.3: FTEXT, MTIME, XFL and OS inform about the original file. The last byte of the compressed data,
        // before the eight of check and length, is filled up with bits that mean nothing.
        let lastByte = Self.compressed.count - 9
        for (index, byte) in Self.compressed.enumerated() {
            for bit in 0..<8 {
                var damaged = Self.compressed
                damaged[index] = byte ^ (1 << bit)
                let isRemark = (4...9).contains(index) || (index == 3 && bit == 0) || (index == lastByte && bit >= 5)
                let result = Result { try inflate(damaged) }
                if isRemark {
                    #expect(try result.get() == Self.text, "byte \(index), bit \(bit)")
                } else {
                    #expect(throws: FileError.self, "byte \(index), bit \(bit)") { try result.get() }
                }
            }
        }
    }

    @Test("Contents beyond the limit, bytes after the end and files of another kind are refused")
    func refusals() throws {
        let cases: [(bytes: [UInt8], limit: Int, problem: String)] = [
            (Self.compressed, Self.text.count - 1, "decompresses to more than the 879 bytes"),
            (Self.compressed + Self.compressed, Self.text.count + 1, "decompresses to more than the 881 bytes"),
            (Self.compressed + Array("tail".utf8), 10_000, "4 bytes that are not gzip follow"),
            (Array("plain".utf8), 10_000, "is not a gzip file"),
            ([], 10_000, "is not a gzip file"),
        ]
        for (bytes, limit, problem) in cases {
            let error = #expect(throws: FileError.self) { try inflate(bytes, limit: limit) }
            #expect(error?.problem.contains(problem) == true, "\(String(describing: error))")
        }
    }

    @Test("A file is decompressed by its first bytes, and a plain one that is named like a gzip file is refused")
    func files() throws {
        try withTemporaryFolder { folder in
            try AtomicFile.write(Self.compressed, to: "\(folder)/a.txt")
            try AtomicFile.write(Self.text, to: "\(folder)/b.txt")
            try AtomicFile.write(Self.text, to: "\(folder)/c.txt.gz")
            #expect(try readPossiblyCompressedFile("\(folder)/a.txt") == Self.text)
            #expect(try readPossiblyCompressedFile("\(folder)/b.txt") == Self.text)
            let error = #expect(throws: FileError.self) { try readPossiblyCompressedFile("\(folder)/c.txt.gz") }
            #expect(error?.problem.contains("is named like a gzip file") == true)
        }
    }
}
