/// The logits of a classifier together with the temperature that calibrates them: both sides of calibration in one value.
public struct CalibratedLogits: Sendable {
    /// The logits before calibration.
    public let raw: ClassLogits
    /// The temperature that the raw logits are divided by; 1 without calibration.
    public let temperature: Double
    /// The predictions after calibration.
    public let predictions: ClassPredictions

    /// Calibrates logits. Traps unless the temperature is positive.
    public init(raw: ClassLogits, temperature: Double) {
        self.raw = raw
        self.temperature = temperature
        predictions = raw.predictions(temperature: temperature)
    }

    /// Recovers the raw logits of a model that was exported with its head divided by `temperature`.
    /// - Throws: `PredictionError` when a raw logit is not finite.
    public init(calibrated logits: ClassLogits, temperature: Double) throws(PredictionError) {
        raw = try ClassLogits(
            logits.values.map { $0 * temperature }, labels: logits.labels, classCount: logits.classCount)
        self.temperature = temperature
        predictions = logits.predictions()
    }
}
