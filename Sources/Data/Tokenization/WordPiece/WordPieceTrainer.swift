import Files
import Text

extension WordPieceTokenizer {
    /// Learns a vocabulary from texts: the merges of Hugging Face's `WordPieceTrainer`, which is its `BpeTrainer` over
    /// characters, with "##" before those that continue a word.
    ///
    /// The entries are `[PAD]`, `[UNK]`, `[CLS]`, `[SEP]`, `[MASK]`, the characters by scalar value, those that continue words
    /// with "##" in the same order, and then the results of merges in the order in which they were learned. The reference
    /// numbers the "##" characters in the order of a hash table, so that its vocabulary changes from run to run if two pairs
    /// are equally frequent; given our order of characters it learns the same vocabulary. Among equally frequent pairs the
    /// lower left id is merged first, then the lower right. If a merge brings back a pair that was merged before, we count
    /// only the new occurrences; the reference adds to the old count.
    ///
    /// - Parameters:
    ///   - texts: the headlines; their order does not matter.
    ///   - vocabularySize: the number of entries. There will be fewer if no pair is frequent enough.
    ///   - minimumFrequency: the number of times that a pair has to occur to be merged.
    ///   - alphabetLimit: the number of characters that become entries, the most frequent first, ties by lower value. The
    ///     others are left out of the words, as in the reference, and are unknown to the tokenizer.
    ///   - normalization: the normalization of a text before it is cut into words.
    /// - Throws: `TokenizationError` if there is no room for the characters.
    public static func trained(
        on texts: some Sequence<String>, vocabularySize: Int, minimumFrequency: Int, alphabetLimit: Int = 1_000,
        normalization: WordPieceNormalization
    ) throws(TokenizationError) -> WordPieceTokenizer {
        let special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
        let words = wordCounts(texts, normalization)
        let alphabet = WordPieceAlphabet(words, limit: alphabetLimit, firstID: Int32(special.count))
        let tokens = special + alphabet.tokens
        guard vocabularySize >= tokens.count, vocabularySize < Int(Int32.max) else {
            throw TokenizationError(
                "a WordPiece vocabulary of \(vocabularySize) entries is impossible: the texts need \(tokens.count) for "
                    + "special tokens and single characters; ask for more entries", category: .invalidRequest)
        }
        var learner = MergeLearner(
            tokens: tokens,
            words: words.map { MergeLearner.Word(symbols: alphabet.symbols(of: $0.key.string), count: $0.value) },
            minimumFrequency: minimumFrequency
        ) { left, right in
            // The right part always continues a word.
            left + String(right.unicodeScalars.dropFirst(continuationMark.unicodeScalars.count))
        }
        learner.learn(upTo: vocabularySize)
        return try WordPieceTokenizer(tokens: learner.tokens, normalization: normalization)
    }

    private static func wordCounts(
        _ texts: some Sequence<String>, _ normalization: WordPieceNormalization
    ) -> [ByteString: Int] {
        var counts: [ByteString: Int] = [:]
        var words = WordPieceWords(normalization)
        for var text in texts {
            text.withUTF8 { words.read($0) }
            for word in words.words {
                counts[ByteString(String(decoding: words.bytes[word.range], as: UTF8.self)), default: 0] += 1
            }
        }
        return counts
    }
}

/// The single characters of a vocabulary to be learned: at the beginning of a word, and with "##" inside.
private struct WordPieceAlphabet {
    /// The spelling of the entries, in the order of their ids.
    let tokens: [String]
    let characterCount: Int
    private let beginning: [UInt32: Int32]
    private let continuing: [UInt32: Int32]

    init(_ words: [ByteString: Int], limit: Int, firstID: Int32) {
        var counts: [UInt32: Int] = [:]
        var inside: Set<UInt32> = []
        for (word, count) in words {
            for (place, scalar) in word.string.unicodeScalars.enumerated() {
                counts[scalar.value, default: 0] += count
                if place > 0 { inside.insert(scalar.value) }
            }
        }
        let byCount = counts.sorted { $0.value != $1.value ? $0.value > $1.value : $0.key < $1.key }
        let kept = byCount.prefix(max(0, limit)).map(\.key).sorted()
        let continuing = kept.filter { inside.contains($0) }
        characterCount = kept.count
        tokens =
            kept.compactMap { Unicode.Scalar($0).map { String($0) } }
            + continuing.compactMap { Unicode.Scalar($0).map { WordPieceTokenizer.continuationMark + String($0) } }
        func numbered(_ scalars: [UInt32], from first: Int) -> [UInt32: Int32] {
            Dictionary(uniqueKeysWithValues: scalars.enumerated().map { ($1, firstID + Int32(first + $0)) })
        }
        beginning = numbered(kept, from: 0)
        self.continuing = numbered(continuing, from: kept.count)
    }

    /// Returns the entries of the characters of a word; those beyond the limit are left out.
    func symbols(of word: String) -> [Int32] {
        word.unicodeScalars.enumerated().compactMap { place, scalar in
            (place == 0 ? beginning : continuing)[scalar.value]
        }
    }
}
