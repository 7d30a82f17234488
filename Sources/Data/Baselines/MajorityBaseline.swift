import Preconditions
public import Statistics

/// A classifier that ignores its input: it predicts the most frequent class of the training rows, the first of equally frequent
/// ones, with the frequencies as probabilities. A classifier that is not clearly better has learned nothing.
public struct MajorityBaseline: Sendable, Hashable {
    /// `[K]`: the share of each class, with one row added to each (Laplace smoothing), so that none is impossible.
    public let probabilities: [Double]

    /// Calculates the frequencies.
    /// - Parameter trainingCounts: The number of training rows of each class. Traps if there is no class.
    public init(trainingCounts: [Int]) {
        require(!trainingCounts.isEmpty, "MajorityBaseline: no class")
        let total = Double(trainingCounts.reduce(trainingCounts.count, +))
        probabilities = trainingCounts.map { Double($0 + 1) / total }
    }

    /// Returns predictions for rows with these labels.
    /// - Throws: `PredictionError` if there are none.
    public func predictions(for labels: [Int]) throws(PredictionError) -> ClassPredictions {
        let rows = labels.flatMap { _ in probabilities }
        return try ClassPredictions(probabilities: rows, labels: labels, classCount: probabilities.count)
    }
}
