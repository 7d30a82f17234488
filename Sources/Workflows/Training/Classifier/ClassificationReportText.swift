package import Statistics
import Text

extension ClassificationReport {
    /// The figures of every class in aligned columns, in the order of the labels, with their means below.
    package var classTable: String {
        var table = TextTable([
            ("label", .left), ("support", .right), ("precision", .right), ("recall", .right), ("F1", .right),
        ])
        for figures in classes {
            table.add([
                figures.label, String(figures.support), decimals(figures.precision, 3), decimals(figures.recall, 3),
                decimals(figures.f1, 3),
            ])
        }
        table.add(["mean of the labels (macro)", String(count), "", "", decimals(scores.macroF1, 3)])
        table.add(["mean of the headlines (weighted)", String(count), "", "", decimals(scores.weightedF1, 3)])
        return table.description
    }

    /// The figures that sum up the classifier, the baselines beside them, and a sentence that says which is best.
    /// - Parameter name: What the classifier is called.
    package func comparison(name: String = "classifier") -> String {
        var table = TextTable(
            [("", .left)]
                + ["accuracy", "top 3", "macro F1", "weighted F1", "MCC", "NLL", "Brier"].map { ($0, .right) })
        let all = [(name, scores)] + baselines.map { ($0.name, $0.scores) }
        for (name, scores) in all {
            table.add(
                [name]
                    + [
                        scores.accuracy, scores.topThreeAccuracy, scores.macroF1, scores.weightedF1,
                        scores.matthewsCorrelation, scores.negativeLogLikelihood, scores.brierScore,
                    ].map { decimals($0) })
        }
        guard !baselines.isEmpty else { return table.description }
        return "\(table)\n\(Self.verdict(all.map { ($0.0, $0.1.accuracy) }))"
    }

    /// Which of several is the most accurate.
    private static func verdict(_ entries: [(name: String, accuracy: Double)]) -> String {
        let best = entries.map(\.accuracy).max() ?? 0
        let winners = entries.filter { $0.accuracy == best }.map(\.name)
        let others = entries.filter { $0.accuracy < best }.sorted { $0.accuracy > $1.accuracy }
        guard winners.count == 1, let next = others.first else {
            return "By accuracy \(winners.joined(separator: " and ")) are equal: \(decimals(best))."
        }
        return "By accuracy \(winners[0]) is best: \(decimals(best)), \(next.name) \(decimals(next.accuracy))."
    }

    /// The calibration errors, with what a perfectly calibrated classifier would score, as one line each.
    package var calibrationLines: String {
        [("ECE", reliability), ("adaptive ECE", adaptiveReliability)].map { name, reliability in
            "\(name) \(decimals(reliability.error)); a perfectly calibrated classifier of these confidences scores"
                + " \(decimals(reliability.errorIfCalibrated)) ± \(decimals(reliability.deviationIfCalibrated))"
                + " on \(count) headlines"
        }.joined(separator: "\n")
    }
}
