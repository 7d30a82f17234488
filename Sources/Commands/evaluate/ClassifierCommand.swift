import ArgumentParser
import Commands
import Evaluation
import Files
import Inference
import ModelFolders
import Text

/// `evaluate classifier`.
struct ClassifierCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "classifier",
        abstract: "Evaluates a classifier on labeled headlines.",
        discussion: """
            Prints a short table and a verdict; --report writes the full report. Metrics for --fail-under and --fail-over: \
            \(ClassifierEvaluation.metricNames.joined(separator: ", ")).

            Exits with status 0 on success, 1 if a threshold is not met, 64 for invalid flags, and 65 if the data or the model \
            cannot be used. Overlap with the training file beyond --allow-leakage counts as unusable data.

            Examples:

              evaluate classifier --model checkpoints/classifier-sample/best --data data/sample/headlines.jsonl \
            --held-out stratified:0.2:1
              evaluate classifier --model DIR --data validation.jsonl --train train.jsonl --report reports/classifier
              evaluate classifier --model DIR --data validation.jsonl --train train.jsonl --baselines naive-bayes \
            --fail-under accuracy=0.6 --fail-over expectedCalibrationError=0.1
            """)

    @Option(help: ArgumentHelp("The model folder of a classifier.", valueName: "dir"))
    var model: String

    @OptionGroup var flags: EvaluationFlags

    @Option(
        help: ArgumentHelp(
            "Baselines to train on the training file: some of majority,naive-bayes,logistic-regression, or none. The last takes minutes on 50,000 headlines.",
            valueName: "list"))
    var baselines = "majority,naive-bayes,logistic-regression"

    @Option(
        help: ArgumentHelp(
            "Number of headlines to label again without each of their words, to find influential ones; 0 for none.",
            valueName: "n"))
    var words = 200

    @Flag(help: "Write the metrics into the README.md of the model folder.")
    var updateCard = false

    func validate() throws {
        guard words >= 0 else { throw ValidationError("--words is \(words), expected a whole number of at least 0") }
    }

    func run() throws {
        try reportingFailure {
            let folder = try flags.reportFolder()
            let thresholds = try flags.thresholds(known: ClassifierEvaluation.metricNames)
            var options = ClassifierEvaluation.Options()
            options.baselines = try naming("--baselines \(baselines)") { try ClassifierBaseline.list(baselines) }
            options.wordHeadlines = words
            flags.compute.apply()
            let bar = ProgressBar.standardError(quiet: flags.quiet)
            defer { bar.clear() }
            // A model of the other kind is refused before data is read.
            try requireKind(.classifier, in: model, flag: "--model")
            let data = try flags.evaluationData(isLabeled: true, models: [(model, .classifier)])
            let evaluation = try advising {
                try ClassifierEvaluation(folder: model, data: data, options: options, flags.context(bar))
            }
            bar.clear()
            print(evaluation.summary)
            try flushStandardOutput()
            let outcomes = thresholds.map { $0.judged(by: evaluation.metrics) }
            try flags.write(
                evaluation.report(outcomes), evaluation.json(outcomes), predictions: evaluation.predictionLines,
                to: folder)
            if updateCard { try evaluation.updateCard() }
            try flags.gate(outcomes)
        }
    }
}
