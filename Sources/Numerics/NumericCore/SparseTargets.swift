import Preconditions

/// Target distributions over a vocabulary, one for each row, given by the tokens whose probability is not 0.
public struct SparseTargets: Sendable {
    /// `[N + 1]`: row i has entries `offsets[i] ..< offsets[i + 1]`.
    let offsets: [Int32]
    let tokens: [Int32]
    let probabilities: [Float]

    /// The distributions of N rows. A token listed twice counts with the sum of its probabilities.
    ///
    /// The probabilities of a row usually sum to 1. Nothing normalizes them: a smaller sum lowers the weight of its row. Traps on
    /// a negative probability and on one that is not finite.
    public init(_ rows: [[(token: Int32, probability: Float)]]) {
        offsets = Segments(lengths: rows.map(\.count)).offsets
        tokens = rows.flatMap { $0.map(\.token) }
        probabilities = rows.flatMap { $0.map(\.probability) }
        for probability in probabilities {
            require(probability >= 0 && probability.isFinite, "SparseTargets: probability \(probability)")
        }
    }

    /// Distributions that give all probability to one token each.
    public init(tokens: [Int32]) {
        offsets = (0...Int32(tokens.count)).map { $0 }
        self.tokens = tokens
        probabilities = Array(repeating: 1, count: tokens.count)
    }

    /// N, the number of rows.
    public var count: Int { offsets.count - 1 }

    /// Lends the three lists; those without entries have an address that is not read.
    func withUnsafePointers<Result>(
        _ body: (UnsafePointer<Int32>, UnsafePointer<Int32>, UnsafePointer<Float>) -> Result
    ) -> Result {
        // One entry more, since an empty array has no address.
        (offsets + [0]).withUnsafeBufferPointer { offsets in
            (tokens + [0]).withUnsafeBufferPointer { tokens in
                (probabilities + [0]).withUnsafeBufferPointer { probabilities in
                    guard let offsets = offsets.baseAddress, let tokens = tokens.baseAddress,
                        let probabilities = probabilities.baseAddress
                    else { fatalError("SparseTargets: an array has no address") }
                    return body(offsets, tokens, probabilities)
                }
            }
        }
    }
}
