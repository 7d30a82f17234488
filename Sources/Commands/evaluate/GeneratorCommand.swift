import ArgumentParser
import Commands
import Evaluation
import Files
import Inference
import ModelFolders
import Text

/// `evaluate generator`.
struct GeneratorCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "generator",
        abstract: "Evaluates a generator on headlines, and the headlines it writes.",
        discussion: """
            Prints a short table and a verdict; --report writes the full report. Metrics for --fail-under and --fail-over: \
            \(GeneratorEvaluation.metricNames.joined(separator: ", ")). copiedShare needs --train or --held-out, \
            the categories need --classifier.

            Exits with status 0 on success, 1 if a threshold is not met, 64 for invalid flags, and 65 if the data or the model \
            cannot be used. Overlap with the training file beyond --allow-leakage counts as unusable data.

            Examples:

              evaluate generator --model checkpoints/generator-sample/best --data data/sample/headlines.jsonl \
            --held-out stratified:0.2:1
              evaluate generator --model DIR --data validation.jsonl --train train.jsonl --report reports/generator
              evaluate generator --model DIR --base distilgpt2 --classifier DIR --data validation.jsonl \
            --train train.jsonl --fail-over perplexity=80 --fail-over copiedShare=0.05
            """)

    @Option(help: ArgumentHelp("The model folder of a generator.", valueName: "dir"))
    var model: String

    @OptionGroup var flags: EvaluationFlags

    @Option(help: ArgumentHelp("The model before fine-tuning, for comparison.", valueName: "dir"))
    var base: String?

    @Option(help: ArgumentHelp("A classifier that labels the samples.", valueName: "dir"))
    var classifier: String?

    @Option(help: ArgumentHelp("Number of headlines to write and evaluate.", valueName: "n"))
    var samples = 200

    @Option(
        parsing: .singleValue,
        help: ArgumentHelp(
            "A prompt to complete for the report instead of openings from --data; may be repeated.",
            valueName: "text"))
    var prompt: [String] = []

    @OptionGroup(title: "Sampling") var sampling: SamplingFlags

    @Flag(help: "Write the metrics into the README.md of the model folder.")
    var updateCard = false

    func validate() throws {
        guard (1...100_000).contains(samples) else {
            throw ValidationError("--samples is \(samples), expected a whole number from 1 to 100000")
        }
    }

    private var request: GeneratedSamples.Request {
        var request = GeneratedSamples.Request()
        request.count = samples
        request.prompts = prompt
        request.consistencyOpenings = min(samples, request.consistencyOpenings)
        request.classifier = classifier
        request.sampling = sampling.options(seed: flags.seed)
        return request
    }

    /// The metrics that this evaluation will not have, each with the flag it needs.
    private var missing: [String: String] {
        var missing: [String: String] = [:]
        if flags.train == nil, flags.heldOut == nil { missing["copiedShare"] = "--train or --held-out" }
        if classifier == nil {
            for name in ["categoryDistance", "categoryConsistency"] { missing[name] = "--classifier" }
        }
        if samples == 1 { missing["selfBLEU"] = "--samples 2 or more" }
        return missing
    }

    func run() throws {
        try reportingFailure {
            let folder = try flags.reportFolder()
            let thresholds = try flags.thresholds(known: GeneratorEvaluation.metricNames, missing: missing)
            try request.sampling.check()
            flags.compute.apply()
            let bar = ProgressBar.standardError(quiet: flags.quiet)
            defer { bar.clear() }
            // A model of the other kind is refused before data is read.
            try requireKind(.generator, in: model, flag: "--model")
            if let base { try requireKind(.generator, in: base, flag: "--base") }
            if let classifier { try requireKind(.classifier, in: classifier, flag: "--classifier") }
            let data = try flags.evaluationData(isLabeled: false, models: [(model, .generator)])
            let evaluation = try advising {
                try GeneratorEvaluation(folder: model, data: data, base: base, samples: request, flags.context(bar))
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
