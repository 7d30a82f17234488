import HeadlineData
import ModelFolders
public import Reports
import Statistics
import Text

extension ModelComparison {
    /// The verdict: which model is better and how certain that is.
    public var verdict: Verdict {
        guard !isOfOneModel else {
            return Verdict(
                .caution, "A and B are the same model.",
                reasons: [
                    "The weights of \(models[0].path) and \(models[1].path) have the same SHA-256 and give the same results."
                        + " Compare two different folders."
                ])
        }
        let (metric, comparison) = (decisive.difference, decisive.comparison)
        let interval = comparison.difference.range(metric.style).map { " (95 % interval \($0))" } ?? ""
        var reasons = [
            "\(metric.title.capitalizedSentence): A \(metric.style.text(comparison.a)), B \(metric.style.text(comparison.b));"
                + " B minus A is \(metric.style.text(comparison.difference.estimate))\(interval)."
        ]
        if let test {
            reasons.append(
                "Only A labels \(Formatting.count(test.onlyFirst, "headline")) correctly, only B"
                    + " \(Formatting.count(test.onlySecond, "headline")). If the models were equally good, a difference this large"
                    + " would have a probability of \(Self.probability(test.probability)) (McNemar's test).")
        }
        let others = compared.dropFirst().filter {
            $0.comparison.outcome != .undecided && $0.comparison.outcome != comparison.outcome
        }
        if let other = others.first {
            reasons.append(
                "By \(other.difference.title), however, \(other.comparison.outcome.sentence()). Decide which metric matters to you."
            )
        }
        let warnings = data.remarks.filter(\.isWarning).map { $0.text.capitalizedSentence + "." }
        reasons += warnings
        reasons.append("A is \(models[0].path), B is \(models[1].path).")
        if comparison.outcome == .undecided {
            reasons.append("More headlines would help: four times as many halve the width of an interval.")
        }
        return Verdict(
            comparison.outcome == .undecided || !others.isEmpty || !warnings.isEmpty ? .caution : .good,
            comparison.outcome.sentence().capitalizedSentence + ".", reasons: reasons)
    }

    private static func probability(_ value: Double) -> String {
        value < 0.0001 ? "less than 0.0001" : Formatting.fixed(value, 4)
    }

    /// The table of metrics and the verdict, as printed on the terminal.
    public var summary: String {
        var table = TextTable([
            ("metric", .left), ("A", .right), ("B", .right), ("B minus A", .right), ("95 % interval", .right),
            ("result", .left),
        ])
        for metric in compared {
            let (style, comparison) = (metric.difference.style, metric.comparison)
            table.add([
                metric.difference.title, style.text(comparison.a), style.text(comparison.b),
                style.text(comparison.difference.estimate), metric.difference.range ?? "",
                comparison.outcome.sentence(),
            ])
        }
        return Summary.text(table, verdict)
    }
}
