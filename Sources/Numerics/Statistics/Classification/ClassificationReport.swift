/// The figures that sum up a classifier in one number each.
public struct ClassificationScores: Sendable, Hashable, Codable {
    /// The share of rows whose most probable class is the label.
    public let accuracy: Double
    /// The share of rows whose label is among the three most probable classes.
    public let topThreeAccuracy: Double
    /// See `ConfusionMatrix`.
    public let macroF1: Double
    public let weightedF1: Double
    public let matthewsCorrelation: Double
    /// Mean nats of the label; see `ClassPredictions`.
    public let negativeLogLikelihood: Double
    /// From 0 to 2; see `ClassPredictions`.
    public let brierScore: Double

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

/// The figures of one class.
public struct ClassFigures: Sendable, Hashable, Codable {
    public let label: String
    /// Rows that have this label.
    public let support: Int
    /// Rows that were given it.
    public let predicted: Int
    /// Of the rows that were given it, the share that have it; 0 when there are none.
    public let precision: Double
    /// Of the rows that have it, the share that were given it; 0 when there are none.
    public let recall: Double
    /// The harmonic mean of precision and recall; 0 when both are.
    public let f1: Double
}

/// Another classifier on the same rows, for comparison.
public struct Baseline: Sendable, Hashable, Codable {
    /// What it is called in tables: `majority`, `naive Bayes`.
    public let name: String
    public let scores: ClassificationScores

    public init(_ name: String, _ predictions: ClassPredictions) {
        self.name = name
        scores = ClassificationScores(predictions)
    }
}

/// All that is said about a classifier after it was judged on labelled rows; what training and evaluation print and keep.
public struct ClassificationReport: Sendable, Hashable, Codable {
    /// The number of rows.
    public let count: Int
    public let scores: ClassificationScores
    /// In bins of equal width: the expected calibration error as it is usually printed.
    public let reliability: Reliability
    /// In bins of equal mass: the adaptive one.
    public let adaptiveReliability: Reliability
    /// In the order of the labels.
    public let classes: [ClassFigures]
    public let confusion: ConfusionMatrix
    /// Simpler classifiers on the same rows.
    public let baselines: [Baseline]

    /// Judges predictions.
    ///
    /// - Parameters:
    ///   - predictions: What was said about each row, and what was right.
    ///   - labels: The name of each class; traps unless there are as many as classes.
    ///   - baselines: Other classifiers on the same rows.
    public init(_ predictions: ClassPredictions, labels: [String], baselines: [Baseline] = []) {
        precondition(
            labels.count == predictions.classCount,
            "ClassificationReport: \(labels.count) labels for \(predictions.classCount) classes")
        let confusion = ConfusionMatrix(predictions)
        count = predictions.count
        scores = ClassificationScores(predictions, confusion)
        reliability = Reliability(predictions, .equalWidth)
        adaptiveReliability = Reliability(predictions, .equalMass)
        classes = labels.enumerated().map { index, label in
            ClassFigures(
                label: label, support: confusion.support(of: index), predicted: confusion.predictions(of: index),
                precision: confusion.precision(of: index), recall: confusion.recall(of: index),
                f1: confusion.f1(of: index))
        }
        self.confusion = confusion
        self.baselines = baselines
    }
}
