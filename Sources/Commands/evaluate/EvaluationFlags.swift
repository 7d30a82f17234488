import ArgumentParser
import Commands
import Evaluation
import Files
import HeadlineData
import Inference
import JSON
import ModelFolders
import Reports
import Settings
import Statistics
import Text
import Training

/// The flags that every evaluation shares, and their meaning.
struct EvaluationFlags: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Headlines to evaluate on: CSV, TSV, JSONL, JSON or TXT, optionally gzipped.", valueName: "file"))
    var data: String

    @Option(help: ArgumentHelp("Headlines the model was trained on, for baselines and overlap.", valueName: "file"))
    var train: String?

    @Option(
        help: ArgumentHelp(
            "Evaluate on the part of --data that training held out, and use the rest as --train: data.split of the run, such as stratified:0.2:1.",
            valueName: "method:fraction:seed"))
    var heldOut: String?

    @Option(
        help: ArgumentHelp(
            "Write report.html, report.md, report.json and predictions.jsonl to this new folder.", valueName: "dir"))
    var report: String?

    @Option(
        name: .customLong("set"), parsing: .singleValue,
        help: ArgumentHelp(
            "Override how files are read, as in training: data.columns.category=section, labels.map=FILE; may be repeated.",
            valueName: "key.path=value"))
    var overrides: [String] = []

    @Option(
        parsing: .singleValue,
        help: ArgumentHelp("Exit with status 1 if a metric is below this; may be repeated.", valueName: "name=value"))
    var failUnder: [String] = []

    @Option(
        parsing: .singleValue,
        help: ArgumentHelp("Exit with status 1 if a metric is above this; may be repeated.", valueName: "name=value"))
    var failOver: [String] = []

    @Option(
        help: ArgumentHelp(
            "Largest share of --data that may be copies or near-duplicates of training headlines.", valueName: "share"))
    var allowLeakage = EvaluationData.defaultLeakage

    @Option(help: ArgumentHelp("Seed of all random draws.", valueName: "n"))
    var seed: UInt64 = 1

    @Option(help: ArgumentHelp("Number of bootstrap resamples per interval.", valueName: "n"))
    var resamples = 2_000

    @OptionGroup var compute: ComputeFlags

    @Flag(name: .shortAndLong, help: "Print no progress.")
    var quiet = false

    func validate() throws {
        guard (100...1_000_000).contains(resamples) else {
            throw ValidationError("--resamples is \(resamples), expected a whole number from 100 to 1000000")
        }
        guard allowLeakage >= 0, allowLeakage <= 1 else {
            throw ValidationError("--allow-leakage is \(allowLeakage), expected a share from 0 to 1")
        }
    }

    /// Reads the thresholds.
    /// - Parameters:
    ///   - known: The names of all metrics.
    ///   - missing: Metrics that this evaluation will not have, each with the flag it needs.
    func thresholds(known: [String], missing: [String: String] = [:]) throws -> [Threshold] {
        func read(_ texts: [String], _ side: Threshold.Side, _ flag: String) throws -> [Threshold] {
            try texts.map { text in
                try naming("\(flag) \(text)") { try Threshold(text, side, known: known, missing: missing) }
            }
        }
        return try read(failUnder, .under, "--fail-under") + read(failOver, .over, "--fail-over")
    }

    /// The folder of the report, checked before any work.
    func reportFolder() throws -> ReportFolder? {
        try report.map { path in try naming("--report") { try ReportFolder(path: path) } }
    }

    /// Reads the headlines, and prints the warnings of the models' training runs to standard error.
    func evaluationData(isLabeled: Bool, models: [(path: String, kind: ModelKind)]) throws -> EvaluationData {
        var request = try request(isLabeled: isLabeled)
        request.runs = models.compactMap { run(of: $0.path, $0.kind) }
        let data = try advising { try EvaluationData(request) }
        for remark in data.remarks where remark.isWarning { writeLine("warning: \(escapedForTerminal(remark.text))") }
        return data
    }

    /// The record of the run that a model folder belongs to; `nil` for a model outside a run folder.
    private func run(of model: String, _ kind: ModelKind) -> RunRecord? {
        let folder = ConfiguredPath(model).path
        let path = ConfiguredPath("../config.yaml", relativeTo: folder).path
        guard ["/best", "/last"].contains(where: folder.hasSuffix), pathExists(path) else { return nil }
        do {
            switch kind {
            case .generator:
                let settings = try resolve(GeneratorSettings(), file: path, translatingFormerKeys: true)
                return record(path, settings.data, temperature: false)
            case .classifier:
                let settings = try resolve(ClassifierSettings(), file: path, translatingFormerKeys: true)
                return record(path, settings.data, temperature: settings.calibration.temperature)
            }
        } catch {
            writeLine(
                "warning: \(escapedForTerminal("\(error)")); so whether the model was trained on these headlines was not checked"
            )
            return nil
        }
    }

    private func record(_ path: String, _ data: DataSettings, temperature: Bool) -> RunRecord? {
        guard let train = data.train else { return nil }
        let split = data.split
        return RunRecord(
            path: path, training: train.path, validation: data.validation?.path,
            heldOut: .init(method: split.method, fraction: split.fraction, seed: UInt64(split.seed)),
            fitsTemperature: temperature)
    }

    private func request(isLabeled: Bool) throws -> EvaluationData.Request {
        let settings = try resolve(HeadlineFileSettings(), overrides: overrides, overrideName: "--set")
        var request = EvaluationData.Request(data: data, isLabeled: isLabeled)
        request.training = train
        request.heldOut = try heldOut.map { text in
            try naming("--held-out \(text)") { try EvaluationData.HeldOut(text) }
        }
        request.format = settings.data.format
        request.columns = settings.data.columns
        request.map = try settings.labels.labelMap()
        request.allowedLeakage = allowLeakage
        return request
    }

    /// The context of the evaluation, with a progress bar.
    func context(_ bar: ProgressBar) -> EvaluationContext {
        var inputs = InputNames()
        inputs.training = "the training file (--train, or --held-out)"
        inputs.base = "the base model (--base)"
        inputs.baselines = "some baselines (--baselines)"
        return EvaluationContext(
            bootstrap: Bootstrap(seed: seed, resamples: resamples), command: typedCommand, inputs: inputs
        ) { bar.show($0, $1) }
    }

    /// Writes the report and prints its location.
    func write(_ report: Report, _ document: JSONValue, predictions: [UInt8], to folder: ReportFolder?) throws {
        guard let folder else { return }
        try folder.write(report, json: document, others: [("predictions.jsonl", predictions)])
        if !quiet { writeLine("Wrote \(folder.path)/report.html, report.md, report.json and predictions.jsonl") }
    }

    /// Exits with status 1 if a threshold is not met.
    func gate(_ outcomes: [Threshold.Outcome]) throws {
        let failed = outcomes.filter { !$0.holds }
        for outcome in failed { writeLine("failed: \(outcome.sentence)") }
        if !failed.isEmpty { throw ExitCode(ErrorCategory.failure.exitCode) }
    }
}
