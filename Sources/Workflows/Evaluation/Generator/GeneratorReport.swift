import HeadlineData
import Inference
import ModelFolders
public import Reports
import Statistics

extension GeneratorEvaluation {
    /// The evaluation as a report.
    public func report(_ thresholds: [Threshold.Outcome] = []) -> Report {
        let sections = [
            ReportParts.thresholds(thresholds), completionsSection, figuresSection, baselinesSection, samplesSection,
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
                models: [("model", model)] + (base.map { [("untuned model", $0)] } ?? [])
                    + (classifier.map { [("classifier of samples", $0)] } ?? []), data: data, seed: seed,
                resamples: resamples, command: command) + [
                    .init("sampling", settings)
                ],
            sections: sections.compactMap(\.self))
    }

    private var completionsSection: Report.Section {
        var blocks: [Report.Block] = [
            .paragraph(
                "What no figure says: whether they make sense. Seed \(samples.options.seed); candidate 1 draws from the first"
                    + " stream of the seed, and so on, as when headlines are completed one by one.")
        ]
        for prompt in samples.page {
            let examples = prompt.completions.enumerated().map { index, completion in
                var details = ["candidate \(index + 1)"]
                if !completion.endedByItself { details.append("cut off at the limit") }
                if prompt.categories.indices.contains(index) { details.append("reads as \(prompt.categories[index])") }
                return Example(lead: completion.prompt, completion.text, details: details)
            }
            blocks.append(.examples(examples))
            if let original = prompt.original { blocks.append(.paragraph("The real headline was: \(original)")) }
        }
        return .init("Completions", blocks)
    }

    private var figuresSection: Report.Section {
        .init(
            "Figures",
            [
                .table(
                    ReportParts.measures(measures, caption: "The model with 95% intervals over headlines and samples")),
                .paragraph(
                    "Perplexity is between how many tokens the model hesitates on average. Bits per byte compare models of"
                        + " different tokens. Figures without a better side are to be close to those of real headlines, below."
                        + " What all of them mean is said at the end, under \(ReportParts.glossaryTitle)."
                ),
            ])
    }

    private var baselinesSection: Report.Section? {
        guard !baselines.isEmpty else { return nil }
        var table = Table(
            "The model among simpler ones on the same headlines",
            [
                .words(""), .figures("perplexity per token"), .figures("per word"), .figures("bits per byte"),
                .figures("model needs fewer bits by"),
            ])
        table.add(
            [
                "this model", measures.named("perplexity")?.cell ?? .missing,
                measures.named("perplexityPerWord")?.cell ?? .missing, measures.named("bitsPerByte")?.cell ?? .missing,
                .missing,
            ], emphasised: true)
        for other in baselines {
            table.add([
                .text(other.title), other.perplexity?.cell(.decimals(1)) ?? .missing,
                other.perplexityPerWord?.cell(.decimals(1)) ?? .missing,
                other.bitsPerByte?.cell(.decimals(3)) ?? .missing,
                other.comparison.map { comparison in
                    // A positive number for what the model saves.
                    let difference = comparison.difference
                    return difference.isPoint
                        ? .number(-difference.estimate, .decimals(3))
                        : .interval(
                            -difference.estimate, low: -difference.upper, high: -difference.lower, .decimals(3))
                } ?? .missing,
            ])
        }
        var rows: [IntervalPlot.Row] = []
        if let own = measures.named("bitsPerByte")?.interval {
            rows.append(.init("this model", own.estimate, low: own.low, high: own.high, isEmphasised: true))
        }
        rows += baselines.compactMap { other in
            other.bitsPerByte.map { .init(other.title, $0.estimate, low: $0.low, high: $0.high) }
        }
        guard !rows.isEmpty else { return .init("Against baselines", [.table(table)]) }
        let plot = IntervalPlot("bits per byte", style: .decimals(3), rows: rows)
        return .init(
            "Against baselines",
            [
                .table(table),
                .figure(
                    Figure("Bits per byte with 95% intervals", description: "The fewer the better.", plot)),
                .paragraph(
                    "The last column compares on the same headlines and decides: where it leaves out 0 there is a difference."
                ),
            ])
    }

    private var samplesSection: Report.Section {
        let (found, usual) = (samples.statistics, samples.usual)
        var table = Table(
            "\(found.count) samples beside \(usual.count) real headlines",
            [.words(""), .figures("samples"), .figures("real")])
        func add(_ name: String, _ a: Double?, _ b: Double?, _ style: NumberStyle) {
            table.add([.text(name), a.map { .number($0, style) } ?? .missing, b.map { .number($0, style) } ?? .missing])
        }
        for (index, name) in ["words", "word pairs", "word triples"].enumerated() {
            add("different \(name)", found.distinct[index], usual.distinct[index], .percent(1))
        }
        add("likeness of each other (self-BLEU)", found.selfBLEU, usual.selfBLEU, .decimals(3))
        add("word pairs repeated within one", found.repetition[1], usual.repetition[1], .percent(2))
        add("headlines that repeat another", found.duplicateShare, usual.duplicateShare, .percent(1))
        add("words, mean", found.lengths.samples.mean, found.lengths.real.mean, .decimals(1))
        add("words, median", found.lengths.samples.median, found.lengths.real.median, .decimals(1))
        add("words, a tenth has more", found.lengths.samples.ninetieth, found.lengths.real.ninetieth, .decimals(1))
        var text = "Whole headlines from an empty prompt. \(endings)"
        let empty = Int((samples.emptyShare.estimate * Double(samples.emptyShare.count)).rounded())
        if empty > 0 {
            text +=
                " Beside these, \(empty) of \(samples.emptyShare.count) have no word: the model ended them at once, and no other"
                + " figure counts them."
        }
        if found.count < samples.texts.count {
            text += " The table judges \(found.count) of them, as many as there are real headlines."
        }
        let shown = samples.texts.prefix(30)
        return .init(
            "Samples",
            [
                .paragraph(text), .table(table), .figure(lengthFigure),
                .folded(
                    summary: shown.count < samples.texts.count ? "The first \(shown.count) samples" : "All samples",
                    [.examples(shown.map { Example($0) })]),
            ])
    }

    /// How samples end, in a sentence.
    private var endings: String {
        let (share, limit) = (samples.naturalEndings.estimate, samples.options.maximumNewTokens)
        if share == 1 { return "All ended by themselves." }
        if share == 0 { return "None ended by itself: all were cut off at the limit of \(limit) tokens." }
        return "\(NumberText.percent(share)) ended by themselves, the others at the limit of \(limit) tokens."
    }

    private var lengthFigure: Figure {
        let lengths = [samples.texts, data.texts].map { $0.map(HeadlineSlices.wordCount) }
        let bins = min(31, max(1, lengths.flatMap(\.self).max() ?? 1))
        let series = zip(["samples", "real"], lengths).map { name, lengths in
            let heights = (0..<bins).map { bin in
                Double(lengths.count { min($0, bins) == bin + 1 }) / Double(max(1, lengths.count))
            }
            return Histogram.Series(name, heights)
        }
        return Figure(
            "Words of samples and of real headlines",
            description: "The share of headlines of each length.",
            Histogram("share", by: "words", lowest: 1, width: 1, style: .percent(0), series: series))
    }

    private var copiesSection: Report.Section? {
        guard let copies = samples.copies, let share = samples.copiedShare else { return nil }
        let overlap = copies.overlap
        let text =
            "\(overlap.exact) of \(overlap.validationCount) samples stand in the training file and \(overlap.near) more nearly:"
            + " \(share.cell(.percent(1)).text). Of the real headlines of the evaluation"
            + " \(NumberText.percent(data.leakage?.share ?? 0)) do."
        guard !copies.examples.isEmpty else { return .init("Copies", [.paragraph(text)]) }
        let examples = copies.examples.map { pair in
            Example(
                pair.later.text, details: [pair.isExact ? "exact" : "near"],
                related: [Example(pair.earlier.text, details: ["line \(pair.earlier.line) of the training file"])])
        }
        return .init("Copies", [.paragraph(text), .folded(summary: "Copies", [.examples(examples)])])
    }

    /// Categories that the picture shows.
    private static let maximumCategories = 40

    private var categoriesSection: Report.Section? {
        guard let categories = samples.categories else { return nil }
        let bars = categories.mix.prefix(Self.maximumCategories).map {
            (name: $0.label, values: [Optional($0.samples), Optional($0.real)])
        }
        var blocks: [Report.Block] = [
            .paragraph(
                "As \(categories.path) labels them. The mixes differ by \(NumberText.fixed(categories.distance, 3)), two sets of"
                    + " as many real headlines by \(NumberText.fixed(categories.usualDistance, 3)) (0 is equal, 1 disjoint)."
            ),
            .figure(
                Figure(
                    "Categories of samples and of real headlines",
                    description: categories.mix.count > bars.count
                        ? "The \(bars.count) most frequent real ones of \(categories.mix.count); the others are in report.json."
                        : "From the most frequent real one.",
                    BarChart(series: ["samples", "real"], nameTitle: "label", style: .percent(1), bars: bars))),
        ]
        if let consistency = categories.consistency {
            blocks.append(
                .paragraph(
                    "Of \(consistency.count) openings of real headlines, \(consistency.cell(.percent(0)).text) were completed to a"
                        + " headline of the same label as the real one; by chance it would be \(NumberText.percent(categories.chance, 0))."
                ))
        }
        return .init("Categories", blocks)
    }

    private var positionsSection: Report.Section? {
        guard !positions.isEmpty else { return nil }
        let points = positions.map {
            LineChart.Point(x: Double($0.place), y: $0.nats.estimate, low: $0.nats.low, high: $0.nats.high)
        }
        let longest = likelihoods.tokens.max() ?? 0
        let hidden =
            longest > positions.count
            ? " Shown are \(positions.count) places of the \(longest) of the longest headline: few headlines reach the others."
            : ""
        return .init(
            "Along a headline",
            [
                .figure(
                    Figure(
                        "Nats of each token, by its place",
                        description: "The first token has nothing to go by; later ones should be easier.\(hidden)",
                        LineChart(
                            x: ("place", .count), y: ("nats", .decimals(1)), series: [.init("nats", points)])))
            ])
    }

    private var slicesSection: Report.Section? {
        guard !slices.isEmpty else { return nil }
        let blocks = slices.flatMap { slice -> [Report.Block] in
            var table = Table(
                "By \(slice.title)",
                [
                    .words(slice.title), .figures("headlines"), .figures("perplexity per token"),
                    .figures("bits per byte"),
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
                            "\(NumberText.fixed(means[row], 1)) nats per token", "line \(data.headlines[row].line)",
                        ])
                })
        }
        return .init(
            "Hardest and easiest headlines",
            [
                .folded(summary: "The hardest", [examples(order.prefix(10))]),
                .folded(summary: "The easiest", [examples(order.suffix(10).reversed())]),
            ])
    }
}
