extension WordPieceTokenizer {
    /// Returns the text of ids, special tokens included as they are spelled.
    ///
    /// Entries are joined by spaces, except those that begin with "##", which continue the previous entry without their "##".
    /// Whatever normalization removed is lost, and so is the original spacing. An unknown id becomes U+FFFD. Otherwise the
    /// text is that of the `WordPiece` decoder of `tokenizers`.
    public func decode(_ ids: some Sequence<Int32>) -> String {
        var text: [UInt8] = []
        for (place, id) in ids.enumerated() {
            let token = tokens.indices.contains(Int(id)) ? tokens[Int(id)] : "\u{FFFD}"
            var bytes = Array(token.utf8)
            if place > 0 {
                if bytes.starts(with: Self.continuationMark.utf8) {
                    bytes.removeFirst(Self.continuationMark.utf8.count)
                } else {
                    bytes.insert(UInt8(ascii: " "), at: 0)
                }
            }
            text += cleansUp ? Self.cleanedUp(bytes) : bytes
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// The replacements of the reference in its order (`cleanup` in its decoders/wordpiece.rs). They act on one entry
    /// with the space before it, never on two.
    private static let replacements: [(found: [UInt8], new: [UInt8])] = [
        (" .", "."), (" ?", "?"), (" !", "!"), (" ,", ","), (" ' ", "'"), (" n't", "n't"), (" 'm", "'m"),
        (" do not", " don't"), (" 's", "'s"), (" 've", "'ve"), (" 're", "'re"),
    ].map { (Array($0.utf8), Array($1.utf8)) }

    private static func cleanedUp(_ bytes: [UInt8]) -> [UInt8] {
        // Every pattern begins with a space.
        guard bytes.contains(UInt8(ascii: " ")) else { return bytes }
        var bytes = bytes
        for (found, new) in replacements where bytes.count >= found.count {
            bytes = replacing(found, by: new, in: bytes)
        }
        return bytes
    }

    private static func replacing(_ found: [UInt8], by new: [UInt8], in bytes: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        var position = 0
        while position < bytes.count {
            if bytes[position...].starts(with: found) {
                result += new
                position += found.count
            } else {
                result.append(bytes[position])
                position += 1
            }
        }
        return result
    }
}
