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
                figures.label, String(figures.support), Formatting.fixed(figures.precision, 3),
                Formatting.fixed(figures.recall, 3),
                Formatting.fixed(figures.f1, 3),
            ])
        }
        table.add(["mean of the labels (macro)", String(count), "", "", Formatting.fixed(scores.macroF1, 3)])
        table.add(["mean of the headlines (weighted)", String(count), "", "", Formatting.fixed(scores.weightedF1, 3)])
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
                    ].map { Formatting.fixed($0, 4) })
        }
        guard !baselines.isEmpty else { return table.description }
        return "\(table)\n\(Self.verdict(all.map { ($0.0, $0.1.accuracy) }))"
    }

    /// Returns a sentence that names the most accurate of several.
    private static func verdict(_ entries: [(name: String, accuracy: Double)]) -> String {
        let best = entries.map(\.accuracy).max() ?? 0
        let winners = entries.filter { $0.accuracy == best }.map(\.name)
        let others = entries.filter { $0.accuracy < best }.sorted { $0.accuracy > $1.accuracy }
        guard winners.count == 1, let next = others.first else {
            return "By accuracy \(winners.joined(separator: " and ")) are equal: \(Formatting.fixed(best, 4))."
        }
        return
            "By accuracy \(winners[0]) is best: \(Formatting.fixed(best, 4)), \(next.name) \(Formatting.fixed(next.accuracy, 4))."
    }

    /// The calibration errors, with what a perfectly calibrated classifier would score, as one line each.
    package var calibrationLines: String {
        [("ECE", reliability), ("adaptive ECE", adaptiveReliability)].map { name, reliability in
            "\(name) \(Formatting.fixed(reliability.error, 4)); a perfectly calibrated classifier of these confidences scores"
                + " \(Formatting.fixed(reliability.errorIfCalibrated, 4)) ± \(Formatting.fixed(reliability.deviationIfCalibrated, 4))"
                + " on \(count) headlines"
        }.joined(separator: "\n")
    }
}
