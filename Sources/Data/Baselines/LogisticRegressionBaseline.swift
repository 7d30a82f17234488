import Preconditions
public import Statistics

/// Logistic regression on weighted words: the strongest of the simple classifiers, and hard to beat on long texts.
public struct LogisticRegressionBaseline: Sendable {
    /// How texts become rows.
    public let features: TFIDFFeatures
    /// What judges rows.
    public let regression: LogisticRegression

    /// Learns from labelled texts.
    ///
    /// - Parameters:
    ///   - texts: The training rows, at least one.
    ///   - labels: The class of each, within `0 ..< classCount`.
    ///   - classCount: K.
    ///   - features: What becomes a column.
    ///   - inversePenalty: C of `LogisticRegression`.
    ///   - progress: Told now and then how much of the way is done, 0 to 1.
    ///
    /// Traps when counts do not agree, when there are no rows, or unless C is positive.
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

    /// What it says about rows; words that training never saw are left out.
    /// - Throws: `PredictionError` when there are no rows.
    public func predictions(for texts: [String], labels: [Int]) throws(PredictionError) -> ClassPredictions {
        require(
            texts.count == labels.count, "LogisticRegressionBaseline: \(texts.count) texts, \(labels.count) labels")
        return try ClassPredictions(
            probabilities: regression.probabilities(of: features.rows(of: texts)), labels: labels,
            classCount: regression.classCount)
    }
}
