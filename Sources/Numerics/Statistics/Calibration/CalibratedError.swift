import Foundation

/// The mean and standard deviation of the calibration error of a perfectly calibrated model, in which each row of confidence p
/// is right with probability p, independently.
///
/// Both are exact; nothing is sampled. The error is Σ_b |S_b − Σ p| / N, where the number S_b of correct rows in
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

    /// The variance of S_b, reached with tens of thousands of rows, from which the normal distribution is used: it is accurate to
    /// one part in 50,000 there, and the exact sum would take seconds.
    static let normalVariance = 10_000.0

    /// Returns E|S − Σ p| for a sum S of independent rows that are 1 with probability p and else 0.
    static func meanDeviation(of probabilities: [Double], variance: Double) -> Double {
        guard variance < normalVariance else { return (variance * 2 / .pi).squareRoot() }
        let center = probabilities.reduce(0, +)
        var (lowest, distribution) = (0, [1.0])
        for probability in probabilities {
            add(probability, to: &distribution, from: &lowest)
        }
        return distribution.enumerated().reduce(0) { $0 + $1.element * (Double(lowest + $1.offset) - center).magnitude }
    }

    /// Probabilities below this at either end of the distribution are dropped; together they are less than the rounding of the
    /// result.
    private static let negligible = 1e-25

    /// Adds a row to the distribution of a sum; `lowest` is the sum of the first entry.
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
