import Foundation

extension ClassPredictions {
    /// The smallest probability that `negativeLogLikelihood` takes a logarithm of, as in scikit-learn's `log_loss`: a
    /// class that was called impossible costs 36 nats, not infinitely many.
    static let smallestProbability = Double.ulpOfOne

    /// The mean of −log p(label) in nats (`log_loss` of scikit-learn).
    public var negativeLogLikelihood: Double {
        labelProbabilities.reduce(0) { $0 - log(max($1, Self.smallestProbability)) } / Double(count)
    }

    /// The mean over rows of Σ (p_k − [k is the label])² over all K classes: 0 is perfect, 2 is certain and wrong.
    ///
    /// The definition of Brier, "Verification of forecasts expressed in terms of probability", Monthly Weather Review
    /// 78(1), 1950, for any K: with two classes it is twice what many libraries print (`brier_score_loss` of
    /// scikit-learn with `scale_by_half=False`).
    public var brierScore: Double {
        var sum = 0.0
        for row in labels.indices {
            for column in 0..<classCount {
                let miss = probabilities[row * classCount + column] - (column == labels[row] ? 1 : 0)
                sum += miss * miss
            }
        }
        return sum / Double(count)
    }
}
