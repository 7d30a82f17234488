package import Files

/// The first 512 bytes of a run state: enough to refuse every file that is not whole before libhdf5, which is not safe on
/// malformed files, opens it. HDF5 calls such a block the user block and skips it.
///
/// | bytes | content, integers little-endian |
/// |---|---|
/// | 0–7 | `89 48 4C 4B 52 55 4E 0A`: a byte beyond ASCII, `HLKRUN`, a line feed (changed by text-mode copies) |
/// | 8–11 | format version |
/// | 12–15 | length of this block, 512 |
/// | 16–23 | length of the whole file |
/// | 24–55 | SHA-256 of the file from byte 512 on |
/// | 56–479 | a line for people, then zeros |
/// | 480–511 | SHA-256 of bytes 0–479 |
///
/// Magic, length and the digest of the block keep their places in every future version, so that a newer file can be told
/// from a damaged one.
package struct RunStateSeal: Equatable {
    /// The length of the block in bytes; HDF5 allows 512 and larger powers of two.
    package static let byteCount = 512
    /// The version that this code writes and reads.
    package static let currentVersion: UInt32 = 1

    private static let magic: [UInt8] = [0x89, 0x48, 0x4C, 0x4B, 0x52, 0x55, 0x4E, 0x0A]
    private static let remark = "HeadlineKit run state. HDF5 follows: h5dump and h5py read this file as it is.\n"
    private static let digestOffset = byteCount - SHA256Digest.byteCount

    /// The length of the whole file in bytes.
    package var fileLength: Int
    /// The SHA-256 of everything after the block.
    package var contentDigest: SHA256Digest

    /// Returns the block as it is written. Only tests give another `version`.
    package func encoded(version: UInt32 = currentVersion) -> [UInt8] {
        var block = Self.magic
        block += littleEndianBytes(version)
        block += littleEndianBytes(UInt32(Self.byteCount))
        block += littleEndianBytes(UInt64(fileLength))
        block += contentDigest.bytes
        block += Array(Self.remark.utf8)
        block += [UInt8](repeating: 0, count: Self.digestOffset - block.count)
        return block + SHA256Digest.of(block).bytes
    }

    /// Reads the block from the first bytes of a file of `fileLength` bytes. The error tells apart a file of another kind, a
    /// short one, a newer one and a damaged one.
    package init(decoding block: [UInt8], fileLength actualLength: Int, path: String) throws(FileError) {
        guard !block.isEmpty else {
            throw FileError(path, "is empty, where a run state was expected; was the copy interrupted?")
        }
        guard zip(block, Self.magic).allSatisfy(==) else { throw FileError(path, Self.describeForeign(block)) }
        guard block.count >= Self.byteCount else {
            throw FileError(
                path,
                "holds \(block.count) bytes, and a run state begins with \(Self.byteCount); was the copy interrupted?")
        }
        let declaredDigest = SHA256Digest(bytes: Array(block[Self.digestOffset..<Self.byteCount]))
        guard SHA256Digest.of(Array(block[..<Self.digestOffset])) == declaredDigest else {
            throw FileError(
                path, "is damaged: its first \(Self.byteCount) bytes do not match their SHA-256; use another checkpoint"
            )
        }
        let version = UInt32(truncatingIfNeeded: littleEndianInteger(block[8..<12]))
        guard version == Self.currentVersion else {
            throw FileError(
                path,
                "has format version \(version), and this program reads version \(Self.currentVersion); use the"
                    + " version of HeadlineKit that wrote it")
        }
        let length = littleEndianInteger(block[16..<24])
        guard littleEndianInteger(block[12..<16]) == UInt64(Self.byteCount), length >= UInt64(Self.byteCount),
            length <= UInt64(Int.max), let digest = SHA256Digest(bytes: Array(block[24..<56]))
        else { throw FileError(path, "is damaged: its first bytes declare impossible lengths; use another checkpoint") }
        guard actualLength >= Int(length) else {
            throw FileError(
                path, "holds \(actualLength) bytes, and its first bytes declare \(length); was the copy interrupted?")
        }
        guard actualLength == Int(length) else {
            throw FileError(
                path,
                "holds \(actualLength) bytes, \(actualLength - Int(length)) more than its first bytes declare;"
                    + " something was appended to it: copy it again")
        }
        fileLength = Int(length)
        contentDigest = digest
    }

    /// A seal for a file of the given length and content.
    package init(fileLength: Int, contentDigest: SHA256Digest) {
        self.fileLength = fileLength
        self.contentDigest = contentDigest
    }

    /// Describes a file of another format, as far as its first bytes tell.
    private static func describeForeign(_ block: [UInt8]) -> String {
        if block.starts(with: [0x89, 0x48, 0x44, 0x46]) {
            return "is an HDF5 file of another program, not a run state of HeadlineKit"
        }
        return "is not a run state of HeadlineKit: it does not begin like one"
    }
}

/// Returns the bytes of an integer, least significant first.
func littleEndianBytes(_ value: some FixedWidthInteger) -> [UInt8] {
    withUnsafeBytes(of: value.littleEndian) { Array($0) }
}

/// Returns the integer of up to eight bytes, least significant first.
func littleEndianInteger(_ bytes: some BidirectionalCollection<UInt8>) -> UInt64 {
    bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) }
}
