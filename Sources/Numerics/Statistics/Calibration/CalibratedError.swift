import Foundation

/// The calibration error that a perfectly calibrated model would have by chance: each row of confidence p is right with
/// probability p, independently. Draw the labels from the model's own confidences again and again, and this is the mean of
/// the error and its standard deviation.
///
/// Nothing is drawn, because both are known exactly. The error is Σ_b |S_b − Σ p| / N, where the number S_b of right rows of
/// a bin is Poisson-binomial; its distribution follows from adding the rows one by one, and bins are independent.
struct CalibratedError {
    private var rows = 0
    /// Σ_b E|S_b − Σ p| and Σ_b Var|S_b − Σ p|.
    private var sumOfMeans = 0.0
    private var sumOfVariances = 0.0

    /// Adds the confidences of one bin.
    mutating func add(_ confidences: [Double]) {
        let variance = confidences.reduce(0) { $0 + $1 * (1 - $1) }
        let mean = Self.meanDeviation(of: confidences, variance: variance)
        rows += confidences.count
        sumOfMeans += mean
        sumOfVariances += max(variance - mean * mean, 0)
    }

    /// The mean of the error.
    var mean: Double { rows > 0 ? sumOfMeans / Double(rows) : 0 }

    /// The standard deviation of the error.
    var deviation: Double { rows > 0 ? sumOfVariances.squareRoot() / Double(rows) : 0 }

    /// From this variance of S_b on, tens of thousands of rows, the normal distribution stands in: it is right to one part
    /// in 50,000 there, and the exact sum would take seconds.
    static let normalVariance = 10_000.0

    /// E|S − Σ p| for a sum S of independent rows that are 1 with probability p and else 0.
    static func meanDeviation(of probabilities: [Double], variance: Double) -> Double {
        guard variance < normalVariance else { return (variance * 2 / .pi).squareRoot() }
        let center = probabilities.reduce(0, +)
        var (lowest, distribution) = (0, [1.0])
        for probability in probabilities {
            add(probability, to: &distribution, from: &lowest)
        }
        return distribution.enumerated().reduce(0) { $0 + $1.element * (Double(lowest + $1.offset) - center).magnitude }
    }

    /// Probabilities this small at either end of the distribution are left out; all of them together are less than the
    /// rounding of the result.
    private static let negligible = 1e-25

    /// The distribution of a sum with one more row; `lowest` is the sum that the first entry stands for.
    private static func add(_ probability: Double, to distribution: inout [Double], from lowest: inout Int) {
        let last = distribution.count - 1
        distribution.append(distribution[last] * probability)
        for index in stride(from: last, to: 0, by: -1) {
            distribution[index] = distribution[index] * (1 - probability) + distribution[index - 1] * probability
        }
        distribution[0] *= 1 - probability
        while distribution.count > 1, let end = distribution.last, end < negligible { distribution.removeLast() }
        let leading = distribution.prefix { $0 < negligible }.count
        guard leading > 0, leading < distribution.count else { return }
        distribution.removeFirst(leading)
        lowest += leading
    }
}
