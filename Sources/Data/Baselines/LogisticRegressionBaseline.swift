import Preconditions
public import Statistics

/// Logistic regression on TF-IDF features: the strongest of the simple classifiers, and hard to beat on long texts.
public struct LogisticRegressionBaseline: Sendable {
    /// The features of texts.
    public let features: TFIDFFeatures
    /// The classifier of features.
    public let regression: LogisticRegression

    /// Trains on labeled texts.
    ///
    /// - Parameters:
    ///   - texts: The training rows, at least one.
    ///   - labels: The class of each, within `0 ..< classCount`.
    ///   - classCount: K.
    ///   - features: The features to extract.
    ///   - inversePenalty: C of `LogisticRegression`.
    ///   - progress: Receives the fraction that is done from time to time.
    ///
    /// Traps if counts do not match, if there are no rows, or unless C is positive.
    public init(
        texts: [String], labels: [Int], classCount: Int, features options: TFIDFFeatures.Options = .init(),
        inversePenalty: Double = 1, progress: (Double) -> Void = { _ in }
    ) {
        require(
            texts.count == labels.count, "LogisticRegressionBaseline: \(texts.count) texts, \(labels.count) labels")
        features = TFIDFFeatures(fitting: texts, options)
        regression = LogisticRegression(
            features.rows(of: texts), labels: labels, classCount: classCount, inversePenalty: inversePenalty,
            progress: progress)
    }

    /// Returns predictions for texts; words not seen in training are ignored.
    /// - Throws: `PredictionError` if there are no rows.
    public func predictions(for texts: [String], labels: [Int]) throws(PredictionError) -> ClassPredictions {
        require(
            texts.count == labels.count, "LogisticRegressionBaseline: \(texts.count) texts, \(labels.count) labels")
        return try ClassPredictions(
            probabilities: regression.probabilities(of: features.rows(of: texts)), labels: labels,
            classCount: regression.classCount)
    }
}
