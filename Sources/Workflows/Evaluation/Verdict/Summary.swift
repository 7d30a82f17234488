import Reports
import Text

/// The text on the terminal after an evaluation: a short table and the verdict.
enum Summary {
    static func text(_ table: TextTable, _ verdict: Verdict) -> String {
        ([table.description, "", escapedForTerminal("\(verdict.outcome.word). \(verdict.sentence)")]
            + verdict.reasons.map { "  " + escapedForTerminal($0) })
            .joined(separator: "\n")
    }

    /// The metrics, one a line, each with its interval and the name that thresholds use.
    static func table(_ metrics: [Metric]) -> TextTable {
        var table = TextTable([("metric", .left), ("value", .right), ("95 % interval", .right), ("name", .left)])
        for metric in metrics {
            table.add([metric.title, metric.style.text(metric.value), metric.range ?? "", metric.name])
        }
        return table
    }
}
