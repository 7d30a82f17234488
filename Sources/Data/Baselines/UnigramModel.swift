#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// The simplest model of text: each token by its frequency alone, whatever comes before. A model that is not clearly below
/// its loss has learned nothing about order.
public struct UnigramModel: Sendable {
    /// Nats of each entry of the vocabulary.
    private let nats: [Double]

    /// Counts `tokens`; every entry counts one more than it occurs (Laplace), so that none is impossible. Traps on an id
    /// outside the vocabulary.
    public init(_ tokens: [Int32], vocabularySize: Int) {
        var counts = [Int](repeating: 1, count: vocabularySize)
        for token in tokens { counts[Int(token)] += 1 }
        let total = Double(tokens.count + vocabularySize)
        nats = counts.map { -log(Double($0) / total) }
    }

    /// The sum of the negative log-likelihoods of `tokens`, in nats.
    public func nats(of tokens: [Int32]) -> Double { tokens.reduce(0) { $0 + nats[Int($1)] } }
}
