import Preconditions

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// A trigram model of text, the best that counting alone achieves. A neural generator must beat it to have learned more than
/// which three tokens go together.
///
/// Interpolated Kneser-Ney smoothing (Kneser and Ney, "Improved backing-off for m-gram language modeling", ICASSP 1995, in
/// the interpolated form of Chen and Goodman, "An empirical study of smoothing techniques for language modeling", Computer
/// Speech and Language 13, 1999, section 3):
///
///     p(w | u v) = max(c(u v w) − D₃, 0) / c(u v ·) + D₃ t(u v ·) / c(u v ·) · p(w | v)
///
/// where c counts, t(u v ·) is the number of different tokens seen after u v, and for a context never seen the result is
/// p(w | v). p(w | v) and p(w) have the same form, but there c(v w) is the number of different tokens seen before v w, and
/// c(w) the number of different tokens seen before w. p(w) is interpolated with 1 / V, so that no token is impossible.
///
/// A headline is predicted as a generator predicts it: its first token after two ends of text, its second after an end of
/// text and the first, and so on to the end of text that closes it.
public struct KneserNeyTrigram: Sendable {
    /// V, the size of the vocabulary.
    public let vocabularySize: Int
    /// The end-of-text token, which precedes every headline.
    private let end: Int32
    /// The counts without context, with one token of context, and with two.
    private let levels: [NGramCounts]

    /// The largest supported vocabulary: three tokens share 64 bits.
    public static let maximumVocabulary = 1 << NGramCounts.tokenBits

    /// Counts headlines.
    ///
    /// - Parameters:
    ///   - targets: The tokens that all headlines predict, end to end; of a whole headline the last one is `end`.
    ///   - offsets: Headline i predicts `targets[offsets[i] ..< offsets[i + 1]]`.
    ///   - end: The end-of-text token.
    ///   - vocabularySize: V.
    ///
    /// Traps on offsets that do not ascend within `targets`, on a token outside the vocabulary, and on a vocabulary larger than
    /// `maximumVocabulary`.
    public init(_ targets: [Int32], offsets: [Int], end: Int32, vocabularySize: Int) {
        require(
            vocabularySize > 0 && vocabularySize <= Self.maximumVocabulary,
            "KneserNeyTrigram: a vocabulary of \(vocabularySize)")
        self.vocabularySize = vocabularySize
        self.end = end
        var keys: [UInt64] = []
        keys.reserveCapacity(targets.count)
        Self.forEachTrigram(of: targets, offsets: offsets, end: end, vocabularySize: vocabularySize) {
            _, context, token in
            keys.append(context << NGramCounts.tokenBits | token)
        }
        let trigrams = NGramCounts(counting: keys)
        let bigrams = NGramCounts(counting: trigrams.keys(tokens: 2))
        levels = [NGramCounts(counting: bigrams.keys(tokens: 1)), bigrams, trigrams]
    }

    /// The discounts D without context, with one token of context, and with two.
    public var discounts: [Double] { levels.map(\.discount) }

    /// Returns the negative log-likelihood of each headline in nats; `targets` and `offsets` as for training.
    public func nats(of targets: [Int32], offsets: [Int]) -> [Double] {
        var sums = [Double](repeating: 0, count: max(offsets.count - 1, 0))
        Self.forEachTrigram(
            of: targets, offsets: offsets, end: end, vocabularySize: vocabularySize
        ) { headline, context, token in
            sums[headline] -= log(probability(token, context))
        }
        return sums
    }

    /// Returns the probability of a token after two others. Traps on one outside the vocabulary.
    public func probability(of token: Int32, after first: Int32, _ second: Int32) -> Double {
        require(
            [token, first, second].allSatisfy { $0 >= 0 && $0 < vocabularySize },
            "KneserNeyTrigram: token \(token) after \(first) and \(second) of \(vocabularySize)")
        return probability(UInt64(token), UInt64(first) << NGramCounts.tokenBits | UInt64(second))
    }

    private func probability(_ token: UInt64, _ context: UInt64) -> Double {
        var probability = 1 / Double(vocabularySize)
        for (length, level) in levels.enumerated() {
            let kept = context & ((1 << (UInt64(length) * NGramCounts.tokenBits)) - 1)
            guard let found = level.find(Int32(token), after: kept) else { return probability }
            let rest = level.discount * Double(found.types) / Double(found.total)
            probability = max(Double(found.count) - level.discount, 0) / Double(found.total) + rest * probability
        }
        return probability
    }

    /// Calls `body` with the headline of each token, the two tokens before it as one number, and the token.
    private static func forEachTrigram(
        of targets: [Int32], offsets: [Int], end: Int32, vocabularySize: Int, _ body: (Int, UInt64, UInt64) -> Void
    ) {
        require(end >= 0 && end < vocabularySize, "KneserNeyTrigram: end \(end) of \(vocabularySize)")
        require(
            offsets.first ?? 0 >= 0 && offsets.last ?? 0 <= targets.count
                && zip(offsets, offsets.dropFirst()).allSatisfy(<=),
            "KneserNeyTrigram: offsets that do not ascend from 0 to \(targets.count)")
        let pair: UInt64 = (1 << (2 * NGramCounts.tokenBits)) - 1
        for headline in offsets.indices.dropLast() {
            var context = UInt64(end) << NGramCounts.tokenBits | UInt64(end)
            for token in targets[offsets[headline]..<offsets[headline + 1]] {
                require(
                    token >= 0 && token < vocabularySize, "KneserNeyTrigram: token \(token) of \(vocabularySize)")
                body(headline, context, UInt64(token))
                context = (context << NGramCounts.tokenBits | UInt64(token)) & pair
            }
        }
    }
}
