import HeadlineData
import Inference
import ModelFolders
public import Reports
import Statistics
import Text

extension GeneratorEvaluation {
    /// Returns the evaluation as a report.
    public func report(_ thresholds: [Threshold.Outcome] = []) -> Report {
        let sections = [
            ReportParts.thresholds(thresholds), completionsSection, metricsSection, baselinesSection, samplesSection,
            copiesSection, categoriesSection, positionsSection, slicesSection, hardestSection, ReportParts.data(data),
            ReportParts.glossary(.generator),
        ]
        let sampling = samples.options
        let settings =
            "temperature \(sampling.temperature), top-k \(sampling.topK), top-p \(sampling.topP), repetition penalty"
            + " \(sampling.repetitionPenalty), at most \(sampling.maximumNewTokens) tokens, seed \(sampling.seed)"
        return Report(
            title: "Generator evaluation", subtitle: "\(model.path) on \(data.source.path)", verdict: verdict,
            provenance: ReportParts.provenance(
                models: [("model", model)] + (base.map { [("base model", $0)] } ?? [])
                    + (classifier.map { [("classifier for samples", $0)] } ?? []), data: data, seed: seed,
                resamples: resamples, command: command) + [
                    .init("sampling", settings)
                ],
            sections: sections.compactMap(\.self))
    }

    /// The metrics and verdict as printed on the terminal.
    public var summary: String { Summary.text(Summary.table(metrics), verdict) }

    private var completionsSection: Report.Section {
        var blocks: [Report.Block] = [
            .paragraph(
                "Read these: no metric tells you whether they make sense. The complete command of headline writes the same with seed"
                    + " \(samples.options.seed).")
        ]
        for prompt in samples.page {
            let examples = prompt.completions.enumerated().map { index, completion in
                var details = ["candidate \(index + 1)"]
                if !completion.endedByItself { details.append("cut off at the token limit") }
                if prompt.categories.indices.contains(index) { details.append("category \(prompt.categories[index])") }
                return Example(lead: completion.prompt, completion.text, details: details)
            }
            blocks.append(.examples(examples))
            if let original = prompt.original { blocks.append(.paragraph("Actual headline: \(original)")) }
        }
        return .init("Completions", blocks)
    }

    private var metricsSection: Report.Section {
        .init(
            "Metrics",
            [
                .table(
                    ReportParts.metrics(metrics, caption: "The model, with 95 % intervals over headlines and samples")),
                .paragraph(
                    "A perplexity of 50 means that the model is as unsure as if it chose between 50 equally likely tokens. Bits"
                        + " per byte compare models with different tokens. Metrics without a better direction should be close to"
                        + " those of real headlines, below. The \(ReportParts.glossaryTitle.lowercased()) at the end explains"
                        + " every metric."
                ),
            ])
    }

    private var baselinesSection: Report.Section? {
        guard !baselines.isEmpty else { return nil }
        var table = Table(
            "The model and simpler models on the same headlines",
            [
                .words(""), .numbers("perplexity per token"), .numbers("per word"), .numbers("bits per byte"),
                .numbers("bits per byte the model saves"),
            ])
        table.add(
            [
                "this model", metrics.named("perplexity")?.cell ?? .missing,
                metrics.named("perplexityPerWord")?.cell ?? .missing, metrics.named("bitsPerByte")?.cell ?? .missing,
                .missing,
            ], emphasized: true)
        for other in baselines {
            table.add([
                .text(other.title), other.perplexity?.cell(.decimals(1)) ?? .missing,
                other.perplexityPerWord?.cell(.decimals(1)) ?? .missing,
                other.bitsPerByte?.cell(.decimals(3)) ?? .missing,
                other.comparison.map { comparison in
                    // Turned around, so that a saving is a positive number.
                    let difference = comparison.difference
                    return difference.isPoint
                        ? .number(-difference.estimate, .decimals(3))
                        : .interval(
                            -difference.estimate, low: -difference.upper, high: -difference.lower, .decimals(3))
                } ?? .missing,
            ])
        }
        var rows: [IntervalPlot.Row] = []
        if let own = metrics.named("bitsPerByte")?.interval {
            rows.append(.init("this model", own.estimate, low: own.low, high: own.high, isEmphasized: true))
        }
        rows += baselines.compactMap { other in
            other.bitsPerByte.map { .init(other.title, $0.estimate, low: $0.low, high: $0.high) }
        }
        guard !rows.isEmpty else { return .init("Comparison with baselines", [.table(table)]) }
        let plot = IntervalPlot("bits per byte", style: .decimals(3), rows: rows)
        return .init(
            "Comparison with baselines",
            [
                .table(table),
                .picture(
                    Picture("Bits per byte with 95 % intervals", description: "Fewer is better.", plot)),
                .paragraph(
                    "Trust the last column: it compares models on the same headlines. An interval without 0 means a real"
                        + " difference."),
            ])
    }

    private var positionsSection: Report.Section? {
        guard !positions.isEmpty else { return nil }
        let points = positions.map {
            LineChart.Point(x: Double($0.place), y: $0.nats.estimate, low: $0.nats.low, high: $0.nats.high)
        }
        let longest = likelihoods.tokens.max() ?? 0
        let hidden =
            longest > positions.count
            ? " The longest headline has \(longest) tokens; positions that few headlines reach are left out." : ""
        return .init(
            "Surprise by position",
            [
                .picture(
                    Picture(
                        "Nats per token, by position",
                        description: "The first token has no context; later ones should be easier.\(hidden)",
                        LineChart(
                            x: ("position", .count), y: ("nats", .decimals(1)), series: [.init("nats", points)])))
            ])
    }

    private var slicesSection: Report.Section? {
        guard !slices.isEmpty else { return nil }
        let blocks = slices.flatMap { slice -> [Report.Block] in
            var table = Table(
                "By \(slice.title)",
                [
                    .words(slice.title), .numbers("headlines"), .numbers("perplexity per token"),
                    .numbers("bits per byte"),
                ])
            for row in slice.rows {
                table.add([
                    .text(row.name), .count(row.count), row.perplexity.cell(.decimals(1)),
                    row.bitsPerByte?.cell(.decimals(3)) ?? .missing,
                ])
            }
            return [.table(table)] + (slice.omission.map { [.paragraph($0)] } ?? [])
        }
        return .init("Slices", blocks)
    }

    private var hardestSection: Report.Section {
        let means = zip(likelihoods.nats, likelihoods.tokens).map { $0 / Double($1) }
        let order = means.indices.sorted { (means[$1], $0) < (means[$0], $1) }
        func examples(_ rows: some Collection<Int>) -> Report.Block {
            .examples(
                rows.map { row in
                    Example(
                        data.headlines[row].text,
                        details: [
                            "\(Formatting.fixed(means[row], 1)) nats per token", "line \(data.headlines[row].line)",
                        ])
                })
        }
        return .init(
            "Hardest and easiest headlines",
            [
                .folded(summary: "Hardest", [examples(order.prefix(10))]),
                .folded(summary: "Easiest", [examples(order.suffix(10).reversed())]),
            ])
    }
}
