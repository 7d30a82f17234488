import HeadlineData
import Inference
import ModelFolders
import Reports
import Statistics
import Text

/// The parts that the reports of both kinds of model share.
enum ReportParts {
    /// The provenance: models, data, seed and command.
    static func provenance(
        models: [(role: String, model: ModelIdentity)], data: EvaluationData, seed: UInt64, resamples: Int,
        command: String
    ) -> [Report.Fact] {
        var facts: [Report.Fact] = []
        for (role, model) in models {
            facts.append(.init(role, model.path))
            facts.append(.init("SHA-256 of the weights", model.digest))
            facts.append(
                .init("configuration", model.facts.map { "\($0.name) \($0.value)" }.joined(separator: ", ")))
        }
        facts.append(
            .init("evaluated on", "\(data.source.path) (\(Formatting.count(data.headlines.count, "headline")))"))
        facts.append(.init("SHA-256 of the file", data.source.digest))
        if let training = data.trainingSource {
            facts.append(.init("trained on", "\(training.path) (\(Formatting.count(data.training.count, "headline")))"))
            facts.append(.init("SHA-256 of the training file", training.digest))
        }
        facts.append(.init("seed", "\(seed), \(grouped(resamples)) resamples, 95 % intervals"))
        facts.append(.init("command", command))
        return facts
    }

    /// The section about the evaluated file and its overlap with the training file.
    static func data(_ data: EvaluationData) -> Report.Section {
        var blocks: [Report.Block] = [.paragraph("\(data.source.path): \(data.source.note).")]
        if data.unlabeled > 0 {
            blocks.append(
                .paragraph(
                    "\(Formatting.count(data.unlabeled, "headline")) without a label \(Self.wasLeftOut(data.unlabeled))."
                ))
        }
        if data.unlabeledTraining > 0 {
            blocks.append(
                .paragraph(
                    "\(Formatting.count(data.unlabeledTraining, "training headline")) without a label \(Self.wasLeftOut(data.unlabeledTraining))."
                ))
        }
        for remark in data.remarks {
            blocks.append(
                .note(Note(remark.isWarning ? .warning : .information, remark.text.capitalizedSentence + ".")))
        }
        guard let leakage = data.leakage, let training = data.trainingSource else {
            blocks.append(
                .note(Note(.warning, "No training file was given, so overlap with the training data was not checked.")))
            return .init("Data", blocks)
        }
        blocks.append(.paragraph("\(training.path): \(training.note)."))
        blocks.append(
            .note(
                Note(
                    leakage.share > EvaluationData.defaultLeakage ? .problem : .information,
                    "Overlap with the training data: \(overlap(leakage)).")))
        if !leakage.examples.isEmpty {
            let examples = leakage.examples.map { pair in
                Example(
                    pair.later.text,
                    details: ["line \(pair.later.line)", pair.isExact ? "exact copy" : "near-duplicate"],
                    related: [Example(pair.earlier.text, details: ["training file, line \(pair.earlier.line)"])])
            }
            blocks.append(.folded(summary: "Headlines in both files", [.examples(examples)]))
        }
        return .init("Data", blocks)
    }

    /// The overlap in words, such as `no exact copies, 14 near-duplicates (0.25 %)`.
    static func overlap(_ leakage: Leakage) -> String {
        let (exact, near) = (leakage.overlap.exact, leakage.overlap.near)
        guard exact + near > 0 else { return "no copies, no near-duplicates" }
        let copies = exact == 0 ? "no exact copies" : exact == 1 ? "1 exact copy" : "\(grouped(exact)) exact copies"
        return "\(copies), \(near == 0 ? "no near-duplicates" : Formatting.count(near, "near-duplicate"))"
            + " (\(Formatting.percent(leakage.share)))"
    }

    private static func wasLeftOut(_ count: Int) -> String { count == 1 ? "was left out" : "were left out" }

    /// A table of metrics with their intervals.
    static func metrics(_ metrics: [Metric], caption: String) -> Table {
        var table = Table(caption, [.words("metric"), .numbers("value"), .words("better")])
        for metric in metrics {
            table.add([
                .text(metric.title), metric.cell,
                metric.isLargerBetter.map { .text($0 ? "higher" : "lower") } ?? .missing,
            ])
        }
        return table
    }

    /// The section about thresholds; `nil` if none were set.
    static func thresholds(_ outcomes: [Threshold.Outcome]) -> Report.Section? {
        guard !outcomes.isEmpty else { return nil }
        let notes = outcomes.map { outcome in
            Report.Block.note(Note(outcome.holds ? .information : .problem, outcome.sentence + "."))
        }
        return .init("Thresholds", notes)
    }
}
