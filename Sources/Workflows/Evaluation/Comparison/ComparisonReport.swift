import Files
import HeadlineData
import Inference
public import JSON
import ModelFolders
public import Reports
import Statistics
import Text

extension ModelComparison {
    /// Which is better, how sure that is, and what it costs to be wrong.
    public var verdict: Verdict {
        guard !isOfOneModel else {
            return Verdict(
                .caution, "A and B are the same model.",
                reasons: [
                    "The weights of \(models[0].path) and \(models[1].path) have the same SHA-256, and say the same of every headline: name another folder."
                ])
        }
        let (figure, comparison) = (decisive, decisive.comparison)
        let style = NumberStyle.decimals(figure.digits)
        let difference = comparison.difference
        var reasons = [
            "By \(figure.title): A \(style.text(comparison.a)), B \(style.text(comparison.b)); B minus A is"
                + " \(style.text(difference.estimate))"
                + (difference.isPoint ? "." : ", 95% interval \(difference.range(style)).")
        ]
        if let test {
            reasons.append(
                "Only A labels \(NumberText.headlines(test.onlyFirst)) right, only B \(NumberText.headlines(test.onlySecond));"
                    + " with equally good models as large a difference has a probability of \(Self.probability(test.probability)) (McNemar)."
            )
        }
        let others = figures.dropFirst().filter {
            $0.comparison.verdict != .undecided && $0.comparison.verdict != comparison.verdict
        }
        if let other = others.first {
            reasons.append(
                "By \(other.title), however, \(other.comparison.verdict.sentence()): look at what matters to you.")
        }
        let warnings = data.remarks.filter(\.isWarning).map { $0.text + "." }
        reasons += warnings
        reasons.append("A is \(models[0].path), B is \(models[1].path).")
        if comparison.verdict == .undecided {
            reasons.append("More headlines would tell: an interval is half as wide on four times as many.")
        }
        return Verdict(
            comparison.verdict == .undecided || !others.isEmpty || !warnings.isEmpty ? .caution : .good,
            comparison.verdict.sentence() + ".", reasons: reasons)
    }

    private static func probability(_ value: Double) -> String {
        value < 0.0001 ? "less than 0.0001" : NumberText.fixed(value, 4)
    }

    /// What to print.
    public var summary: String {
        var table = TextTable([
            ("figure", .left), ("A", .right), ("B", .right), ("B minus A", .right), ("95% interval", .right),
            ("verdict", .left),
        ])
        for figure in figures {
            let (style, comparison) = (NumberStyle.decimals(figure.digits), figure.comparison)
            let difference = comparison.difference
            table.add([
                figure.title, style.text(comparison.a), style.text(comparison.b), style.text(difference.estimate),
                difference.range(style), comparison.verdict.sentence(),
            ])
        }
        return Summary.text(table, verdict)
    }

    /// The comparison as a report.
    public func report(_ thresholds: [Threshold.Outcome] = []) -> Report {
        let sections = [
            ReportParts.thresholds(thresholds), figuresSection, differencesSection, ReportParts.data(data),
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

    private var figuresSection: Report.Section {
        var table = Table(
            "Both models on the same headlines",
            [
                .words("figure"), .figures("A"), .figures("B"), .figures("B minus A"), .words("better"),
                .words("verdict"),
            ])
        for figure in figures {
            let (style, comparison) = (NumberStyle.decimals(figure.digits), figure.comparison)
            table.add([
                .text(figure.title), .number(comparison.a, style), .number(comparison.b, style),
                comparison.difference.cell(style), .text(comparison.isLargerBetter ? "larger" : "smaller"),
                .text(comparison.verdict.sentence()),
            ])
        }
        var blocks: [Report.Block] = [
            .table(table),
            .paragraph(
                "Each resample draws the same headlines for both: what is easy for one is mostly easy for the other, so the"
                    + " difference is known better than either figure. The first row decides."),
        ]
        if models[0].kind == .generator, !figures.contains(where: { $0.name == "perplexityPerWord" }) {
            blocks.append(
                .paragraph(
                    "Perplexity per word is left out: that of one headline is more than a number can hold, as where words are not"
                        + " set apart by spaces."))
        }
        if let test {
            var table = Table("Headlines that only one labels right", [.words(""), .figures("headlines")])
            table.add(["only A", .count(test.onlyFirst)])
            table.add(["only B", .count(test.onlySecond)])
            blocks.append(.table(table))
        }
        return .init("Figures", blocks)
    }

    /// Headlines shown for each side.
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

    /// The headlines on which A is better, and those on which B is, the clearest first.
    private var advantages: (a: [(row: Int, details: [String])], b: [(row: Int, details: [String])]) {
        switch details {
        case .generators(let a, let b):
            let order = a.indices.sorted { (b[$1] - a[$1], $0) < (b[$0] - a[$0], $1) }
            func entry(_ row: Int) -> (row: Int, details: [String]) {
                (row, ["A \(NumberText.fixed(a[row], 1)) nats", "B \(NumberText.fixed(b[row], 1)) nats"])
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

    /// `report.json`; docs/reports.md lists the members. A member may be added within a version of the schema, none is renamed
    /// or removed.
    public func json(_ thresholds: [Threshold.Outcome] = []) -> JSONValue {
        let figures = figures.map { figure -> JSONValue in
            .object([
                ("name", .string(figure.name)), ("a", .number(figure.comparison.a)),
                ("b", .number(figure.comparison.b)),
                ("bMinusA", figure.comparison.difference.json),
                ("isLargerBetter", .boolean(figure.comparison.isLargerBetter)),
                ("verdict", .string(figure.comparison.verdict.rawValue)),
            ])
        }
        let mcNemar = test.map { test -> JSONValue in
            .object([
                ("onlyA", .integer(test.onlyFirst)), ("onlyB", .integer(test.onlySecond)),
                ("probability", .number(test.probability)), ("method", .string(test.method.rawValue)),
            ])
        }
        return .object([
            ("schema", "headlinekit.comparison/1"), ("command", .string(command)),
            ("seed", .seed(seed)), ("resamples", .integer(resamples)), ("verdict", verdict.json),
            ("thresholds", .array(thresholds.map(\.json))), ("a", models[0].json), ("b", models[1].json),
            ("data", data.json), ("figures", .array(figures)), ("mcNemar", mcNemar ?? .null),
        ])
    }

    /// `predictions.jsonl`: a line for each headline, in the order of the file.
    public var predictionLines: [UInt8] {
        var bytes: [UInt8] = []
        for (row, headline) in data.headlines.enumerated() {
            var members: [(key: String, value: JSONValue)] = [
                ("line", .integer(headline.line)), ("headline", .string(headline.text)),
            ]
            switch details {
            case .generators(let a, let b): members += [("natsOfA", .number(a[row])), ("natsOfB", .number(b[row]))]
            case .classifiers(let a, let b, let labels):
                members += [
                    ("label", .string(labels[a.labels[row]])), ("a", .string(labels[a.predicted[row]])),
                    ("b", .string(labels[b.predicted[row]])),
                ]
            }
            bytes += JSONValue.object(members).serialized() + [UInt8(ascii: "\n")]
        }
        return bytes
    }
}
