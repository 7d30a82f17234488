import Preconditions

/// The logits of a classifier for N rows of K classes, and the true labels.
public struct ClassLogits: Sendable {
    /// `[N, K]`, row by row.
    public let values: [Double]
    /// `[N]`: the true class of each row.
    public let labels: [Int]
    /// K, the number of classes.
    public let classCount: Int

    /// Creates logits.
    ///
    /// - Parameters:
    ///   - values: `[N, K]`, row by row.
    ///   - labels: `[N]`, each within `0 ..< K`.
    ///   - classCount: K.
    /// - Throws: `PredictionError` if there are no rows or a number is not finite. Traps if counts do not match.
    public init(_ values: [Double], labels: [Int], classCount: Int) throws(PredictionError) {
        try checkShape(of: values.count, labels: labels, classCount: classCount, in: "ClassLogits")
        if let index = values.firstIndex(where: { !$0.isFinite }) {
            throw PredictionError(
                "row \(index / classCount + 1) gives class \(index % classCount) the score \(values[index]), expected a"
                    + " finite number; the model is damaged or its training diverged", row: index / classCount)
        }
        self.init(unchecked: values, labels: labels, classCount: classCount)
    }

    private init(unchecked values: [Double], labels: [Int], classCount: Int) {
        self.values = values
        self.labels = labels
        self.classCount = classCount
    }

    /// N, the number of rows.
    public var count: Int { labels.count }

    /// The share of rows whose largest score, the first of equal ones, is that of the true class.
    var accuracy: Double {
        let right = labels.indices.count { row in
            let scores = values[row * classCount..<(row + 1) * classCount]
            return scores.firstIndex(of: scores.max() ?? 0) == row * classCount + labels[row]
        }
        return Double(right) / Double(count)
    }

    /// Returns the softmax of the logits divided by a temperature. Traps unless it is positive.
    public func predictions(temperature: Double = 1) -> ClassPredictions {
        predictions { _ in temperature }
    }

    /// Returns the softmax of the logits, each row divided by a temperature of its own.
    func predictions(temperatureOfRow: (Int) -> Double) -> ClassPredictions {
        var probabilities = values
        for row in labels.indices {
            let temperature = temperatureOfRow(row)
            require(temperature > 0, "ClassLogits.predictions: temperature \(temperature)")
            let columns = row * classCount..<(row + 1) * classCount
            probabilities.withUnsafeMutableBufferPointer { softmax($0, in: columns, temperature: temperature) }
        }
        return ClassPredictions(unchecked: probabilities, labels: labels, classCount: classCount)
    }

    /// Returns the rows with these indices.
    func rows(_ indices: [Int]) -> ClassLogits {
        ClassLogits(
            unchecked: indices.flatMap { values[$0 * classCount..<($0 + 1) * classCount] },
            labels: indices.map { labels[$0] }, classCount: classCount)
    }
}
