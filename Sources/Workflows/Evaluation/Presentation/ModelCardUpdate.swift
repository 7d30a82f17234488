import Files
import Foundation
import ModelFolders
import Reports
import Statistics
import Text

/// The `README.md` of a model folder, with an evaluation in it.
enum ModelCardUpdate {
    /// Writes `lines` into the section "Evaluation" of the card in a model folder; a folder without a card gets one.
    static func write(_ lines: [String], model path: String) throws(FileError) {
        let card = try ModelCard(ofFolder: path) ?? ModelCard("")
        try card.replacing(ModelCard.evaluation, with: lines).write(toFolder: path)
    }

    /// Figures as a table in Markdown, below what they were measured on.
    static func lines(_ measures: [Measure], data: EvaluationData, verdict: Verdict) -> [String] {
        let name = data.source.path.split(separator: "/").last.map(String.init) ?? data.source.path
        let rows = measures.map { [$0.title, $0.style.text($0.value), $0.range] }
        return [
            "On \(NumberText.headlines(data.headlines.count)) of `\(name)` (SHA-256 `\(data.source.digest)`), by `evaluate`.",
            "",
        ] + ModelCard.table(["figure", "value", "95% interval"], rows: rows) + [
            "", escapedForTerminal("\(verdict.outcome.word): \(verdict.sentence)"),
        ]
    }
}

extension ClassifierEvaluation {
    /// Writes the figures into the card of the model folder.
    public func updateCard() throws {
        let calibrated =
            calibration.temperature.map {
                "The head was divided by the temperature \(NumberText.fixed($0, 4)), fitted on the validation headlines of its"
                    + " training, so that probabilities are calibrated."
            } ?? "The probabilities were not calibrated."
        var lines = ModelCardUpdate.lines(measures, data: data, verdict: verdict)
        let labels = report.classes.map {
            ModelCard.LabelFigures(
                label: $0.label, headlines: $0.support, precision: $0.precision, recall: $0.recall, f1: $0.f1)
        }
        lines += ["", calibrated, ""] + ModelCard.table(of: labels)
        try ModelCardUpdate.write(lines, model: model.path)
    }
}
