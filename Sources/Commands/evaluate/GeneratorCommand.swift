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
        abstract: "Judges a generator on headlines, and the headlines it writes.",
        discussion: """
            Prints a short table and a verdict; --report writes the whole report. Figures for --fail-under and --fail-over: \
            \(GeneratorEvaluation.measureNames.joined(separator: ", ")). copiedShare takes --train or --held-out, \
            the categories take --classifier.

            Ends with 0, with 1 when a threshold is not met, with 64 for wrong flags, and with 65 for data or a model that \
            cannot be used, also when more of --data than --allow-leakage stands in the training file.

            Examples:

              evaluate generator --model checkpoints/generator-sample/best --data data/sample/headlines.jsonl \
            --held-out stratified:0.2:1
              evaluate generator --model DIR --data validation.jsonl --train train.jsonl --report reports/generator
              evaluate generator --model DIR --base distilgpt2 --classifier DIR --data validation.jsonl \
            --train train.jsonl --fail-over perplexity=80 --fail-over copiedShare=0.05
            """)

    @Option(help: ArgumentHelp("A generator's model folder.", valueName: "dir"))
    var model: String

    @OptionGroup var flags: EvaluationFlags

    @Option(help: ArgumentHelp("The model before it was tuned, for comparison.", valueName: "dir"))
    var base: String?

    @Option(help: ArgumentHelp("A classifier that labels what is written.", valueName: "dir"))
    var classifier: String?

    @Option(help: ArgumentHelp("How many whole headlines are written and judged.", valueName: "n"))
    var samples = 200

    @Option(
        parsing: .singleValue,
        help: ArgumentHelp(
            "A beginning to complete for the report, in place of openings of --data; may be repeated.",
            valueName: "text"))
    var prompt: [String] = []

    @OptionGroup(title: "Sampling") var sampling: SamplingFlags

    @Flag(help: "Write the figures into the README.md of the model folder.")
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

    /// Of figures that there will not be, the flag that they take.
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
            let thresholds = try flags.thresholds(known: GeneratorEvaluation.measureNames, missing: missing)
            try request.sampling.check()
            flags.compute.apply()
            let bar = ProgressBar.standardError(quiet: flags.quiet)
            defer { bar.clear() }
            // A model of the other kind is told before its data is read.
            try ModelIdentity.require(.generator, in: model)
            if let base { try ModelIdentity.require(.generator, in: base) }
            if let classifier { try ModelIdentity.require(.classifier, in: classifier) }
            let data = try flags.evaluationData(isLabelled: false, models: [(model, .generator)])
            let evaluation = try GeneratorEvaluation(
                folder: model, data: data, base: base, samples: request, flags.context(bar))
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
