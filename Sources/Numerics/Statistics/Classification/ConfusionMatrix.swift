import Preconditions

/// The number of rows with each label and each predicted class.
///
/// A ratio with the denominator 0 is 0, as in scikit-learn with `zero_division=0`.
public struct ConfusionMatrix: Sendable, Hashable {
    /// K, the number of classes.
    public let classCount: Int
    /// `[K, K]`: a row for each label, a column for each predicted class.
    private var counts: [Int]

    /// Counts rows by their label and their predicted class. Traps if the lists differ in length or a class is
    /// outside `0 ..< classCount`.
    public init(labels: [Int], predicted: [Int], classCount: Int) {
        require(
            labels.count == predicted.count, "ConfusionMatrix: \(labels.count) labels, \(predicted.count) predictions")
        let classes = 0..<classCount
        self.classCount = classCount
        counts = [Int](repeating: 0, count: classCount * classCount)
        for (label, prediction) in zip(labels, predicted) {
            require(
                classes.contains(label) && classes.contains(prediction),
                "ConfusionMatrix: class \(label) or \(prediction) is not within \(classes)")
            counts[label * classCount + prediction] += 1
        }
    }

    /// Creates a matrix from counts `[K, K]`.
    init(classCount: Int, counts: [Int]) {
        self.classCount = classCount
        self.counts = counts
    }

    /// Counts the rows of predictions.
    public init(_ predictions: ClassPredictions) {
        self.init(labels: predictions.labels, predicted: predictions.predicted, classCount: predictions.classCount)
    }

    /// The number of rows with a label that were predicted to have a class.
    public subscript(label label: Int, predicted predicted: Int) -> Int { counts[label * classCount + predicted] }

    /// The number of rows.
    public var total: Int { counts.reduce(0, +) }

    /// The number of rows predicted correctly.
    public var correct: Int { (0..<classCount).reduce(0) { $0 + self[label: $1, predicted: $1] } }

    /// Returns the number of rows with a label.
    public func support(of label: Int) -> Int { (0..<classCount).reduce(0) { $0 + self[label: label, predicted: $1] } }

    /// Returns the number of rows predicted to have a class.
    public func predictions(of predicted: Int) -> Int {
        (0..<classCount).reduce(0) { $0 + self[label: $1, predicted: predicted] }
    }

    /// The share of correct rows.
    public var accuracy: Double { ratio(correct, total) }

    /// Returns the share of rows predicted to have this class that have it.
    public func precision(of label: Int) -> Double {
        ratio(self[label: label, predicted: label], predictions(of: label))
    }

    /// Returns the share of rows with this label that were predicted to have it.
    public func recall(of label: Int) -> Double { ratio(self[label: label, predicted: label], support(of: label)) }

    /// Returns the harmonic mean of precision and recall, as 2 TP / (2 TP + FP + FN).
    public func f1(of label: Int) -> Double {
        ratio(2 * self[label: label, predicted: label], support(of: label) + predictions(of: label))
    }

    /// The mean F1 of the classes that occur among labels or predictions.
    ///
    /// As `f1_score(average="macro")` of scikit-learn: a class without rows and predictions says nothing about the
    /// classifier and is left out; one that is predicted but has no rows counts as 0.
    public var macroF1: Double {
        let occurring = (0..<classCount).filter { support(of: $0) + predictions(of: $0) > 0 }
        guard !occurring.isEmpty else { return 0 }
        return occurring.reduce(0) { $0 + f1(of: $1) } / Double(occurring.count)
    }

    /// The mean F1 of the classes, weighted by their number of rows.
    public var weightedF1: Double {
        let rows = total
        guard rows > 0 else { return 0 }
        return (0..<classCount).reduce(0) { $0 + f1(of: $1) * Double(support(of: $1)) } / Double(rows)
    }

    /// The Matthews correlation coefficient: 1 is perfect, 0 no better than chance; also 0 if all labels or all
    /// predictions are one class.
    ///
    /// For K classes: Gorodkin, "Comparing two K-category assignments by a K-category correlation coefficient",
    /// Computational Biology and Chemistry 28, 2004, eq. 8.
    public var matthewsCorrelation: Double {
        let rows = Double(total)
        var (covariance, labelVariance, predictionVariance) = (Double(correct) * rows, rows * rows, rows * rows)
        for index in 0..<classCount {
            let (support, predictions) = (Double(support(of: index)), Double(predictions(of: index)))
            covariance -= support * predictions
            labelVariance -= support * support
            predictionVariance -= predictions * predictions
        }
        let scale = (labelVariance * predictionVariance).squareRoot()
        return scale > 0 ? covariance / scale : 0
    }

    private func ratio(_ part: Int, _ whole: Int) -> Double { whole > 0 ? Double(part) / Double(whole) : 0 }
}

extension ConfusionMatrix: Codable {
    /// Reads a list of K lists of K counts.
    public init(from decoder: any Decoder) throws {
        let rows = try decoder.singleValueContainer().decode([[Int]].self)
        let largest = Int.max / max(rows.count * rows.count, 1) / 4
        guard rows.allSatisfy({ $0.count == rows.count && $0.allSatisfy { $0 >= 0 && $0 <= largest } }) else {
            throw DecodingError.dataCorrupted(
                .init(
                    codingPath: decoder.codingPath,
                    debugDescription: "a confusion matrix is as many lists as each of them has counts of 0 or more"))
        }
        classCount = rows.count
        counts = rows.flatMap(\.self)
    }

    /// Writes a list of K lists of K counts.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        let rows = (0..<classCount).map { Array(counts[$0 * classCount..<($0 + 1) * classCount]) }
        try container.encode(rows)
    }
}
