import ArgumentParser
import Commands
import Configuration
import Evaluation
import Files
import HeadlineData
import Metrics
import Reports

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
    var allowLeakage = EvaluationData.usualLeakage

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
    func thresholds(known: [String]) throws -> [Threshold] {
        try failUnder.map { try Threshold($0, .under, known: known) }
            + failOver.map { try Threshold($0, .over, known: known) }
    }

    /// The folder of the report, checked before any work.
    func reportFolder() throws -> ReportFolder? { try report.map { try ReportFolder(path: $0) } }

    /// What is read.
    func request(isLabelled: Bool) throws -> EvaluationData.Request {
        let settings = try resolve(HeadlineFileSettings(), overrides: overrides)
        var request = EvaluationData.Request(data: data, isLabelled: isLabelled)
        request.training = train
        request.heldOut = try heldOut.map { try EvaluationData.HeldOut($0) }
        request.format = settings.data.format
        request.columns = settings.data.columns.names
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

    /// Writes the report, says where, and ends with status 1 when a threshold was not met.
    func finish(
        _ folder: ReportFolder?, _ report: Report, _ document: JSONValue, predictions: [UInt8],
        _ outcomes: [Threshold.Outcome]
    ) throws {
        if let folder {
            try folder.write(report, json: document, others: [("predictions.jsonl", predictions)])
            if !quiet { writeLine("wrote \(folder.path)/report.html, report.md, report.json and predictions.jsonl") }
        }
        let failed = outcomes.filter { !$0.holds }
        for outcome in failed { writeLine("failed: \(outcome.sentence)") }
        if !failed.isEmpty { throw ExitCode(ExitStatus.failure.rawValue) }
    }
}
