import Preconditions

/// The metrics that summarize a classifier in one number each.
public struct ClassificationScores: Sendable, Hashable, Codable {
    /// The share of rows whose most probable class is the label.
    public let accuracy: Double
    /// The share of rows whose label is among the three most probable classes.
    public let topThreeAccuracy: Double
    /// The mean F1 of the classes; see `ConfusionMatrix`.
    public let macroF1: Double
    /// The mean F1 of the classes, weighted by their rows; see `ConfusionMatrix`.
    public let weightedF1: Double
    /// The Matthews correlation coefficient; see `ConfusionMatrix`.
    public let matthewsCorrelation: Double
    /// The mean nats of the true label; see `ClassPredictions`.
    public let negativeLogLikelihood: Double
    /// The Brier score, 0 … 2; see `ClassPredictions`.
    public let brierScore: Double

    /// Calculates the metrics.
    public init(_ predictions: ClassPredictions) {
        self.init(predictions, ConfusionMatrix(predictions))
    }

    init(_ predictions: ClassPredictions, _ confusion: ConfusionMatrix) {
        accuracy = confusion.accuracy
        topThreeAccuracy = predictions.topAccuracy(3)
        macroF1 = confusion.macroF1
        weightedF1 = confusion.weightedF1
        matthewsCorrelation = confusion.matthewsCorrelation
        negativeLogLikelihood = predictions.negativeLogLikelihood
        brierScore = predictions.brierScore
    }
}

/// The metrics of one class.
public struct ClassMetrics: Sendable, Hashable, Codable {
    /// The name of the class.
    public let label: String
    /// The number of rows with this label.
    public let support: Int
    /// The number of rows predicted to have it.
    public let predicted: Int
    /// The share of predicted rows that have the label; 0 if there are none.
    public let precision: Double
    /// The share of rows with the label that were predicted to have it; 0 if there are none.
    public let recall: Double
    /// The harmonic mean of precision and recall; 0 if both are.
    public let f1: Double
}

/// The scores of another classifier on the same rows, for comparison.
public struct Baseline: Sendable, Hashable, Codable {
    /// The name for tables, such as `naive Bayes`.
    public let name: String
    /// The scores.
    public let scores: ClassificationScores

    /// Calculates the scores of predictions.
    public init(_ name: String, _ predictions: ClassPredictions) {
        self.name = name
        scores = ClassificationScores(predictions)
    }
}

/// The results of a classifier on labeled rows, as training and evaluation print and keep them.
public struct ClassificationReport: Sendable, Hashable, Codable {
    /// The number of rows.
    public let count: Int
    /// The summary metrics.
    public let scores: ClassificationScores
    /// The reliability in bins of equal width, with the usual expected calibration error.
    public let reliability: Reliability
    /// The reliability in bins of equal mass, with the adaptive calibration error.
    public let adaptiveReliability: Reliability
    /// The metrics of each class, in the order of the labels.
    public let classes: [ClassMetrics]
    /// The confusion matrix.
    public let confusion: ConfusionMatrix
    /// The scores of simpler classifiers on the same rows.
    public let baselines: [Baseline]

    /// Evaluates predictions.
    ///
    /// - Parameters:
    ///   - predictions: The predictions and true labels.
    ///   - labels: The name of each class. Traps unless there is one for each.
    ///   - baselines: The scores of other classifiers on the same rows.
    public init(_ predictions: ClassPredictions, labels: [String], baselines: [Baseline] = []) {
        require(
            labels.count == predictions.classCount,
            "ClassificationReport: \(labels.count) labels for \(predictions.classCount) classes")
        let confusion = ConfusionMatrix(predictions)
        count = predictions.count
        scores = ClassificationScores(predictions, confusion)
        reliability = Reliability(predictions, .equalWidth)
        adaptiveReliability = Reliability(predictions, .equalMass)
        classes = labels.enumerated().map { index, label in
            ClassMetrics(
                label: label, support: confusion.support(of: index), predicted: confusion.predictions(of: index),
                precision: confusion.precision(of: index), recall: confusion.recall(of: index),
                f1: confusion.f1(of: index))
        }
        self.confusion = confusion
        self.baselines = baselines
    }
}
