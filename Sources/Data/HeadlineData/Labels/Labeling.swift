import Files
import Text

/// The classes of training and validation headlines, and what a person should know about them.
public struct Labeling: Sendable {
    public let labels: LabelSet
    /// The class of each training row, within `0 ..< labels.count`.
    public let training: [Int]
    /// The class of each validation row.
    public let validation: [Int]
    public let summary: LabelSummary

    /// A label of fewer training rows than this is reported as rare: with so few the headlines of one day can decide what
    /// a class means.
    public static let defaultRareLimit = 10

    /// Numbers the labels.
    ///
    /// - Parameters:
    ///   - training: The rows to train on.
    ///   - validation: The rows to validate on.
    ///   - given: The labels in their order; `nil` takes those of the training rows.
    ///   - rareLimit: A label of fewer training rows is reported as rare.
    /// - Throws: `LabelError` for fewer than two labels, for fewer training rows than labels, for a training row whose label
    ///   is not among the given ones, and for a validation row whose label no training row has.
    public init(
        training: LabeledRows, validation: LabeledRows, given: LabelSet? = nil,
        rareLimit: Int = Self.defaultRareLimit
    ) throws(LabelError) {
        let labels: LabelSet
        if let given { labels = given } else { labels = try LabelSet(discoveredIn: training) }
        guard training.rows.count >= labels.count else {
            throw LabelError(
                "\(training.path): \(headlineCount(training.rows.count)) to train on for \(labels.count) labels, expected at"
                    + " least one for each and better a hundred; give more headlines or fewer labels")
        }
        self.labels = labels
        self.training = try Self.classes(of: training, labels)
        let counts = Self.counts(self.training, labels)
        self.validation = try Self.classes(of: validation, labels, trainingCounts: counts)
        summary = LabelSummary(
            labels: labels, trainingCounts: counts, validationCounts: Self.counts(self.validation, labels),
            unlabeled: training.unlabeled + validation.unlabeled,
            unmapped: Set(training.unmapped + validation.unmapped).sorted(by: precedes), rareLimit: rareLimit)
    }

    /// The class of each training row.
    private static func classes(of rows: LabeledRows, _ labels: LabelSet) throws(LabelError) -> [Int] {
        var classes: [Int] = []
        for row in rows.rows {
            let label = row.category ?? ""
            guard let index = labels.index(of: label) else {
                let other = Set(rows.rows.compactMap(\.category)).filter { labels.index(of: $0) == nil }
                throw LabelError(
                    "\(rows.path): line \(row.line) has the label \(quoted(label))\(more(other.count - 1)), which is not in"
                        + " the list of labels; add it to the list or merge it by a label map"
                        + suggestion(for: label, among: labels.names))
            }
            classes.append(index)
        }
        return classes
    }

    /// The class of each validation row.
    private static func classes(
        of rows: LabeledRows, _ labels: LabelSet, trainingCounts: [Int]
    ) throws(LabelError) -> [Int] {
        func isKnown(_ label: String) -> Bool { labels.index(of: label).map { trainingCounts[$0] > 0 } ?? false }
        guard let row = rows.rows.first(where: { !isKnown($0.category ?? "") }) else {
            return rows.rows.compactMap { labels.index(of: $0.category ?? "") }
        }
        let label = row.category ?? ""
        let others = Set(rows.rows.compactMap(\.category)).filter { !isKnown($0) }.count - 1
        throw LabelError(
            "\(rows.path): line \(row.line) is to validate on and has the label \(quoted(label))\(more(others)), which no"
                + " headline to train on has; merge it by a label map, give training headlines of it or, if one file is"
                + " split, split it stratified\(suggestion(for: label, among: labels.names.filter(isKnown)))")
    }

    private static func more(_ count: Int) -> String {
        count > 0 ? " (and \(count) more such \(count == 1 ? "label" : "labels"))" : ""
    }

    private static func counts(_ classes: [Int], _ labels: LabelSet) -> [Int] {
        var counts = [Int](repeating: 0, count: labels.count)
        for index in classes { counts[index] += 1 }
        return counts
    }
}

/// The labels of a training run in counts.
public struct LabelSummary: Sendable, Hashable, Codable, CustomStringConvertible {
    public let labels: LabelSet
    /// Rows of each label.
    public let trainingCounts: [Int]
    public let validationCounts: [Int]
    /// Rows of both files that were dropped because they have no label.
    public let unlabeled: Int
    /// Labels that a map was given for and does not name.
    public let unmapped: [String]
    /// The labels with fewer training rows than `rareLimit`.
    public let rare: [String]
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
