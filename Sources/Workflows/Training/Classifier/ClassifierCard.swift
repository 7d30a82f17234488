import Files
import Foundation
import HeadlineData
import Models
import Statistics
import Text

/// The `README.md` of an exported classifier.
struct ClassifierCard {
    let settings: ClassifierSettings
    let configuration: BERTClassifier.Configuration
    let training: LabeledHeadlines
    let digests: [String]
    /// Of the exported model on the validation headlines.
    let report: ClassificationReport
    /// Of what its logits have been divided by; `nil` when nothing was fitted.
    let calibration: CalibrationReport?

    var text: String {
        """
        ---
        library_name: \(configuration.pooling == .cls ? "transformers" : "headlinekit")
        pipeline_tag: text-classification
        tags: [headlines, bert]
        ---

        # \(settings.name)

        A BERT that labels news headlines, trained with HeadlineKit. \(configuration.layers) layers,
        \(configuration.hiddenSize) channels, \(configuration.heads) heads, \(configuration.contextLength) positions,
        \(configuration.vocabularySize) vocabulary entries, \(configuration.labels) labels. \(poolingText)

            headline classify --model . "Striker out for six weeks after scan"

        ## Training

        \(training.count) headlines, \(training.tokens.count) tokens; files with SHA-256
        \(digests.map { "`\($0)`" }.joined(separator: ", ")). The settings of the run are in `config.yaml` of its folder.

        ## Evaluation

        On \(report.count) validation headlines. \(calibrationText)

        | figure | value |
        |---|---|
        \(figures.map { "| \($0.0) | \(String(format: "%.4f", $0.1)) |" }.joined(separator: "\n"))

        | label | headlines | precision | recall | F1 |
        |---|---|---|---|---|
        \(report.classes.map(row).joined(separator: "\n"))

        ## Limits

        The labels mean what the training headlines meant by them. A headline of none of them gets one all the same, and text
        of another kind or time will be labelled less well than these figures say.

        """
    }

    private var poolingText: String {
        switch configuration.pooling {
        case .cls: "The head reads BERT's pooler."
        case .mean:
            "The head reads the mean of all tokens, which transformers does not have: only HeadlineKit can use this folder."
        }
    }

    private var calibrationText: String {
        guard let calibration else { return "The probabilities were not calibrated." }
        let temperature = String(
            format:
                "The head was divided by the temperature %.4f, fitted on them, so that probabilities are calibrated.",
            calibration.scaling.temperature)
        return calibration.crossFitted == nil
            ? temperature
            : temperature
                + " Figures of\nprobabilities are cross-fitted: of each half of the headlines with the temperature of the other half."
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

    private func row(_ figures: ClassMetrics) -> String {
        let label = escapedForTerminal(figures.label).replacingOccurrences(of: "|", with: "\\|")
        return "| \(label) | \(figures.support) | "
            + [figures.precision, figures.recall, figures.f1].map { String(format: "%.3f", $0) }.joined(
                separator: " | ")
            + " |"
    }
}
