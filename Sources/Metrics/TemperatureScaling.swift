import Foundation

/// One number that all logits are divided by so that probabilities mean what they say (Guo, Pleiss, Sun and Weinberger,
/// "On calibration of modern neural networks", ICML 2017, section 4.2): above 1 it makes a classifier less sure of itself,
/// below 1 more so, and it changes no predicted class.
public struct TemperatureScaling: Sendable, Hashable, Codable {
    /// What logits are divided by.
    public let temperature: Double
    /// True when the best temperature lies outside of `limits` and the nearer limit was taken: the classifier is right on
    /// every row, or its scores say nothing about the labels.
    public let isAtLimit: Bool

    /// The temperatures that are considered: beyond them all probabilities are 0 and 1, or all equal.
    public static let limits = 0.01...100.0

    /// The temperature at which the negative log-likelihood of the labels is smallest.
    ///
    /// As a function of b = 1 / T, the mean of log Σ exp(b z) − b z_label is convex, with the derivative E_p[z] − z_label
    /// and the second derivative Var_p[z]. So Newton's method runs inside a bracket around the zero of the derivative, and
    /// where a step would leave the bracket or be more than half of the one before, the bracket is halved instead (Press
    /// et al., "Numerical Recipes", 3rd edition, section 9.4, `rtsafe`): it always ends. Scores that are all equal give 1.
    public init(fitting logits: ClassLogits) {
        var (low, high) = (1 / Self.limits.upperBound, 1 / Self.limits.lowerBound)
        guard Self.slope(of: logits, at: 1).first != 0 else {
            (temperature, isAtLimit) = (1, false)
            return
        }
        guard Self.slope(of: logits, at: low).first < 0 else {
            (temperature, isAtLimit) = (Self.limits.upperBound, true)
            return
        }
        guard Self.slope(of: logits, at: high).first > 0 else {
            (temperature, isAtLimit) = (Self.limits.lowerBound, true)
            return
        }
        var inverse = 1.0
        var previousStep = high - low
        while true {
            let (first, second) = Self.slope(of: logits, at: inverse)
            if first < 0 { low = inverse } else { high = inverse }
            let newton = inverse - first / second
            let isFast = (newton - inverse).magnitude <= previousStep / 2
            let next = isFast && newton > low && newton < high ? newton : low + (high - low) / 2
            previousStep = (next - inverse).magnitude
            inverse = next
            if previousStep <= Self.tolerance * inverse { break }
        }
        (temperature, isAtLimit) = (1 / inverse, false)
    }

    /// The last relative step of 1 / T: Newton's method squares the error, so what is left is rounding.
    private static let tolerance = 1e-11

    /// The first and second derivative of the mean negative log-likelihood by the inverse temperature.
    private static func slope(of logits: ClassLogits, at inverse: Double) -> (first: Double, second: Double) {
        var (first, second) = (0.0, 0.0)
        let classCount = logits.classCount
        for row in logits.labels.indices {
            let scores = logits.values[row * classCount..<(row + 1) * classCount]
            let largest = scores.max() ?? 0
            var (weights, mean, meanSquare) = (0.0, 0.0, 0.0)
            for score in scores {
                let shifted = score - largest
                let weight = exp(inverse * shifted)
                // Without this, a score infinitely far below would make 0 times infinity.
                guard weight > 0 else { continue }
                weights += weight
                mean += weight * shifted
                meanSquare += weight * shifted * shifted
            }
            mean /= weights
            first += mean - (scores[scores.startIndex + logits.labels[row]] - largest)
            second += max(meanSquare / weights - mean * mean, 0)
        }
        let rows = Double(logits.count)
        return (first / rows, second / rows)
    }
}

/// Temperatures that never judge the rows they were fitted on.
public struct CrossFittedTemperatures: Sendable {
    /// Fitted on each half of the rows.
    public let halves: [TemperatureScaling]
    /// All rows, each with the temperature of the half that it is not in.
    public let predictions: ClassPredictions

    /// Divides the rows into two halves of the same mixture of labels, fits a temperature on each and judges each with the
    /// temperature of the other. `nil` for fewer than two rows.
    public init?(_ logits: ClassLogits, seed: UInt64) {
        guard logits.count >= 2 else { return nil }
        let isSecond = stratifiedHalves(logits.labels, seed: seed)
        let fitted = [false, true].map { half in
            TemperatureScaling(fitting: logits.rows(isSecond.indices.filter { isSecond[$0] == half }))
        }
        halves = fitted
        predictions = logits.predictions { row in fitted[isSecond[row] ? 0 : 1].temperature }
    }
}
