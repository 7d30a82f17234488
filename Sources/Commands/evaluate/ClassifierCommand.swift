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
        abstract: "Judges a classifier on labelled headlines.",
        discussion: """
            Prints a short table and a verdict; --report writes the whole report. Figures for --fail-under and --fail-over: \
            \(ClassifierEvaluation.measureNames.joined(separator: ", ")).

            Ends with 0, with 1 when a threshold is not met, with 64 for wrong flags, and with 65 for data or a model that \
            cannot be used, also when more of --data than --allow-leakage stands in the training file.

            Examples:

              evaluate classifier --model checkpoints/classifier-sample/best --data data/sample/headlines.jsonl \
            --held-out stratified:0.2:1
              evaluate classifier --model DIR --data validation.jsonl --train train.jsonl --report reports/classifier
              evaluate classifier --model DIR --data validation.jsonl --train train.jsonl --baselines naive-bayes \
            --fail-under accuracy=0.6 --fail-over expectedCalibrationError=0.1
            """)

    @Option(help: ArgumentHelp("A classifier's model folder.", valueName: "dir"))
    var model: String

    @OptionGroup var flags: EvaluationFlags

    @Option(
        help: ArgumentHelp(
            "Which of majority,naive-bayes,logistic-regression learn from the training file beside the model; none for none. The last takes minutes on 50,000 headlines.",
            valueName: "list"))
    var baselines = "majority,naive-bayes,logistic-regression"

    @Option(
        help: ArgumentHelp("How many headlines are read without each of their words; 0 for none.", valueName: "n"))
    var words = 200

    @Flag(help: "Write the figures into the README.md of the model folder.")
    var updateCard = false

    func validate() throws {
        guard words >= 0 else { throw ValidationError("--words is \(words), expected a whole number from 0 on") }
    }

    func run() throws {
        try reportingFailure {
            let folder = try flags.reportFolder()
            let thresholds = try flags.thresholds(known: ClassifierEvaluation.measureNames)
            var options = ClassifierEvaluation.Options()
            options.baselines = try ClassifierBaseline.list(baselines)
            options.wordHeadlines = words
            flags.compute.apply()
            let bar = ProgressBar.standardError(quiet: flags.quiet)
            defer { bar.clear() }
            // A model of the other kind is told before its data is read.
            try ModelIdentity.require(.classifier, in: model)
            let data = try flags.evaluationData(isLabelled: true, models: [(model, .classifier)])
            let evaluation = try ClassifierEvaluation(folder: model, data: data, options: options, flags.context(bar))
            bar.clear()
            print(evaluation.summary)
            try flushStandardOutput()
            let outcomes = thresholds.map { $0.judged(by: evaluation.measures) }
            try flags.write(
                evaluation.report(outcomes), evaluation.json(outcomes), predictions: evaluation.predictionLines,
                to: folder)
            if updateCard { try evaluation.updateCard() }
            try flags.gate(outcomes)
        }
    }
}
