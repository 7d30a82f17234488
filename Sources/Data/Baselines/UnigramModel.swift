#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// The simplest model of text: each token by its frequency alone, without context. A model that does not clearly beat it has
/// learned nothing about order.
public struct UnigramModel: Sendable {
    /// The nats of each token of the vocabulary.
    private let nats: [Double]

    /// Counts `tokens`, with one added to each count (Laplace smoothing), so that no token is impossible. Traps on an id outside
    /// the vocabulary.
    public init(_ tokens: [Int32], vocabularySize: Int) {
        var counts = [Int](repeating: 1, count: vocabularySize)
        for token in tokens { counts[Int(token)] += 1 }
        let total = Double(tokens.count + vocabularySize)
        nats = counts.map { -log(Double($0) / total) }
    }

    /// Returns the sum of the negative log-likelihoods of `tokens` in nats.
    public func nats(of tokens: [Int32]) -> Double { tokens.reduce(0) { $0 + nats[Int($1)] } }
}
