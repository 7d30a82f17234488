import HeadlineData
import Inference
import ModelFolders
import Reports
import Statistics

/// Parts that the reports of both kinds of model share.
enum ReportParts {
    /// Model, data, settings and command.
    static func provenance(
        models: [(role: String, model: ModelIdentity)], data: EvaluationData, seed: UInt64, resamples: Int,
        command: String
    ) -> [Report.Fact] {
        var facts: [Report.Fact] = []
        for (role, model) in models {
            facts.append(.init(role, model.path))
            facts.append(.init("SHA-256 of its weights", model.digest))
            facts.append(
                .init("its configuration", model.facts.map { "\($0.name) \($0.value)" }.joined(separator: ", ")))
        }
        facts.append(.init("evaluated on", "\(data.source.path) (\(NumberText.headlines(data.headlines.count)))"))
        facts.append(.init("SHA-256 of the file", data.source.digest))
        if let training = data.trainingSource {
            facts.append(.init("trained on", "\(training.path) (\(NumberText.headlines(data.training.count)))"))
            facts.append(.init("SHA-256 of that file", training.digest))
        }
        facts.append(.init("seed", "\(seed), \(NumberStyle.count.text(Double(resamples))) resamples, intervals of 95%"))
        facts.append(.init("command", command))
        return facts
    }

    /// What the file is, and what of it stands in the training file.
    static func data(_ data: EvaluationData) -> Report.Section {
        var blocks: [Report.Block] = [.paragraph("\(data.source.path): \(data.source.note).")]
        if data.unlabeled > 0 {
            blocks.append(.paragraph("\(NumberText.headlines(data.unlabeled)) without a label were left out."))
        }
        if data.unlabelledTraining > 0 {
            blocks.append(
                .paragraph(
                    "\(NumberText.headlines(data.unlabelledTraining)) of the training file without a label were left out."
                ))
        }
        for remark in data.remarks {
            blocks.append(.note(Note(remark.isWarning ? .warning : .information, capitalised(remark.text) + ".")))
        }
        guard let leakage = data.leakage, let training = data.trainingSource else {
            blocks.append(
                .note(
                    Note(
                        .warning,
                        "The training file is not known (--train), so nobody checked whether these headlines stand in it."
                    )))
            return .init("Data", blocks)
        }
        blocks.append(.paragraph("\(training.path): \(training.note)."))
        let (overlap, share) = (leakage.overlap, NumberText.percent(leakage.share, 2))
        blocks.append(
            .note(
                Note(
                    leakage.share > EvaluationData.defaultLeakage ? .problem : .information,
                    overlap.exact + overlap.near == 0
                        ? "No headline stands in both, not even nearly."
                        : "\(overlap.exact) of \(NumberText.headlines(overlap.validationCount)) stand in the training file and \(overlap.near) more nearly: \(share)."
                )))
        if !leakage.examples.isEmpty {
            let examples = leakage.examples.map { pair in
                Example(
                    pair.later.text, details: ["line \(pair.later.line)", pair.isExact ? "exact" : "near"],
                    related: [Example(pair.earlier.text, details: ["line \(pair.earlier.line) of the training file"])])
            }
            blocks.append(.folded(summary: "Headlines that stand in both", [.examples(examples)]))
        }
        return .init("Data", blocks)
    }

    private static func capitalised(_ sentence: String) -> String {
        sentence.prefix(1).uppercased() + sentence.dropFirst()
    }

    /// Figures with their intervals, one below the other.
    static func measures(_ measures: [Measure], caption: String) -> Table {
        var table = Table(caption, [.words("figure"), .figures("value"), .words("better")])
        for measure in measures {
            table.add([
                .text(measure.title), measure.cell,
                measure.isLargerBetter.map { .text($0 ? "larger" : "smaller") } ?? .missing,
            ])
        }
        return table
    }

    /// The thresholds that were set and what became of them, if any were.
    static func thresholds(_ outcomes: [Threshold.Outcome]) -> Report.Section? {
        guard !outcomes.isEmpty else { return nil }
        let notes = outcomes.map { outcome in
            Report.Block.note(Note(outcome.holds ? .information : .problem, outcome.sentence + "."))
        }
        return .init("Thresholds", notes)
    }

    /// What the section is called.
    static let glossaryTitle = "Words of this report"

    /// What the figures of a kind of model mean, of one or of two that are compared.
    static func glossary(_ kind: ModelKind, isComparison: Bool = false) -> Report.Section {
        let words: [(String, String)] =
            switch (kind, isComparison) {
            case (.generator, false): perplexityWords + sampleWords
            case (.generator, true): perplexityWords
            case (.classifier, false): labelWords + probabilityWords
            case (.classifier, true): labelWords + [mcNemarWord]
            }
        return .init(
            glossaryTitle,
            [.folded(summary: "What the figures mean", [.facts((sharedWords + words).map { .init($0.0, $0.1) })])])
    }

    private static let sharedWords = [
        (
            "95% interval",
            "where the figure would lie with ever more headlines of the same kind, in 95 of 100 such reports; a figure without an interval is not exact, only nothing is known of how far off it may be"
        ),
        (
            "nats",
            "how surprised the model was by what stood there, minus the natural logarithm of its probability: 0 for what it was certain of, 0.7 for one of two, 4.6 for one of a hundred"
        ),
    ]

    private static let perplexityWords = [
        (
            "perplexity",
            "e to the mean nats of a token or word: a model of perplexity 50 hesitates as if between 50 equally likely ones. Only comparable on the same headlines, per token also only with the same tokens"
        ),
        (
            "bits per byte",
            "nats of a headline over 0.693 and over its bytes: what a perfect compressor would need with this model. Comparable between models of different tokens"
        ),
    ]

    private static let sampleWords = [
        (
            "different words, pairs, triples",
            "the share of all words of the samples, or runs of two and three, that are different ones (distinct-n)"
        ),
        (
            "self-BLEU",
            "how much of each sample, in runs of one to four words, stands in the others: 0 nothing, 1 everything"
        ),
    ]

    private static let mcNemarWord = (
        "McNemar's test",
        "how likely it would be, with two equally good models, that the headlines only one of them labels right fall as unevenly as here"
    )

    private static let labelWords = [
        ("accuracy", "the share of headlines that are given the right label"),
        (
            "precision, recall",
            "of the headlines that were given a label, the share that have it; of those that have it, the share that were given it"
        ),
        (
            "macro F1, weighted F1",
            "the mean of every label's F1, which is high where precision and recall both are; macro counts every label alike, weighted every headline"
        ),
        (
            "Matthews correlation",
            "1 for all right, 0 for no better than chance, whatever the sizes of the labels"
        ),
    ]

    private static let probabilityWords = [
        (
            "Brier score",
            "the squared distance of the probabilities from the truth: 0 for certain and right, 2 for certain and wrong"
        ),
        (
            "calibration error",
            "by how much confidence and accuracy differ, on average over bins of like confidence (ECE): 0.05 are five points"
        ),
    ]
}
