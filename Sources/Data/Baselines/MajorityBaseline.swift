import Preconditions
public import Statistics

/// The classifier that reads nothing: every row gets the most frequent class of the training rows, of equally frequent ones
/// the first, with the frequencies as probabilities. A classifier that is not clearly above it has learned nothing.
public struct MajorityBaseline: Sendable, Hashable {
    /// `[K]`: the share of each class; every class counts one row more than it has (Laplace), so that none is impossible.
    public let probabilities: [Double]

    /// - Parameter trainingCounts: The training rows of each class. Traps when there is no class.
    public init(trainingCounts: [Int]) {
        require(!trainingCounts.isEmpty, "MajorityBaseline: no class")
        let total = Double(trainingCounts.reduce(trainingCounts.count, +))
        probabilities = trainingCounts.map { Double($0 + 1) / total }
    }

    /// What it says about rows with these labels.
    /// - Throws: `PredictionError` when there are none.
    public func predictions(for labels: [Int]) throws(PredictionError) -> ClassPredictions {
        let rows = labels.flatMap { _ in probabilities }
        return try ClassPredictions(probabilities: rows, labels: labels, classCount: probabilities.count)
    }
}
