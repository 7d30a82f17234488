import Files
import Foundation
import ModelFolders
import Reports
import Statistics
import Text

/// The section "Evaluation" in the `README.md` of a model folder.
enum ModelCardUpdate {
    /// Writes `lines` into the section "Evaluation" of the card in a model folder; a folder without a card gets one.
    static func write(_ lines: [String], model path: String) throws(FileError) {
        let card = try ModelCard(ofFolder: path) ?? ModelCard("")
        try card.replacing(ModelCard.evaluation, with: lines).write(toFolder: path)
    }

    /// Returns the headlines measured on, the metrics as a Markdown table, and the verdict.
    static func lines(_ metrics: [Metric], data: EvaluationData, verdict: Verdict) -> [String] {
        let name = data.source.path.split(separator: "/").last.map(String.init) ?? data.source.path
        let rows = metrics.map { [$0.title, $0.style.text($0.value), $0.range ?? ""] }
        return [
            "Measured by `evaluate` on \(Formatting.count(data.headlines.count, "headline")) of `\(name)` (SHA-256 `\(data.source.digest)`).",
            "",
        ] + ModelCard.table(["metric", "value", "95 % interval"], rows: rows) + [
            "", escapedForTerminal("\(verdict.outcome.word). \(verdict.sentence)"),
        ]
    }
}

extension ClassifierEvaluation {
    /// Writes the metrics into the card of the model folder.
    public func updateCard() throws {
        let calibrated =
            calibration.temperature.map {
                "Probabilities are calibrated: the head was divided by the temperature \(Formatting.fixed($0, 4)), fitted on the"
                    + " validation headlines."
            } ?? "Probabilities are not calibrated."
        var lines = ModelCardUpdate.lines(metrics, data: data, verdict: verdict)
        let labels = classification.classes.map {
            ModelCard.LabelFigures(
                label: $0.label, headlines: $0.support, precision: $0.precision, recall: $0.recall, f1: $0.f1)
        }
        lines += ["", calibrated, ""] + ModelCard.table(of: labels)
        try ModelCardUpdate.write(lines, model: model.path)
    }
}

extension GeneratorEvaluation {
    /// Writes the metrics into the card of the model folder.
    public func updateCard() throws {
        try ModelCardUpdate.write(ModelCardUpdate.lines(metrics, data: data, verdict: verdict), model: model.path)
    }
}
