/// The predicted probabilities of a classifier for N rows of K classes, and the true labels.
///
/// The predicted class of a row is the most probable one; of equally probable classes the first, as numpy's argmax
/// has it.
public struct ClassPredictions: Sendable {
    /// `[N, K]`, row by row.
    public let probabilities: [Double]
    /// `[N]`: the true class of each row.
    public let labels: [Int]
    /// K, the number of classes.
    public let classCount: Int
    /// `[N]`: the predicted class of each row.
    public let predicted: [Int]

    /// The largest accepted deviation of a row's sum from 1: more than Float32 and three printed digits cost, less than any
    /// mistake.
    static let sumTolerance = 1e-3

    /// Creates predictions.
    ///
    /// - Parameters:
    ///   - probabilities: `[N, K]`, row by row.
    ///   - labels: `[N]`, each within `0 ..< K`.
    ///   - classCount: K.
    /// - Throws: `PredictionError` if there are no rows, a number is not a probability, or a row does not sum to 1. Traps if
    ///   counts do not match.
    public init(probabilities: [Double], labels: [Int], classCount: Int) throws(PredictionError) {
        try checkShape(of: probabilities.count, labels: labels, classCount: classCount, in: "ClassPredictions")
        for row in labels.indices {
            var sum = 0.0
            for column in 0..<classCount {
                let probability = probabilities[row * classCount + column]
                guard probability >= 0, probability <= 1 else {
                    throw PredictionError(
                        "row \(row + 1) gives class \(column) the probability \(probability), expected a number from 0"
                            + " to 1", row: row)
                }
                sum += probability
            }
            guard (sum - 1).magnitude <= Self.sumTolerance else {
                throw PredictionError(
                    "the probabilities of row \(row + 1) sum to \(sum), expected 1; are these logits?", row: row)
            }
        }
        self.init(unchecked: probabilities, labels: labels, classCount: classCount)
    }

    /// Creates predictions from probabilities that were calculated here.
    init(unchecked probabilities: [Double], labels: [Int], classCount: Int) {
        self.probabilities = probabilities
        self.labels = labels
        self.classCount = classCount
        predicted = labels.indices.map { row in
            let start = row * classCount
            var best = start
            for index in start..<start + classCount where probabilities[index] > probabilities[best] { best = index }
            return best - start
        }
    }

    /// N, the number of rows.
    public var count: Int { labels.count }

    /// The probability of the predicted class of each row.
    public var confidences: [Double] {
        predicted.enumerated().map { probabilities[$0.offset * classCount + $0.element] }
    }

    /// The probability of the true class of each row.
    public var labelProbabilities: [Double] {
        labels.enumerated().map { probabilities[$0.offset * classCount + $0.element] }
    }

    /// Returns the number of classes that precede the true one by falling probability, equal ones by index.
    public func rank(ofLabelInRow row: Int) -> Int {
        let label = labels[row]
        let probability = probabilities[row * classCount + label]
        return (0..<classCount).count { column in
            let other = probabilities[row * classCount + column]
            return other > probability || (other == probability && column < label)
        }
    }

    /// Returns the share of rows whose label is among the k most probable classes; 1 if k is K or more.
    ///
    /// Among equal probabilities the first class comes first, so that k = 1 is the accuracy. (`top_k_accuracy_score` of
    /// scikit-learn puts the last one first and can differ from its own accuracy.)
    public func topAccuracy(_ k: Int) -> Double {
        Double(labels.indices.count { rank(ofLabelInRow: $0) < k }) / Double(count)
    }

    /// The share of rows whose predicted class is the label.
    public var accuracy: Double {
        Double(zip(labels, predicted).count { $0 == $1 }) / Double(count)
    }
}
