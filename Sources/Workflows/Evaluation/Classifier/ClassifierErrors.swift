package import Statistics

/// The mistakes of a classifier that are worth reading, as row numbers.
public struct ClassifierErrors: Sendable {
    /// The mistakes with the highest confidence, highest first.
    public let mostConfident: [Int]
    /// Mistakes where the label is doubtful rather than the prediction, the most doubtful first.
    public let suspectedLabels: [Suspicion]
    /// The number of all mistakes.
    public let count: Int

    /// A headline that may have a wrong label.
    public struct Suspicion: Sendable, Hashable {
        /// The row of the headline.
        public let row: Int
        /// The number of other classifiers that agree with the model against the label.
        public let agreeing: Int
    }

    /// The number of confident mistakes that are kept.
    static let maximumShown = 20

    /// Finds doubtful labels by confident learning (Northcutt, Jiang and Chuang, "Confident learning", JAIR 70, 2021): among
    /// the model's mistakes, those where the predicted class gets at least the probability that it gets on average from
    /// headlines with that label, and the given label gets less than its own average. If there are other classifiers, at least
    /// one must make the same prediction.
    package init(_ predictions: ClassPredictions, others: [ClassPredictions]) {
        let (width, labels) = (predictions.classCount, predictions.labels)
        let confidences = predictions.confidences
        let wrong = labels.indices.filter { labels[$0] != predictions.predicted[$0] }
        count = wrong.count
        mostConfident = Array(
            wrong.sorted { (confidences[$1], $0) < (confidences[$0], $1) }.prefix(Self.maximumShown))
        var (sums, counts) = ([Double](repeating: 0, count: width), [Int](repeating: 0, count: width))
        let own = predictions.labelProbabilities
        for (row, label) in labels.enumerated() {
            sums[label] += own[row]
            counts[label] += 1
        }
        // A class without headlines of its own has no average to reach.
        let averages = zip(sums, counts).map { $1 > 0 ? $0 / Double($1) : 1 }
        // A classifier that always says the same is no witness.
        let witnesses = others.filter { Set($0.predicted).count > 1 }
        let doubtful = wrong.compactMap { row -> Suspicion? in
            let (label, predicted) = (labels[row], predictions.predicted[row])
            guard confidences[row] >= max(averages[predicted], 0.5), own[row] < averages[label] else { return nil }
            let agreeing = witnesses.count { $0.predicted[row] == predicted }
            return witnesses.isEmpty || agreeing > 0 ? Suspicion(row: row, agreeing: agreeing) : nil
        }
        suspectedLabels = doubtful.sorted { a, b in
            let margins = [a, b].map { confidences[$0.row] - own[$0.row] }
            return (b.agreeing, margins[1], a.row) < (a.agreeing, margins[0], b.row)
        }
    }
}
