import Files
import Text

extension ByteLevelBPE {
    /// Learns a vocabulary from texts: the merges of Hugging Face's `BpeTrainer` with the byte-level alphabet.
    ///
    /// The layout is GPT-2's: entries 0 to 255 are the bytes in the order of their characters, then the merged entries
    /// in the order in which they were learned, and last `<|endoftext|>` (`BpeTrainer` would make that 0). The pair that
    /// occurs most often is merged next; ties go to the lower left id, then the lower right. If a merge brings back a pair
    /// that was merged before, we count only the new occurrences and list the merge once; `BpeTrainer` adds to the old
    /// count and may list it again.
    ///
    /// - Parameters:
    ///   - texts: the headlines; their order does not matter.
    ///   - vocabularySize: the number of entries, at least 257. There will be fewer if no pair is frequent enough.
    ///   - minimumFrequency: the number of times that a pair has to occur to be merged.
    /// - Throws: `TokenizationError` if the size is too small.
    public static func trained(
        on texts: some Sequence<String>, vocabularySize: Int, minimumFrequency: Int
    ) throws(TokenizationError) -> ByteLevelBPE {
        let alphabet = ByteLevelAlphabet.bytesInOrder
        guard vocabularySize > alphabet.count, vocabularySize <= Int(Int32.max) else {
            throw TokenizationError(
                "a byte-level vocabulary of \(vocabularySize) entries is impossible: it has \(alphabet.count) for the bytes "
                    + "and one for \(endOfTextToken); ask for at least \(alphabet.count + 1)", category: .invalidRequest
            )
        }
        var byteIDs = [Int32](repeating: 0, count: 256)
        for (id, byte) in alphabet.enumerated() { byteIDs[Int(byte)] = Int32(id) }
        let words = pieceCounts(texts).map { piece, count in
            MergeLearner.Word(symbols: piece.string.utf8.map { byteIDs[Int($0)] }, count: count)
        }
        var learner = MergeLearner(
            tokens: alphabet.map { String(ByteLevelAlphabet.scalars[Int($0)]) }, words: words,
            minimumFrequency: minimumFrequency, joining: +)
        learner.learn(upTo: vocabularySize - 1)
        let merges = learner.merges.map { (learner.tokens[Int($0.left)], learner.tokens[Int($0.right)]) }
        return try ByteLevelBPE(
            tokens: learner.tokens + [endOfTextToken], merges: merges, specialTokens: [Int32(learner.tokens.count)],
            endOfText: Int32(learner.tokens.count))
    }

    private static func pieceCounts(_ texts: some Sequence<String>) -> [ByteString: Int] {
        var counts: [ByteString: Int] = [:]
        for var text in texts {
            text.withUTF8 { bytes in
                for range in ByteLevelPieces(bytes) {
                    let piece = String(decoding: UnsafeBufferPointer(rebasing: bytes[range]), as: UTF8.self)
                    counts[ByteString(piece), default: 0] += 1
                }
            }
        }
        return counts
    }
}
