import Foundation

/// A number that all logits are divided by to calibrate probabilities (Guo, Pleiss, Sun and Weinberger, "On calibration of
/// modern neural networks", ICML 2017, section 4.2): above 1 it lowers confidence, below 1 it raises it, and it changes no
/// predicted class.
///
/// At this temperature the mean confidence in the predictions equals their accuracy (Clarté, Loureiro,
/// Krzakala and Zdeborová, "Expectation consistency for calibration of neural networks", UAI 2023). The likelihood, which Guo et
/// al. fit, also depends on the probabilities of the other classes: with many classes its best temperature leaves a classifier
/// overconfident.
///
/// The accuracy is estimated as (correct + ½) / (rows + 1), the mean under Jeffreys' prior: a classifier without a mistake on a
/// few rows has no reason to be certain of everything.
public struct TemperatureCalibration: Sendable, Hashable, Codable {
    /// The divisor of the logits.
    public let temperature: Double
    /// True if the best temperature lies outside `limits` and the nearer limit was used, as when scores say nothing about labels.
    public let isAtLimit: Bool

    /// The temperatures to search: beyond them all probabilities are 0 and 1, or all equal.
    public static let limits = 0.01...100.0

    /// Fits the temperature.
    ///
    /// As a function of b = 1 / T, the mean of p_max = 1 / Σ exp(b (z − z_max)) rises, with the derivative
    /// p_max (z_max − E_p[z]). So Newton's method runs inside a bracket around the point where it equals the accuracy; if a
    /// step would leave the bracket or be more than half of the previous one, the bracket is halved instead (Press
    /// et al., "Numerical Recipes", 3rd edition, section 9.4, `rtsafe`): it always terminates. Equal scores give 1.
    public init(fitting logits: ClassLogits) {
        let rows = Double(logits.count)
        let accuracy = (logits.accuracy * rows + 0.5) / (rows + 1)
        func excess(_ inverse: Double) -> (value: Double, slope: Double) {
            let (confidence, slope) = Self.confidence(of: logits, at: inverse)
            return (confidence - accuracy, slope)
        }
        var (low, high) = (1 / Self.limits.upperBound, 1 / Self.limits.lowerBound)
        let even = 1 / Double(logits.classCount)
        guard excess(1).value != 0, Self.confidence(of: logits, at: high).mean > even * (1 + 1e-12) else {
            (temperature, isAtLimit) = (1, false)
            return
        }
        guard excess(low).value < 0 else {
            (temperature, isAtLimit) = (Self.limits.upperBound, true)
            return
        }
        guard excess(high).value > 0 else {
            (temperature, isAtLimit) = (Self.limits.lowerBound, true)
            return
        }
        var inverse = 1.0
        var previousStep = high - low
        while true {
            let (value, slope) = excess(inverse)
            if value < 0 { low = inverse } else { high = inverse }
            let newton = inverse - value / slope
            let isFast = (newton - inverse).magnitude <= previousStep / 2
            let next = isFast && newton > low && newton < high ? newton : low + (high - low) / 2
            previousStep = (next - inverse).magnitude
            inverse = next
            if previousStep <= Self.tolerance * inverse { break }
        }
        (temperature, isAtLimit) = (1 / inverse, false)
    }

    /// The last relative step of 1 / T: Newton's method squares the error, so only rounding remains.
    private static let tolerance = 1e-11

    /// Returns the mean confidence and its derivative with respect to the inverse temperature.
    private static func confidence(of logits: ClassLogits, at inverse: Double) -> (mean: Double, slope: Double) {
        var (total, slope) = (0.0, 0.0)
        let classCount = logits.classCount
        for row in logits.labels.indices {
            let scores = logits.values[row * classCount..<(row + 1) * classCount]
            let largest = scores.max() ?? 0
            var (weights, sum) = (0.0, 0.0)
            for score in scores {
                let shifted = score - largest
                let weight = exp(inverse * shifted)
                // Without this, a score infinitely far below would make 0 times infinity.
                guard weight > 0 else { continue }
                weights += weight
                sum += weight * shifted
            }
            total += 1 / weights
            slope -= sum / weights / weights
        }
        let rows = Double(logits.count)
        return (total / rows, slope / rows)
    }
}

/// Temperatures that are never applied to the rows they were fitted on.
public struct CrossFittedTemperatures: Sendable {
    /// The temperatures fitted on each half of the rows.
    public let halves: [TemperatureCalibration]
    /// The predictions for all rows, each with the temperature of the other half.
    public let predictions: ClassPredictions

    /// Splits the rows into stratified halves and fits a temperature on each. `nil` for fewer than two rows.
    public init?(_ logits: ClassLogits, seed: UInt64) {
        guard logits.count >= 2 else { return nil }
        let isSecond = stratifiedHalves(logits.labels, seed: seed)
        let fitted = [false, true].map { half in
            TemperatureCalibration(fitting: logits.rows(isSecond.indices.filter { isSecond[$0] == half }))
        }
        halves = fitted
        predictions = logits.predictions { row in fitted[isSecond[row] ? 0 : 1].temperature }
    }
}
