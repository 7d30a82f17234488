import Files
import Foundation
import ModelFolders
import Reports
import Statistics
import Text

/// The `README.md` of a model folder, with an evaluation in it.
enum ModelCardUpdate {
    /// Puts `lines` into the section "Evaluation" of the card in a model folder, in place of what stood there; a card without
    /// such a section gets one at its end, and a folder without a card gets one.
    static func write(_ lines: [String], model path: String) throws(FileError) {
        let file = "\(path)/README.md"
        let card = pathExists(file) ? String(decoding: try readFile(file, limit: 1 << 24), as: UTF8.self) : ""
        try AtomicFile.write(updated(card, lines), to: file)
    }

    /// The card with the new section.
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

    /// Figures as a table in Markdown, below what they were measured on.
    static func lines(_ measures: [Measure], data: EvaluationData, verdict: Verdict) -> [String] {
        let name = data.source.path.split(separator: "/").last.map(String.init) ?? data.source.path
        let rows = measures.map { measure in
            "| \(measure.title) | \(measure.style.text(measure.value)) | \(measure.range) |"
        }
        return [
            "On \(NumberText.headlines(data.headlines.count)) of `\(name)` (SHA-256 `\(data.source.digest)`), by `evaluate`.",
            "", "| figure | value | 95% interval |", "|---|---|---|",
        ] + rows + ["", escapedForTerminal("\(verdict.outcome.word): \(verdict.sentence)")]
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
        lines += ["", calibrated, "", "| label | headlines | precision | recall | F1 |", "|---|---|---|---|---|"]
        lines += report.classes.map { figures in
            let numbers = [figures.precision, figures.recall, figures.f1].map { NumberText.fixed($0, 3) }
            return
                "| \(escapedForTerminal(figures.label).replacing("|", with: "\\|")) | \(figures.support) | \(numbers.joined(separator: " | ")) |"
        }
        try ModelCardUpdate.write(lines, model: model.path)
    }
}
