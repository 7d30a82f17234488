import Files

/// The digests that our safetensors files carry under `__metadata__`; other readers ignore them.
///
/// There are two: one over the arrays would not notice a damaged name, and a damaged key would hide it.
enum SafetensorsDigest {
    /// The SHA-256 of everything after the header, in hexadecimal.
    static let dataKey = "sha256"
    /// The SHA-256 of the header with the 64 digits of this value as zeros, in hexadecimal.
    static let headerKey = "header_sha256"
    /// The placeholder of a digest that is not known yet.
    static let placeholder = String(repeating: "0", count: 2 * SHA256Digest.byteCount)

    /// Returns the digest of a header that declares `digits` as its own; `nil` if it does not, in the form that we write.
    static func ofHeader(_ header: [UInt8], declaring digits: String) -> SHA256Digest? {
        guard digits.utf8.count == placeholder.utf8.count, let range = range(of: headerKey, digits, in: header) else {
            return nil
        }
        var blanked = header
        blanked.replaceSubrange(range, with: Array(placeholder.utf8))
        return SHA256Digest.of(blanked)
    }

    /// Returns the range of the digits of `"key":"digits"` in a header.
    static func range(of key: String, _ digits: String, in header: [UInt8]) -> Range<Int>? {
        let pattern = Array("\"\(key)\":\"\(digits)\"".utf8)
        guard header.count >= pattern.count else { return nil }
        for start in 0...(header.count - pattern.count) where header[start] == pattern[0] {
            if header[start..<start + pattern.count].elementsEqual(pattern) {
                let end = start + pattern.count - 1
                return (end - digits.utf8.count)..<end
            }
        }
        return nil
    }
}
