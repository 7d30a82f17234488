import Files
import Foundation
import ModelFolders
import Reports
import Statistics
import Text

/// The section "Evaluation" in the `README.md` of a model folder.
enum ModelCardUpdate {
    /// Replaces the section "Evaluation" of the card in a model folder by `lines`. A card without that section gets one at its
    /// end, and a folder without a card gets a card.
    static func write(_ lines: [String], model path: String) throws(FileError) {
        let file = "\(path)/README.md"
        let card = pathExists(file) ? String(decoding: try readFile(file, limit: 1 << 24), as: UTF8.self) : ""
        try AtomicFile.write(updated(card, lines), to: file)
    }

    /// Returns the card with the new section.
    static func updated(_ card: String, _ lines: [String]) -> String {
        let heading = "## Evaluation"
        var kept = card.components(separatedBy: "\n")
        let section = [heading, ""] + lines + [""]
        if let start = kept.firstIndex(of: heading) {
            let end = kept[(start + 1)...].firstIndex { $0.hasPrefix("## ") || $0.hasPrefix("# ") } ?? kept.count
            kept.replaceSubrange(start..<end, with: section)
            return kept.joined(separator: "\n")
        }
        while kept.last?.isEmpty == true { kept.removeLast() }
        if kept.isEmpty { kept = ["# Model"] }
        return (kept + [""] + section).joined(separator: "\n")
    }

    /// Returns the headlines measured on, the metrics as a Markdown table, and the verdict.
    static func lines(_ metrics: [Metric], data: EvaluationData, verdict: Verdict) -> [String] {
        let name = data.source.path.split(separator: "/").last.map(String.init) ?? data.source.path
        let rows = metrics.map { metric in
            "| \(metric.title) | \(metric.style.text(metric.value)) | \(metric.range ?? "") |"
        }
        return [
            "Measured by `evaluate` on \(Formatting.count(data.headlines.count, "headline")) of `\(name)` (SHA-256 `\(data.source.digest)`).",
            "", "| metric | value | 95 % interval |", "|---|---|---|",
        ] + rows + ["", escapedForTerminal("\(verdict.outcome.word). \(verdict.sentence)")]
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
        lines += ["", calibrated, "", "| label | headlines | precision | recall | F1 |", "|---|---|---|---|---|"]
        lines += classification.classes.map { label in
            let numbers = [label.precision, label.recall, label.f1].map { Formatting.fixed($0, 3) }
            return
                "| \(escapedForTerminal(label.label).replacing("|", with: "\\|")) | \(label.support) | \(numbers.joined(separator: " | ")) |"
        }
        try ModelCardUpdate.write(lines, model: model.path)
    }
}

extension GeneratorEvaluation {
    /// Writes the metrics into the card of the model folder.
    public func updateCard() throws {
        try ModelCardUpdate.write(ModelCardUpdate.lines(metrics, data: data, verdict: verdict), model: model.path)
    }
}
