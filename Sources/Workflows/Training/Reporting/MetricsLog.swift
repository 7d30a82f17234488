import Files
import Foundation
import JSON

/// `metrics.jsonl`: every event of a run, one JSON object a line, for programs to read.
///
/// Every object has `kind` and `time` (seconds since 1970, when it was written). The other fields by kind, with losses in nats
/// per token or headline predicted, times in seconds and sizes in bytes:
///
/// | kind | fields |
/// |---|---|
/// | `started` | `name` `parameters` `trainedParameters` `trainingHeadlines` `validationHeadlines` `trainingTokens` `resumedAfterStep` `totalSteps` |
/// | `step` | `step` `totalSteps` `epoch` `loss` `learningRate` `gradientNorm` `tokens` `seconds` `tokensPerSecond` `residentMemory` `skipped` |
/// | `evaluation` | `step` `loss`, the figures of the task (generator: `perplexity` `bitsPerByte`), `tokens` or `headlines` scored, `seconds` `best` |
/// | `samples` | `step` `samples`: a list of `prompt` `completion` |
/// | `saved` | `step` `path` `seconds` `bytes` |
/// | `note` `warning` | `text` |
/// | `stopped` | `step` `reason` |
/// | `finished` | `steps` `seconds` `tokens` `bestStep` `bestLoss` (or what else decides) `peakResidentMemory` |
///
/// A number that is unknown or not finite is null; for one that is not finite, a last field `note` has its value.
public final class MetricsLog: TrainingObserver {
    private let file: AppendOnlyFile
    private let clock: () -> Double
    /// A sentence about a log that was not as its checkpoint says when it was resumed; `nil` if it was.
    public let resumeNote: String?

    /// Begins a new log.
    /// - Parameter clock: Returns seconds since 1970.
    /// - Throws: `FileError`, also when there is a file already.
    public init(creating path: String, clock: @escaping () -> Double = wallClock) throws {
        file = try AppendOnlyFile(creating: path)
        self.clock = clock
        resumeNote = nil
    }

    /// Resumes a log at a checkpoint: later lines are cut off, so that no step is there twice.
    ///
    /// A log that is shorter than the checkpoint says is continued all the same, and `resumeNote` says so: losing the record
    /// of a run is no reason to lose the run.
    /// - Parameter offset: The `offset` of the log when the checkpoint was written.
    /// - Throws: `FileError` when the file cannot be opened or cut.
    public init(resuming path: String, at offset: Int, clock: @escaping () -> Double = wallClock) throws {
        file = try AppendOnlyFile(continuing: path)
        self.clock = clock
        let found = file.length
        let end = try file.endOfLastLine(before: max(0, offset))
        try file.truncate(to: end)
        if found < offset {
            resumeNote =
                "\(path) has \(found) bytes where the checkpoint expects \(offset); the lost lines are not written again"
        } else if end != offset {
            resumeNote =
                "\(path) has no line that ends at byte \(offset), where the checkpoint expects one; it was cut at \(end)"
        } else {
            resumeNote = nil
        }
    }

    /// The bytes written so far; after `flush`, a checkpoint stores this.
    public var offset: Int { file.length }

    /// Receives an event.
    public func receive(_ event: TrainingEvent) throws {
        var line = MetricsLine()
        line.add("kind", event.kind)
        line.add("time", (clock() * 1000).rounded() / 1000)
        event.addFields(to: &line)
        try file.append(line.json.serialized() + [UInt8(ascii: "\n")])
    }

    /// Returns once all events so far are safe from a power cut.
    public func flush() throws { try file.synchronize() }
}

/// Returns the seconds since 1970.
public func wallClock() -> Double { Date().timeIntervalSince1970 }

extension TrainingEvent {
    fileprivate var kind: String {
        switch self {
        case .note: "note"
        case .started: "started"
        case .step: "step"
        case .evaluation: "evaluation"
        case .samples: "samples"
        case .saved: "saved"
        case .warning: "warning"
        case .stopped: "stopped"
        case .finished: "finished"
        }
    }

    fileprivate func addFields(to line: inout MetricsLine) {
        switch self {
        case .started(let event): event.addFields(to: &line)
        case .step(let event): event.addFields(to: &line)
        case .evaluation(let event): event.addFields(to: &line)
        case .samples(let event):
            line.add("step", event.step)
            line.add("samples", .array(event.samples.map(\.json)))
        case .saved(let event):
            line.add("step", event.step)
            line.add("path", event.path)
            line.add("seconds", event.seconds)
            line.add("bytes", event.bytes)
        case .note(let text), .warning(let text): line.add("text", text)
        case .stopped(let reason, let step):
            line.add("step", step)
            line.add("reason", reason)
        case .finished(let event): event.addFields(to: &line)
        }
    }
}

extension StartedEvent {
    fileprivate func addFields(to line: inout MetricsLine) {
        line.add("name", name)
        line.add("parameters", parameters)
        line.add("trainedParameters", trainedParameters)
        line.add("trainingHeadlines", trainingHeadlines)
        line.add("validationHeadlines", validationHeadlines)
        line.add("trainingTokens", trainingTokens)
        line.add("resumedAfterStep", resumedAfterStep)
        line.add("totalSteps", totalSteps)
    }
}

extension StepEvent {
    fileprivate func addFields(to line: inout MetricsLine) {
        line.add("step", step)
        line.add("totalSteps", totalSteps)
        line.add("epoch", epoch)
        line.add("loss", loss)
        line.add("learningRate", learningRate)
        line.add("gradientNorm", gradientNorm)
        line.add("tokens", tokens)
        line.add("seconds", seconds)
        line.add("tokensPerSecond", tokensPerSecond)
        line.add("residentMemory", residentMemory)
        line.add("skipped", isSkipped)
    }
}

extension EvaluationEvent {
    fileprivate func addFields(to line: inout MetricsLine) {
        line.add("step", step)
        line.add("loss", result.loss)
        for figure in result.figures { line.add(figure.name, figure.value) }
        line.add("\(unit.rawValue)s", result.count)
        line.add("seconds", seconds)
        line.add("best", isBest)
    }
}

extension SamplesEvent.Sample {
    fileprivate var json: JSONValue {
        .object([("prompt", .string(prompt)), ("completion", .string(completion))])
    }
}

extension FinishedEvent {
    fileprivate func addFields(to line: inout MetricsLine) {
        line.add("steps", steps)
        line.add("seconds", seconds)
        line.add("tokens", tokens)
        line.add("bestStep", bestStep)
        if let best { line.add("best" + best.name.prefix(1).uppercased() + best.name.dropFirst(), best.value) }
        line.add("peakResidentMemory", peakResidentMemory)
    }
}
