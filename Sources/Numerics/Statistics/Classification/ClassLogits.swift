import Foundation

/// The scores of a classifier before the softmax: N rows of K classes, and what was right.
public struct ClassLogits: Sendable {
    /// `[N, K]`, row by row.
    public let values: [Double]
    /// `[N]`: the right class of each row.
    public let labels: [Int]
    /// K.
    public let classCount: Int

    /// - Parameters:
    ///   - values: `[N, K]`, row by row.
    ///   - labels: `[N]`, each within `0 ..< K`.
    ///   - classCount: K.
    /// - Throws: `PredictionError` when there are no rows or a number is not finite. Traps when counts do not agree.
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

    /// N.
    public var count: Int { labels.count }

    /// The share of rows whose largest score, the first of equal ones, is that of the right class.
    var accuracy: Double {
        let right = labels.indices.count { row in
            let scores = values[row * classCount..<(row + 1) * classCount]
            return scores.firstIndex(of: scores.max() ?? 0) == row * classCount + labels[row]
        }
        return Double(right) / Double(count)
    }

    /// The softmax of the scores divided by a temperature. Traps unless it is positive.
    public func predictions(temperature: Double = 1) -> ClassPredictions {
        predictions { _ in temperature }
    }

    /// The softmax of the scores, each row divided by a temperature of its own.
    func predictions(temperatureOfRow: (Int) -> Double) -> ClassPredictions {
        var probabilities = values
        for row in labels.indices {
            let temperature = temperatureOfRow(row)
            precondition(temperature > 0, "ClassLogits.predictions: temperature \(temperature)")
            let columns = row * classCount..<(row + 1) * classCount
            let largest = values[columns].max() ?? 0
            var sum = 0.0
            for index in columns {
                probabilities[index] = exp((values[index] - largest) / temperature)
                sum += probabilities[index]
            }
            for index in columns { probabilities[index] /= sum }
        }
        return ClassPredictions(unchecked: probabilities, labels: labels, classCount: classCount)
    }

    /// The rows of these indices.
    func rows(_ indices: [Int]) -> ClassLogits {
        ClassLogits(
            unchecked: indices.flatMap { values[$0 * classCount..<($0 + 1) * classCount] },
            labels: indices.map { labels[$0] }, classCount: classCount)
    }
}
