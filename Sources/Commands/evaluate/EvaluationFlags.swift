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

/// The flags that every evaluation has, and what they stand for.
struct EvaluationFlags: ParsableArguments {
    @Option(help: ArgumentHelp("Headlines to judge on: CSV, TSV, JSONL, JSON or TXT, also gzipped.", valueName: "file"))
    var data: String

    @Option(help: ArgumentHelp("Headlines that were trained on, for baselines and overlap.", valueName: "file"))
    var train: String?

    @Option(
        help: ArgumentHelp(
            "Judge on the part of --data that training held out, and take the rest as --train: data.split of the run, such as stratified:0.2:1.",
            valueName: "method:fraction:seed"))
    var heldOut: String?

    @Option(
        help: ArgumentHelp(
            "Write report.html, report.md, report.json and predictions.jsonl to this new folder.", valueName: "dir"))
    var report: String?

    @Option(
        name: .customLong("set"), parsing: .singleValue,
        help: ArgumentHelp(
            "How files are read, as in training: data.columns.category=section, labels.map=FILE; may be repeated.",
            valueName: "key.path=value"))
    var overrides: [String] = []

    @Option(
        parsing: .singleValue,
        help: ArgumentHelp("End with status 1 when a figure is below; may be repeated.", valueName: "name=value"))
    var failUnder: [String] = []

    @Option(
        parsing: .singleValue,
        help: ArgumentHelp("End with status 1 when a figure is above; may be repeated.", valueName: "name=value"))
    var failOver: [String] = []

    @Option(
        help: ArgumentHelp(
            "The largest share of --data that may stand in the training file, exactly or nearly.", valueName: "share"))
    var allowLeakage = EvaluationData.defaultLeakage

    @Option(help: ArgumentHelp("Of all random draws.", valueName: "n"))
    var seed: UInt64 = 1

    @Option(help: ArgumentHelp("How often headlines are drawn for an interval.", valueName: "n"))
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

    /// The limits, held to the figures that there can be.
    /// - Parameter missing: Of figures that there will not be, the flag that they take.
    func thresholds(known: [String], missing: [String: String] = [:]) throws -> [Threshold] {
        try failUnder.map { try Threshold($0, .under, known: known, missing: missing) }
            + failOver.map { try Threshold($0, .over, known: known, missing: missing) }
    }

    /// The folder of the report, checked before any work.
    func reportFolder() throws -> ReportFolder? { try report.map { try ReportFolder(path: $0) } }

    /// Reads the headlines, and says on standard error what the runs of the models have against them.
    func evaluationData(isLabelled: Bool, models: [(path: String, kind: ModelKind)]) throws -> EvaluationData {
        var request = try request(isLabelled: isLabelled)
        request.runs = models.compactMap { run(of: $0.path, $0.kind) }
        let data = try EvaluationData(request)
        for remark in data.remarks where remark.isWarning { writeLine("warning: \(escapedForTerminal(remark.text))") }
        return data
    }

    /// The settings of the run whose folder a model folder lies in; `nil` for a model that lies elsewhere.
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
                "warning: \(escapedForTerminal("\(error)")); so nobody checked whether the model has learned from these headlines"
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

    private func request(isLabelled: Bool) throws -> EvaluationData.Request {
        let settings = try resolve(HeadlineFileSettings(), overrides: overrides)
        var request = EvaluationData.Request(data: data, isLabelled: isLabelled)
        request.training = train
        request.heldOut = try heldOut.map { try EvaluationData.HeldOut($0) }
        request.format = settings.data.format
        request.columns = settings.data.columns
        request.map = try settings.labels.labelMap()
        request.allowedLeakage = allowLeakage
        return request
    }

    /// Seed, command and a progress bar.
    func context(_ bar: ProgressBar) -> EvaluationContext {
        EvaluationContext(bootstrap: Bootstrap(seed: seed, resamples: resamples), command: typedCommand) {
            bar.show($0, $1)
        }
    }

    /// Writes the report and says where.
    func write(_ report: Report, _ document: JSONValue, predictions: [UInt8], to folder: ReportFolder?) throws {
        guard let folder else { return }
        try folder.write(report, json: document, others: [("predictions.jsonl", predictions)])
        if !quiet { writeLine("wrote \(folder.path)/report.html, report.md, report.json and predictions.jsonl") }
    }

    /// Ends with status 1 when a threshold was not met.
    func gate(_ outcomes: [Threshold.Outcome]) throws {
        let failed = outcomes.filter { !$0.holds }
        for outcome in failed { writeLine("failed: \(outcome.sentence)") }
        if !failed.isEmpty { throw ExitCode(ErrorCategory.failure.exitCode) }
    }
}
