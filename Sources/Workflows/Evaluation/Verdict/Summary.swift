import Files
import Reports
import Statistics
import Text

/// What stands on the terminal after an evaluation: a short table and the verdict.
enum Summary {
    static func text(_ table: TextTable, _ verdict: Verdict) -> String {
        ([table.description, "", escapedForTerminal("\(verdict.outcome.word): \(verdict.sentence)")]
            + verdict.reasons.map { "  " + escapedForTerminal($0) })
            .joined(separator: "\n")
    }

    /// The figures by name, each with its interval.
    static func table(_ measures: [Measure]) -> TextTable {
        var table = TextTable([("figure", .left), ("value", .right), ("95% interval", .right), ("name", .left)])
        for measure in measures {
            table.add([measure.title, measure.style.text(measure.value), measure.range, measure.name])
        }
        return table
    }
}

extension ClassifierEvaluation {
    /// What to print.
    public var summary: String { Summary.text(Summary.table(measures), verdict) }
}
