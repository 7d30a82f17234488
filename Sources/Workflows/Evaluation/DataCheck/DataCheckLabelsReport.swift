import HeadlineData
import Reports
import Text

/// The sections about labels.
extension DataCheck {
    /// The number of labels that the picture shows.
    private static let maximumBars = 50

    /// The labels, their balance, and labels that may mean the same.
    var labelsSection: Report.Section? {
        guard let labels else { return nil }
        let total = labels.labels.reduce(0) { $0 + $1.count }
        var table = Table("All labels", [.words("label")] + files.map { .numbers($0.name) } + [.numbers("share")])
        for label in labels.labels {
            table.add(
                [.text(label.name)] + label.counts.map { .count($0) }
                    + [.number(Double(label.count) / Double(max(1, total)), .percent(1))])
        }
        let (most, least) = (labels.labels[0], labels.labels[labels.labels.count - 1])
        let balance =
            labels.labels.count == 1
            ? "All labeled headlines have the same label, \(most.name)."
            : "There are \(labels.labels.count) labels. The most frequent, \(most.name), has \(Formatting.count(most.count, "headline")), the"
                + " least frequent, \(least.name), \(grouped(least.count)): a ratio of \(Formatting.fixed(labels.imbalance, 1)) ×. They are"
                + " as hard to guess as \(Formatting.fixed(labels.effectiveCount, 1)) labels of equal size."
        let bars = labels.labels.prefix(Self.maximumBars).map { label in
            (name: label.name, values: seriesOf(label.counts.map(Double.init)).map { Optional($0) })
        }
        var blocks: [Report.Block] = [.paragraph(balance)]
        if labels.unlabeled.contains(where: { $0 > 0 }) {
            let parts = zip(files, labels.unlabeled).filter { $0.1 > 0 }.map { "\(grouped($0.1)) in \($0.0.name)" }
            blocks.append(.paragraph("Rows without a label: \(parts.joined(separator: ", "))."))
        }
        if !labels.lookalikes.isEmpty {
            var pairs = Table(
                "Labels that may mean the same",
                [.words("label"), .words("and"), .words("reason"), .numbers("headlines")])
            let counts = Dictionary(uniqueKeysWithValues: labels.labels.map { ($0.name, $0.count) })
            for pair in labels.lookalikes {
                let sizes = [pair.first, pair.second].map { grouped(counts[$0] ?? 0) }.joined(separator: " and ")
                pairs.add([.text(pair.first), .text(pair.second), .text(pair.reason.sentence), .text(sizes)])
            }
            blocks.append(.table(pairs))
        }
        let hidden = labels.labels.count - bars.count
        blocks.append(
            .picture(
                Picture(
                    "Headlines per label",
                    description: hidden > 0
                        ? "The \(bars.count) most frequent labels; \(hidden) others are left out."
                        : "Most frequent first.",
                    BarChart(series: series, nameTitle: "label", bars: bars))))
        blocks.append(
            labels.labels.count > 12
                ? .folded(summary: "All \(labels.labels.count) labels", [.table(table)]) : .table(table))
        return .init("Labels", blocks)
    }

    /// The headlines with several labels.
    var conflictsSection: Report.Section? {
        guard !conflicts.isEmpty else { return nil }
        let examples = conflicts.prefix(DataCheck.maximumExamples).map { conflict in
            Example(
                conflict.rows[0].headline.text,
                details: conflict.rows.map { row in
                    let place = files.count > 1 ? "\(files[row.file].name) line" : "line"
                    let more = row.count > 1 ? ", \(row.count) rows" : ""
                    return "\(row.headline.category ?? "") (\(place) \(row.headline.line)\(more))"
                })
        }
        let text =
            conflicts.count == 1
            ? "One headline appears with several labels."
            : "\(grouped(conflicts.count)) headlines appear with several labels."
        return .init(
            "Conflicting labels",
            [
                .paragraph(text),
                .folded(
                    summary: conflicts.count > examples.count ? "The first \(examples.count)" : "All of them",
                    [.examples(examples)]),
            ])
    }
}

extension LookalikeLabels.Reason {
    fileprivate var sentence: String {
        switch self {
        case .sameWords: "the same words"
        case .contained: "one has the words of the other"
        case .spelling: "nearly the same spelling"
        }
    }
}
