/// How well the probabilities of one set of predictions mean what they say.
public struct CalibrationFigures: Sendable, Hashable, Codable {
    public let negativeLogLikelihood: Double
    public let brierScore: Double
    /// The expected calibration error in 15 bins of equal width, what a perfectly calibrated model of these confidences
    /// would score on average, and the standard deviation of that.
    public let error: Double
    public let errorIfCalibrated: Double
    public let deviationIfCalibrated: Double
    /// The same error in bins of equal mass.
    public let adaptiveError: Double

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

/// A temperature for a classifier, and what it is worth.
public struct CalibrationReport: Sendable, Hashable, Codable {
    /// Fitted on all rows: the one to use.
    public let scaling: TemperatureCalibration
    /// With temperature 1.
    public let before: CalibrationFigures
    /// With `scaling`, on the rows it was fitted on: flattering.
    public let after: CalibrationFigures
    /// Each half of the rows with the temperature of the other half: what to expect of new rows. `nil` for one row.
    public let crossFitted: CalibrationFigures?
    /// The temperatures of the two halves; the nearer they are, the better the temperature is known.
    public let halves: [TemperatureCalibration]

    /// Fits and judges a temperature. `seed` chooses the halves.
    public init(_ logits: ClassLogits, seed: UInt64) {
        scaling = TemperatureCalibration(fitting: logits)
        before = CalibrationFigures(logits.predictions())
        after = CalibrationFigures(logits.predictions(temperature: scaling.temperature))
        let crossFit = CrossFittedTemperatures(logits, seed: seed)
        crossFitted = crossFit.map { CalibrationFigures($0.predictions) }
        halves = crossFit?.halves ?? []
    }
}
