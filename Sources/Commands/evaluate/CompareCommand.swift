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
        abstract: "Compares two models of one kind: which one is better and how certain that is.",
        discussion: """
            Both models are evaluated on the same headlines, and every resample draws the same ones for both. Generators are \
            compared by bits per byte, so their tokenizers may differ; classifiers by accuracy, with McNemar's test. \
            --fail-under and --fail-over limit B minus A of a metric: for classifiers \
            \(ModelComparison.metricNames(.classifier).joined(separator: ", ")); for generators \
            \(ModelComparison.metricNames(.generator).joined(separator: ", ")).

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
            let thresholds = try flags.thresholds(known: ModelComparison.metricNames(kind))
            flags.compute.apply()
            let bar = ProgressBar.standardError(quiet: flags.quiet)
            defer { bar.clear() }
            let data = try flags.evaluationData(
                isLabeled: kind == .classifier, models: [(first, kind), (second, kind)])
            let comparison = try advising { try ModelComparison(first, second, data: data, flags.context(bar)) }
            bar.clear()
            print(comparison.summary)
            try flushStandardOutput()
            let outcomes = thresholds.map { $0.judged(by: comparison.metrics) }
            try flags.write(
                comparison.report(outcomes), comparison.json(outcomes), predictions: comparison.predictionLines,
                to: folder)
            try flags.gate(outcomes)
        }
    }
}
