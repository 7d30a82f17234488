import HeadlineData
import Inference
import Reports
import Statistics
import Text

/// The sections about samples.
extension GeneratorEvaluation {
    /// The samples and their statistics.
    var samplesSection: Report.Section {
        let (found, real) = (samples.statistics, samples.reference)
        var table = Table(
            "\(found.count) samples and \(real.count) real headlines",
            [.words(""), .numbers("samples"), .numbers("real")])
        func add(_ name: String, _ a: Double?, _ b: Double?, _ style: NumberStyle) {
            table.add([.text(name), a.map { .number($0, style) } ?? .missing, b.map { .number($0, style) } ?? .missing])
        }
        for (index, name) in ["words", "word pairs", "word triples"].enumerated() {
            add("distinct \(name)", found.distinct[index], real.distinct[index], .percent(1))
        }
        add("similarity to each other (self-BLEU)", found.selfBLEU, real.selfBLEU, .decimals(3))
        add("repeated word pairs in a headline", found.repetition[1], real.repetition[1], .percent(2))
        add("headlines that repeat another", found.duplicateShare, real.duplicateShare, .percent(1))
        add("words, mean", found.lengths.samples.mean, found.lengths.real.mean, .decimals(1))
        add("words, median", found.lengths.samples.median, found.lengths.real.median, .decimals(1))
        add("words, 90th percentile", found.lengths.samples.ninetieth, found.lengths.real.ninetieth, .decimals(1))
        var text = "Whole headlines from an empty prompt. \(endings)"
        let empty = Int((samples.emptyShare.estimate * Double(samples.emptyShare.count)).rounded())
        if empty > 0 {
            text +=
                " Another \(empty) of \(samples.emptyShare.count) are empty: the model ended them at once. No other metric counts"
                + " them."
        }
        if found.count < samples.texts.count {
            text += " The table describes \(found.count) of them, as many as there are real headlines."
        }
        let shown = samples.texts.prefix(30)
        return .init(
            "Samples",
            [
                .paragraph(text), .table(table), .picture(lengthPicture),
                .folded(
                    summary: shown.count < samples.texts.count ? "The first \(shown.count) samples" : "All samples",
                    [.examples(shown.map { Example($0) })]),
            ])
    }

    /// The endings of samples, in a sentence.
    private var endings: String {
        let (share, limit) = (samples.naturalEndings.estimate, samples.options.maximumNewTokens)
        if share == 1 { return "All end naturally." }
        if share == 0 { return "None ends naturally: all were cut off at the limit of \(limit) tokens." }
        return "\(Formatting.percent(share)) end naturally, the rest at the limit of \(limit) tokens."
    }

    private var lengthPicture: Picture {
        let lengths = [samples.texts, data.texts].map { $0.map(HeadlineSlices.wordCount) }
        let bins = min(31, max(1, lengths.flatMap(\.self).max() ?? 1))
        let series = zip(["samples", "real"], lengths).map { name, lengths in
            let heights = (0..<bins).map { bin in
                Double(lengths.count { min($0, bins) == bin + 1 }) / Double(max(1, lengths.count))
            }
            return Histogram.Series(name, heights)
        }
        return Picture(
            "Length of samples and real headlines",
            description: "The share of headlines of each length.",
            Histogram("share", by: "words", lowest: 1, width: 1, style: .percent(0), series: series))
    }

    /// The samples that copy training headlines.
    var copiesSection: Report.Section? {
        guard let copies = samples.copies, let share = samples.copiedShare else { return nil }
        let overlap = copies.overlap
        let found =
            overlap.exact + overlap.near == 0
            ? "No sample copies a training headline: \(share.cell(.percent(1)).text)."
            : "Of \(Formatting.count(overlap.validationCount, "sample")), \(overlap.exact) \(overlap.exact == 1 ? "is an exact copy" : "are exact copies")"
                + " of a training headline and \(overlap.near) \(overlap.near == 1 ? "is a near-duplicate" : "are near-duplicates"):"
                + " \(share.cell(.percent(1)).text)."
        let text =
            found + " Of the real headlines in this evaluation, \(Formatting.percent(data.leakage?.share ?? 0)) do."
        guard !copies.examples.isEmpty else { return .init("Copies", [.paragraph(text)]) }
        let examples = copies.examples.map { pair in
            Example(
                pair.later.text, details: [pair.isExact ? "exact copy" : "near-duplicate"],
                related: [Example(pair.earlier.text, details: ["training file, line \(pair.earlier.line)"])])
        }
        return .init("Copies", [.paragraph(text), .folded(summary: "Copies", [.examples(examples)])])
    }

    /// The number of categories that the picture shows.
    private static let maximumCategories = 40

    /// The categories of samples, and whether completions match those of their prompts.
    var categoriesSection: Report.Section? {
        guard let categories = samples.categories else { return nil }
        let bars = categories.mix.prefix(Self.maximumCategories).map {
            (name: $0.label, values: [Optional($0.samples), Optional($0.real)])
        }
        var blocks: [Report.Block] = [
            .paragraph(
                "Labeled by \(categories.path). The two mixes are \(Formatting.fixed(categories.distance, 3)) apart; two sets of"
                    + " equally many real headlines are \(Formatting.fixed(categories.usualDistance, 3)) apart (0 means equal, 1"
                    + " disjoint)."),
            .picture(
                Picture(
                    "Categories of samples and real headlines",
                    description: categories.mix.count > bars.count
                        ? "The \(bars.count) most frequent real categories of \(categories.mix.count); report.json has all of them."
                        : "In the order of real headlines, most frequent first.",
                    BarChart(series: ["samples", "real"], nameTitle: "label", style: .percent(1), bars: bars))),
        ]
        if let consistency = categories.consistency {
            blocks.append(
                .paragraph(
                    "Of \(consistency.count) openings of real headlines, \(consistency.cell(.percent(0)).text) were completed to a"
                        + " headline with the label of the real one; chance alone would give"
                        + " \(Formatting.percent(categories.chance, 0))."))
        }
        return .init("Categories", blocks)
    }
}
