package import Statistics

/// Two labels that a classifier confuses.
public struct LabelConfusion: Sendable {
    /// The index of the label that loses more headlines to the other.
    public let first: Int
    /// The index of the other label.
    public let second: Int
    /// The headlines of the first label that were labeled as the second.
    public let rows: [Int]
    /// The headlines of the second label that were labeled as the first.
    public let reverseRows: [Int]
    /// The number of headlines of the first label.
    public let support: Int
    /// The number of headlines of the first label that were labeled correctly.
    public let kept: Int
    /// The share of both labels' headlines that got the other of the two.
    public let share: Double
    /// True if the second label takes a third of the first one's headlines and more than the first keeps: they may mean the
    /// same.
    public var isSwallowed: Bool { rows.count > kept && rows.count >= 5 && 3 * rows.count >= support }

    /// The number of headlines that are confused, in both directions.
    public var count: Int { rows.count + reverseRows.count }

    /// Returns all pairs that are confused, the most frequent first.
    package static func all(
        _ confusion: ConfusionMatrix, labels: [String], _ predictions: ClassPredictions
    ) -> [LabelConfusion] {
        var cells: [Int: [Int]] = [:]
        let width = labels.count
        for (row, (label, predicted)) in zip(predictions.labels, predictions.predicted).enumerated()
        where label != predicted {
            cells[label * width + predicted, default: []].append(row)
        }
        var pairs: [LabelConfusion] = []
        for a in 0..<width {
            for b in a + 1..<max(width, a + 1) {
                let (forward, backward) = (cells[a * width + b] ?? [], cells[b * width + a] ?? [])
                guard !forward.isEmpty || !backward.isEmpty else { continue }
                let total = confusion.support(of: a) + confusion.support(of: b)
                let isForward = forward.count >= backward.count
                let first = isForward ? a : b
                pairs.append(
                    LabelConfusion(
                        first: first, second: isForward ? b : a, rows: isForward ? forward : backward,
                        reverseRows: isForward ? backward : forward, support: confusion.support(of: first),
                        kept: confusion[label: first, predicted: first],
                        share: Double(forward.count + backward.count) / Double(max(1, total))))
            }
        }
        return pairs.sorted { ($1.count, $0.first, $0.second) < ($0.count, $1.first, $1.second) }
    }
}
