import ModelFolders
import Reports

/// The glossary at the end of a report.
extension ReportParts {
    /// The title of the section.
    static let glossaryTitle = "Glossary"

    /// The terms that the report of a model, or of a comparison of two, uses.
    static func glossary(_ kind: ModelKind, isComparison: Bool = false) -> Report.Section {
        let terms: [(String, String)] =
            switch (kind, isComparison) {
            case (.generator, false): likelihoodTerms + sampleTerms
            case (.generator, true): likelihoodTerms
            case (.classifier, false): labelTerms + probabilityTerms
            case (.classifier, true): labelTerms + [mcNemarTerm]
            }
        return .init(
            glossaryTitle,
            [.folded(summary: "Terms in this report", [.facts((sharedTerms + terms).map { .init($0.0, $0.1) })])])
    }

    private static let sharedTerms = [
        (
            "95 % interval",
            "the range that holds the true value in 95 of 100 such reports. A number without an interval is not exact; it only means that its uncertainty is unknown"
        ),
        (
            "nats",
            "the model's surprise, −ln of the probability it gave the true label or token (0 = certain, 0.7 = one in two, 4.6 = one in a hundred)"
        ),
    ]

    private static let likelihoodTerms = [
        (
            "perplexity",
            "e to the mean nats per token or word: a perplexity of 50 means as unsure as between 50 equally likely choices. Comparable only on the same headlines, and per token only with the same tokenizer"
        ),
        (
            "bits per byte",
            "nats of a headline divided by 0.693 and by its bytes: the size a perfect compressor with this model would reach. Comparable between models with different tokenizers"
        ),
    ]

    private static let sampleTerms = [
        (
            "distinct words, pairs, triples",
            "the share of all words of the samples, or of all runs of two or three words, that are different from each other (distinct-n)"
        ),
        (
            "self-BLEU",
            "how much of each sample, in runs of one to four words, also appears in the others: 0 nothing, 1 everything"
        ),
    ]

    private static let mcNemarTerm = (
        "McNemar's test",
        "the probability that two equally good models differ at least this much in the headlines that only one of them labels correctly"
    )

    private static let labelTerms = [
        ("accuracy", "the share of headlines with a correct label"),
        (
            "precision, recall",
            "precision: of the headlines predicted to have a label, the share that have it. Recall: of the headlines that have a label, the share predicted to have it"
        ),
        (
            "macro-F1, weighted F1",
            "averages of the labels' F1, which is high only if precision and recall both are. Macro-F1 weights all labels equally, weighted F1 all headlines"
        ),
        (
            "Matthews correlation",
            "1 if all predictions are correct, 0 if they are no better than chance, whatever the sizes of the labels"
        ),
    ]

    private static let probabilityTerms = [
        (
            "Brier score",
            "the squared distance between the probabilities and the truth: 0 if certain and right, 2 if certain and wrong"
        ),
        (
            "calibration error",
            "the mean gap between confidence and accuracy in 15 bins (ECE): 0.05 means five points. Bins have equal width, or equally many headlines in the adaptive error"
        ),
        (
            "area under accuracy–coverage",
            "the mean accuracy over the most confident 1, 2, 3, … headlines: how well confidence tells right from wrong"
        ),
    ]
}
