import HeadlineData
import Metrics
import Reports

/// Parts that the reports of both kinds of model share.
enum ReportParts {
    /// Model, data, settings and command.
    static func provenance(
        models: [ModelIdentity], data: EvaluationData, seed: UInt64, resamples: Int, command: String
    ) -> [Report.Fact] {
        var facts: [Report.Fact] = []
        for model in models {
            facts.append(.init("model", model.path))
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
        if data.unlabelled > 0 {
            blocks.append(.paragraph("\(NumberText.headlines(data.unlabelled)) without a label were left out."))
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
                    leakage.share > EvaluationData.usualLeakage ? .problem : .information,
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
}
