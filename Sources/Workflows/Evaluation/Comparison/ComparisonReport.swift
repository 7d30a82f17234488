import HeadlineData
import ModelFolders
public import Reports
import Statistics
import Text

extension ModelComparison {
    /// Returns the comparison as a report.
    public func report(_ thresholds: [Threshold.Outcome] = []) -> Report {
        let sections = [
            ReportParts.thresholds(thresholds), metricsSection, differencesSection, ReportParts.data(data),
            ReportParts.glossary(models[0].kind, isComparison: true),
        ]
        return Report(
            title: "Comparison of two \(models[0].kind.rawValue)s",
            subtitle: "A: \(models[0].path), B: \(models[1].path), on \(data.source.path)", verdict: verdict,
            provenance: ReportParts.provenance(
                models: [("model A", models[0]), ("model B", models[1])], data: data, seed: seed, resamples: resamples,
                command: command),
            sections: sections.compactMap(\.self))
    }

    private var metricsSection: Report.Section {
        var table = Table(
            "Both models on the same headlines",
            [
                .words("metric"), .numbers("A"), .numbers("B"), .numbers("B minus A"), .words("better"),
                .words("result"),
            ])
        for metric in compared {
            let (style, comparison) = (metric.difference.style, metric.comparison)
            table.add([
                .text(metric.difference.title), .number(comparison.a, style), .number(comparison.b, style),
                metric.difference.cell, .text(comparison.isLargerBetter ? "higher" : "lower"),
                .text(comparison.outcome.sentence()),
            ])
        }
        var blocks: [Report.Block] = [
            .table(table),
            .paragraph(
                "The first row decides. Every resample draws the same headlines for both models: what is easy for one is mostly"
                    + " easy for the other, so their difference is known more precisely than either number."),
        ]
        if models[0].kind == .generator, !compared.contains(where: { $0.difference.name == "perplexityPerWord" }) {
            blocks.append(
                .paragraph(
                    "Perplexity per word is left out because it overflows for at least one headline, as happens in languages"
                        + " without spaces between words."))
        }
        if let test {
            var table = Table("Headlines that only one model labels correctly", [.words(""), .numbers("headlines")])
            table.add(["only A", .count(test.onlyFirst)])
            table.add(["only B", .count(test.onlySecond)])
            blocks.append(.table(table))
        }
        return .init("Metrics", blocks)
    }

    /// The number of headlines shown for each model.
    private static let maximumShown = 10

    private var differencesSection: Report.Section {
        let (forA, forB) = advantages
        func block(_ title: String, _ rows: [(row: Int, details: [String])]) -> Report.Block {
            .folded(
                summary: title,
                [
                    .examples(
                        rows.prefix(Self.maximumShown).map { entry in
                            Example(
                                data.headlines[entry.row].text,
                                details: entry.details + ["line \(data.headlines[entry.row].line)"])
                        })
                ])
        }
        return .init("Where they differ most", [block("Where A is better", forA), block("Where B is better", forB)])
    }

    /// The headlines on which A is better, and those on which B is, the largest differences first.
    private var advantages: (a: [(row: Int, details: [String])], b: [(row: Int, details: [String])]) {
        switch details {
        case .generators(let a, let b):
            let order = a.indices.sorted { (b[$1] - a[$1], $0) < (b[$0] - a[$0], $1) }
            func entry(_ row: Int) -> (row: Int, details: [String]) {
                (row, ["A \(Formatting.fixed(a[row], 1)) nats", "B \(Formatting.fixed(b[row], 1)) nats"])
            }
            return (
                order.prefix(Self.maximumShown).filter { a[$0] < b[$0] }.map(entry),
                order.suffix(Self.maximumShown).reversed().filter { b[$0] < a[$0] }.map(entry)
            )
        case .classifiers(let a, let b, let labels):
            let (ofA, ofB) = (a.labelProbabilities, b.labelProbabilities)
            func entry(_ row: Int) -> (row: Int, details: [String]) {
                (
                    row,
                    [
                        "label \(labels[a.labels[row]])", "A \(labels[a.predicted[row]])",
                        "B \(labels[b.predicted[row]])",
                    ]
                )
            }
            func rows(_ better: ClassPredictions, _ worse: ClassPredictions, _ gap: (Int) -> Double) -> [Int] {
                better.labels.indices.filter {
                    better.predicted[$0] == better.labels[$0] && worse.predicted[$0] != worse.labels[$0]
                }.sorted { (gap($1), $0) < (gap($0), $1) }
            }
            return (
                rows(a, b) { ofA[$0] - ofB[$0] }.map(entry), rows(b, a) { ofB[$0] - ofA[$0] }.map(entry)
            )
        }
    }
}
