import Files
import Text

/// The classes of training and validation headlines, and what a person should know about them.
public struct Labeling: Sendable {
    /// The labels in the order of the classes.
    public let labels: LabelSet
    /// The class of each training row, within `0 ..< labels.count`.
    public let training: [Int]
    /// The class of each validation row.
    public let validation: [Int]
    /// The counts.
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
            throw .fewRows(path: training.path, rows: training.rows.count, labels: labels.count)
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
                throw .unlisted(
                    path: rows.path, line: row.line, label: label, others: other.count - 1,
                    suggestion: suggestion(for: label, among: labels.names))
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
        throw .untrained(
            path: rows.path, line: row.line, label: label, others: others,
            suggestion: suggestion(for: label, among: labels.names.filter(isKnown)))
    }

    private static func counts(_ classes: [Int], _ labels: LabelSet) -> [Int] {
        var counts = [Int](repeating: 0, count: labels.count)
        for index in classes { counts[index] += 1 }
        return counts
    }
}
