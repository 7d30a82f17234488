package import Statistics

/// The mistakes of a classifier that are worth reading, as places of headlines.
public struct ClassifierErrors: Sendable {
    /// Wrong, the surest first.
    public let mostConfident: [Int]
    /// Headlines whose label is doubtful rather than the prediction, the most doubtful first.
    public let suspectedLabels: [Suspicion]
    /// All wrong ones.
    public let count: Int

    /// A headline that may have a wrong label.
    public struct Suspicion: Sendable, Hashable {
        public let row: Int
        /// How many of the other classifiers say the same against the label.
        public let agreeing: Int
    }

    /// As many confident errors are kept.
    static let maximumShown = 20

    /// Finds doubtful labels by confident learning (Northcutt, Jiang and Chuang, "Confident learning", JAIR 70, 2021): a
    /// headline belongs to another class when the model gives that class at least the probability that it gives it, on
    /// average, on headlines that have it as their label; of the model's mistakes alone, and only where the label's own
    /// probability is below its average. Where other classifiers were asked, at least one must say the same.
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
        // Without headlines of its own a class has no average to reach.
        let usual = zip(sums, counts).map { $1 > 0 ? $0 / Double($1) : 1 }
        // The most frequent label alone would agree with everything of its kind.
        let witnesses = others.filter { Set($0.predicted).count > 1 }
        let doubtful = wrong.compactMap { row -> Suspicion? in
            let (label, predicted) = (labels[row], predictions.predicted[row])
            guard confidences[row] >= max(usual[predicted], 0.5), own[row] < usual[label] else { return nil }
            let agreeing = witnesses.count { $0.predicted[row] == predicted }
            return witnesses.isEmpty || agreeing > 0 ? Suspicion(row: row, agreeing: agreeing) : nil
        }
        suspectedLabels = doubtful.sorted { a, b in
            let margins = [a, b].map { confidences[$0.row] - own[$0.row] }
            return (b.agreeing, margins[1], a.row) < (a.agreeing, margins[0], b.row)
        }
    }
}
