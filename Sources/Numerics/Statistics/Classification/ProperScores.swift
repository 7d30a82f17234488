import Foundation

extension ClassPredictions {
    /// The smallest probability that `nats` takes a logarithm of, as in scikit-learn's `log_loss`: a class predicted to be
    /// impossible costs 36 nats, not infinitely many.
    static let minimumProbability = Double.ulpOfOne

    /// `[N]`: −log p(label) of each row, in nats.
    public var nats: [Double] { labelProbabilities.map { -log(max($0, Self.minimumProbability)) } }

    /// The mean of `nats` (`log_loss` of scikit-learn).
    public var negativeLogLikelihood: Double { nats.reduce(0, +) / Double(count) }

    /// `[N]`: Σ (p_k − [k is the label])² over all K classes of each row.
    public var squaredMisses: [Double] {
        labels.enumerated().map { row, label in
            (0..<classCount).reduce(0) { sum, column in
                let miss = probabilities[row * classCount + column] - (column == label ? 1 : 0)
                return sum + miss * miss
            }
        }
    }

    /// The mean of `squaredMisses`: 0 is perfect, 2 is certain and wrong.
    ///
    /// The definition of Brier, "Verification of forecasts expressed in terms of probability", Monthly Weather Review
    /// 78(1), 1950, for any K: with two classes it is twice what many libraries print (`brier_score_loss` of
    /// scikit-learn with `scale_by_half=False`).
    public var brierScore: Double { squaredMisses.reduce(0, +) / Double(count) }
}
