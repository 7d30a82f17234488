import HeadlineData
import Reports
import Statistics
import Text

/// The sections about mistakes.
extension ClassifierEvaluation {
    /// The confusion matrix and the pairs of labels that are confused most.
    var confusionsSection: Report.Section {
        let counts = labels.indices.map { label in
            labels.indices.map { classification.confusion[label: label, predicted: $0] }
        }
        var blocks: [Report.Block] = [
            .picture(
                Picture(
                    "Confusion matrix",
                    description: "Rows are true labels, columns are predicted ones; the diagonal is correct.",
                    ConfusionChart(labels: labels, counts: counts)))
        ]
        let shown = confusions.prefix(10)
        guard !shown.isEmpty else { return .init("Confusions", blocks) }
        var table = Table(
            confusions.count > shown.count
                ? "The \(shown.count) most frequent of \(confusions.count) confused pairs of labels"
                : "Confused pairs of labels",
            [
                .words("first label"), .words("second label"), .numbers("first labeled as second"),
                .numbers("second labeled as first"), .numbers("share of both"),
            ])
        for pair in shown {
            table.add([
                .text(labels[pair.first]), .text(labels[pair.second]), .count(pair.rows.count),
                .count(pair.reverseRows.count), .number(pair.share, .percent(0)),
            ])
        }
        blocks.append(.table(table))
        for pair in shown.prefix(6) {
            let rows = pair.rows.prefix(3) + pair.reverseRows.prefix(2)
            blocks.append(
                .folded(
                    summary: "Examples: \(labels[pair.first]) and \(labels[pair.second])",
                    [.examples(rows.map { example($0) })]))
        }
        return .init("Confusions", blocks)
    }

    /// A headline with its label and its prediction.
    private func example(_ row: Int, _ more: [String] = []) -> Example {
        let (label, predicted) = (labels[predictions.labels[row]], labels[predictions.predicted[row]])
        let confidence = Formatting.percent(predictions.confidences[row], 0)
        let own = Formatting.percent(predictions.labelProbabilities[row], 0)
        return Example(
            data.headlines[row].text,
            details: [
                "label \(label) (\(own))", "predicted \(predicted) (\(confidence))",
                "line \(data.headlines[row].line)",
            ] + more)
    }

    /// The mistakes with the highest confidence.
    var errorsSection: Report.Section? {
        guard !errors.mostConfident.isEmpty else { return nil }
        let examples = errors.mostConfident.map { row in
            let pulls = (words.headlines[row] ?? []).map { "\($0.word) +\(Formatting.fixed($0.nats, 1))" }
            return example(row, pulls.isEmpty ? [] : ["because of \(pulls.joined(separator: ", ")) nats"])
        }
        let text =
            "The mistakes with the highest confidence, of \(grouped(errors.count)) in all. Percentages are the model's"
            + " probabilities."
        return .init("Most confident mistakes", [.paragraph(text)] + Self.folded(examples, from: 8))
    }

    /// The number of suspected label errors that the page shows; `report.json` has all.
    private static let maximumSuspicions = 20

    /// The headlines whose label may be wrong.
    var suspicionsSection: Report.Section? {
        let all = errors.suspectedLabels
        guard !all.isEmpty else { return nil }
        let asked = baselines.filter { $0.baseline != .majority }.count
        let examples = all.prefix(Self.maximumSuspicions).map { suspicion in
            example(suspicion.row, asked > 0 ? ["\(suspicion.agreeing) of \(asked) baselines agree"] : [])
        }
        let text =
            "\(Formatting.count(all.count, "headline")) where the label may be wrong, not the prediction: the model is as"
            + " confident in another label as it usually is for headlines that have it"
            + (asked > 0 ? ", and at least one baseline agrees." : ".")
            + (all.count > examples.count
                ? " The first \(examples.count) are listed here, all of them in report.json." : "")
        return .init("Suspected label errors", [.paragraph(text)] + Self.folded(examples, from: 6))
    }

    /// Examples, those after the first `count` folded away.
    private static func folded(_ examples: [Example], from count: Int) -> [Report.Block] {
        let rest = Array(examples.dropFirst(count))
        return [.examples(Array(examples.prefix(count)))]
            + (rest.isEmpty ? [] : [.folded(summary: "\(rest.count) more", [.examples(rest)])])
    }

    /// The words that decide predictions.
    var wordsSection: Report.Section? {
        guard !words.labels.isEmpty else { return nil }
        var table = Table(
            "The most influential words of each label",
            [
                .words("label"),
                .words("words, with the nats that the label loses without them and their number of headlines"),
            ])
        for (label, pulls) in words.labels {
            let list = pulls.map { "\($0.word) \(Formatting.fixed($0.nats, 1)) (\($0.count)×)" }.joined(separator: ", ")
            table.add([.text(labels[label]), .text(list)])
        }
        let text =
            "The model labeled \(Formatting.count(words.sampleCount, "headline")) again without each of their words: the most"
            + " confident mistakes, and others of every predicted label. Words are ordered by nats times headlines. A word"
            + " that has nothing to do with its label is a shortcut the model has learned."
        return .init(
            "Influential words", [.paragraph(text), .folded(summary: "Words of every label", [.table(table)])])
    }
}
