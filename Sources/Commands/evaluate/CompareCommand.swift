import ArgumentParser
import Commands
import Evaluation
import Files
import Inference
import ModelFolders
import Text

/// `evaluate compare`.
struct CompareCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "compare",
        abstract: "Says which of two models of one kind is better, and how sure that is.",
        discussion: """
            Both read the same headlines, and every resample draws the same ones for both. Generators are compared by bits per \
            byte, so that their tokens may differ; classifiers by accuracy, with McNemar's test. --fail-under and --fail-over \
            set limits on how much B is larger than A: \(ModelComparison.measureNames(.classifier).joined(separator: ", ")); of \
            generators \(ModelComparison.measureNames(.generator).joined(separator: ", ")).

            Examples:

              evaluate compare runs/old/best runs/new/best --data validation.jsonl --report reports/comparison
              evaluate compare DIR DIR --data validation.jsonl --train train.jsonl --fail-under accuracy=-0.01
            """)

    @Argument(help: ArgumentHelp("Model folder A.", valueName: "a"))
    var first: String

    @Argument(help: ArgumentHelp("Model folder B.", valueName: "b"))
    var second: String

    @OptionGroup var flags: EvaluationFlags

    func run() throws {
        try reportingFailure {
            let folder = try flags.reportFolder()
            let kind = try ModelComparison.kind(of: first, second)
            let thresholds = try flags.thresholds(known: ModelComparison.measureNames(kind))
            flags.compute.apply()
            let bar = ProgressBar.standardError(quiet: flags.quiet)
            defer { bar.clear() }
            let data = try flags.evaluationData(
                isLabelled: kind == .classifier, models: [(first, kind), (second, kind)])
            let comparison = try ModelComparison(first, second, data: data, flags.context(bar))
            bar.clear()
            print(comparison.summary)
            try flushStandardOutput()
            let outcomes = thresholds.map { $0.judged(by: comparison.measures) }
            try flags.write(
                comparison.report(outcomes), comparison.json(outcomes), predictions: comparison.predictionLines,
                to: folder)
            try flags.gate(outcomes)
        }
    }
}
