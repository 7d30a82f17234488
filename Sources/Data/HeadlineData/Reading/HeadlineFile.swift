import Files

/// The bytes of a headline file, decompressed once.
struct HeadlineFile {
    /// The path as the person named it.
    let path: String
    /// The contents, decompressed if need be.
    let text: [UInt8]
    /// True if the file is compressed with gzip.
    let isCompressed: Bool
    /// The length of the file on disk.
    let byteCount: Int
    /// SHA-256 of the file on disk.
    let digest: SHA256Digest

    /// Reads a file.
    init(readingFrom path: String) throws(FileError) { try self.init(readFile(path), path: path) }

    /// Takes the bytes of a file on disk. A gzip file is recognized by its first bytes.
    init(_ bytes: [UInt8], path: String) throws(FileError) {
        self.path = path
        isCompressed = Gzip.isCompressed(bytes)
        guard isCompressed || bytes.isEmpty || !path.lowercased().hasSuffix(".gz") else {
            throw FileError(path, "is named like a gzip file but does not begin like one; rename or compress it")
        }
        text = isCompressed ? try Gzip.inflate(bytes, path: path) : bytes
        byteCount = bytes.count
        digest = SHA256Digest.of(bytes)
    }
}
