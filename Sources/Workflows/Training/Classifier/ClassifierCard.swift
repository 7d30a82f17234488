import HeadlineData
import ModelFolders
import Models
import Statistics
import Text

/// The content of the model card of an exported classifier.
struct ClassifierCard {
    let settings: ClassifierSettings
    let configuration: BERTClassifier.Configuration
    let training: TokenizedHeadlines
    let digests: [String]
    /// The exported model's figures on the validation headlines.
    let report: ClassificationReport
    /// The fit of the temperature that its logits were divided by; `nil` if none was fitted.
    let calibration: CalibrationReport?

    /// The card.
    var card: ModelCard {
        ModelCard(
            .init(
                library: configuration.pooling == .cls ? "transformers" : "headlinekit", task: "text-classification",
                tags: ["headlines", "bert"]), title: settings.name,
            introduction: """
                A BERT that labels news headlines, trained with HeadlineKit. \(configuration.layers) layers,
                hidden size \(configuration.hiddenSize), \(configuration.heads) heads, context length \(configuration.contextLength),
                \(configuration.vocabularySize) vocabulary entries, \(configuration.labels) labels. \(poolingText)

                    headline classify --model . "Striker out for six weeks after scan"
                """,
            sections: [
                .init(
                    "Training",
                    """
                    \(training.count) headlines, \(training.tokens.count) tokens; files with SHA-256
                    \(digests.map { "`\($0)`" }.joined(separator: ", ")). The settings of the run are in `config.yaml` of its folder.
                    """),
                .init(ModelCard.evaluation, evaluation),
                .init(
                    "Limits",
                    """
                    The labels mean what they mean in the training headlines. A headline that fits none of them gets one all the
                    same, and text of another kind or time will be labeled less well than these figures suggest.
                    """),
            ])
    }

    private var evaluation: String {
        let labels = report.classes.map {
            ModelCard.LabelFigures(
                label: $0.label, headlines: $0.support, precision: $0.precision, recall: $0.recall, f1: $0.f1)
        }
        let lines =
            ["On \(report.count) validation headlines. \(calibrationText)", ""]
            + ModelCard.table(["figure", "value"], rows: figures.map { [$0.0, Formatting.fixed($0.1, 4)] }) + [""]
            + ModelCard.table(of: labels)
        return lines.joined(separator: "\n")
    }

    private var poolingText: String {
        switch configuration.pooling {
        case .cls: "The head reads BERT's pooler."
        case .mean:
            "The head reads the mean of all tokens, which transformers does not support: only HeadlineKit can use this folder."
        }
    }

    private var calibrationText: String {
        guard let calibration else { return "The probabilities were not calibrated." }
        let temperature =
            "The head was divided by the temperature \(Formatting.fixed(calibration.scaling.temperature, 4)), fitted on them, so"
            + " that probabilities are calibrated."
        return calibration.crossFitted == nil
            ? temperature
            : temperature
                + " Figures of\nprobabilities are cross-fitted: each half of the headlines is judged with the temperature of the other half."
    }

    private var figures: [(String, Double)] {
        let scores = report.scores
        // A temperature is not judged by the headlines it was fitted to.
        let probabilities = calibration?.crossFitted
        return [
            ("accuracy", scores.accuracy), ("top-3 accuracy", scores.topThreeAccuracy), ("macro-F1", scores.macroF1),
            ("weighted F1", scores.weightedF1), ("Matthews correlation", scores.matthewsCorrelation),
            ("nats per headline", probabilities?.negativeLogLikelihood ?? scores.negativeLogLikelihood),
            ("Brier score", probabilities?.brierScore ?? scores.brierScore),
            ("expected calibration error, 15 bins", probabilities?.error ?? report.reliability.error),
        ]
    }
}
