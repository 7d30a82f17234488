/// The calibration metrics of one set of predictions.
public struct CalibrationMetrics: Sendable, Hashable, Codable {
    /// The mean nats of the true label.
    public let negativeLogLikelihood: Double
    /// The Brier score, 0 … 2.
    public let brierScore: Double
    /// The expected calibration error in 15 bins of equal width.
    public let error: Double
    /// The mean of that error for a perfectly calibrated model with these confidences.
    public let errorIfCalibrated: Double
    /// The standard deviation of that error for a perfectly calibrated model.
    public let deviationIfCalibrated: Double
    /// The calibration error in 15 bins of equal mass.
    public let adaptiveError: Double

    /// Calculates the metrics.
    public init(_ predictions: ClassPredictions) {
        let reliability = Reliability(predictions, .equalWidth)
        negativeLogLikelihood = predictions.negativeLogLikelihood
        brierScore = predictions.brierScore
        error = reliability.error
        errorIfCalibrated = reliability.errorIfCalibrated
        deviationIfCalibrated = reliability.deviationIfCalibrated
        adaptiveError = Reliability(predictions, .equalMass).error
    }
}

/// A temperature for a classifier and its effect.
public struct CalibrationReport: Sendable, Hashable, Codable {
    /// The temperature fitted on all rows: the one to use.
    public let scaling: TemperatureCalibration
    /// The metrics with temperature 1.
    public let before: CalibrationMetrics
    /// The metrics with `scaling` on the rows it was fitted on, which flatters it.
    public let after: CalibrationMetrics
    /// The metrics of each half of the rows with the temperature of the other half, as expected for new rows; `nil` for one row.
    public let crossFitted: CalibrationMetrics?
    /// The temperatures of the two halves; the closer they are, the more precisely the temperature is known.
    public let halves: [TemperatureCalibration]

    /// Fits and evaluates a temperature. `seed` chooses the halves.
    public init(_ logits: ClassLogits, seed: UInt64) {
        scaling = TemperatureCalibration(fitting: logits)
        before = CalibrationMetrics(logits.predictions())
        after = CalibrationMetrics(logits.predictions(temperature: scaling.temperature))
        let crossFit = CrossFittedTemperatures(logits, seed: seed)
        crossFitted = crossFit.map { CalibrationMetrics($0.predictions) }
        halves = crossFit?.halves ?? []
    }
}
