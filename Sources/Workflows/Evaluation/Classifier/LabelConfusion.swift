package import Statistics

/// Two labels that a classifier takes for each other.
public struct LabelConfusion: Sendable {
    /// The places of the labels; of the headlines, more have the first and were given the second.
    public let first: Int
    public let second: Int
    /// Headlines of the first that were given the second, and the other way round.
    public let rows: [Int]
    public let reverseRows: [Int]
    /// The headlines of the first, and those of them that were given it.
    public let support: Int
    public let kept: Int
    /// Of the headlines of the two labels, the share that was given the other of the two.
    public let share: Double
    /// Whether the first loses a third of its headlines to the second, and more than it keeps: they may mean the same.
    public var isSwallowed: Bool { rows.count > kept && rows.count >= 5 && 3 * rows.count >= support }

    /// How many headlines are confused.
    public var count: Int { rows.count + reverseRows.count }

    /// All pairs that are confused, the most frequent first.
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
