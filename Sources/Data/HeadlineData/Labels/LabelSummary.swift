/// The labels of a training run in counts.
public struct LabelSummary: Sendable, Hashable, Codable, CustomStringConvertible {
    /// The labels in the order of the classes.
    public let labels: LabelSet
    /// Rows of each label.
    public let trainingCounts: [Int]
    /// Validation rows of each label.
    public let validationCounts: [Int]
    /// Rows of both files that were dropped because they have no label.
    public let unlabeled: Int
    /// Labels that a map was given for and does not name.
    public let unmapped: [String]
    /// The labels with fewer training rows than `rareLimit`.
    public let rare: [String]
    /// Labels with fewer training rows than this are rare.
    public let rareLimit: Int

    init(
        labels: LabelSet, trainingCounts: [Int], validationCounts: [Int], unlabeled: Int, unmapped: [String],
        rareLimit: Int
    ) {
        self.labels = labels
        self.trainingCounts = trainingCounts
        self.validationCounts = validationCounts
        self.unlabeled = unlabeled
        self.unmapped = unmapped
        self.rareLimit = rareLimit
        rare = labels.names.indices.filter { trainingCounts[$0] < rareLimit }.map { labels.names[$0] }
    }

    /// One line for a person.
    public var description: String {
        let largest = trainingCounts.indices.max { trainingCounts[$0] < trainingCounts[$1] } ?? 0
        let rows = trainingCounts.reduce(0, +)
        var text =
            "\(labels.count) labels of \(trainingCounts.min() ?? 0) to \(trainingCounts.max() ?? 0) headlines to train"
            + " on; the most frequent, \(quoted(labels.names[largest])), has \(trainingCounts[largest]) of \(rows)"
        if unlabeled > 0 { text += "; \(headlineCount(unlabeled)) without a label dropped" }
        if !unmapped.isEmpty {
            text += "; not named by the label map and left as they are: \(quotedList(unmapped))"
        }
        if !rare.isEmpty {
            text +=
                "; fewer than \(rareLimit) headlines to train on, so hardly to be learned: \(quotedList(rare)); consider"
                + " a label map"
        }
        return text
    }
}
