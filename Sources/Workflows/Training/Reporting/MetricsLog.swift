import Files
import Foundation
import ProcessMemory

/// `metrics.jsonl`: everything that happened in a run, one JSON object a line, for programs to read.
///
/// Every object has `kind` and `time` (seconds since 1970). The other fields by kind, with losses in nats per token or headline predicted, times in
/// seconds and sizes in bytes:
///
/// | kind | fields |
/// |---|---|
/// | `started` | `name` `parameters` `trainedParameters` `trainingHeadlines` `validationHeadlines` `trainingTokens` `resumedAfterStep` `totalSteps` |
/// | `step` | `step` `totalSteps` `epoch` `loss` `learningRate` `gradientNorm` `tokens` `seconds` `tokensPerSecond` `residentMemory` `skipped` |
/// | `evaluation` | `step` `loss`, the figures of the task (generator: `perplexity` `bitsPerByte`), `tokens` or `headlines` scored, `seconds` `best` |
/// | `samples` | `step` `samples`: a list of `prompt` `completion` |
/// | `saved` | `step` `path` `seconds` `bytes` |
/// | `warning` | `text` |
/// | `stopped` | `step` `reason` |
/// | `finished` | `steps` `seconds` `tokens` `bestStep` `bestLoss` (or what else decides) `peakResidentMemory` |
///
/// A number that is unknown or not finite is null; for one that is not finite a field `note` says what it was.
public final class MetricsLog: TrainingObserver {
    private let file: AppendOnlyFile
    private let clock: () -> Double
    /// What was not as the checkpoint said when the log was resumed, as a sentence; `nil` if all was.
    public let resumeNote: String?

    /// Begins a new log.
    /// - Parameter clock: seconds since 1970.
    /// - Throws: `FileError`, also when there is a file already.
    public init(creating path: String, clock: @escaping () -> Double = wallClock) throws {
        file = try AppendOnlyFile(creating: path)
        self.clock = clock
        resumeNote = nil
    }

    /// Goes on with a log as it was at a checkpoint: what was written after it is cut off, so that no step is there twice.
    ///
    /// A log that is shorter than the checkpoint says is continued all the same, with `resumeNote` saying so: losing the record
    /// of a run is no reason to lose the run.
    /// - Parameter offset: the `offset` of the log when the checkpoint was made.
    /// - Throws: `FileError` when the file cannot be opened or cut.
    public init(resuming path: String, at offset: Int, clock: @escaping () -> Double = wallClock) throws {
        file = try AppendOnlyFile(continuing: path)
        self.clock = clock
        let found = file.length
        let end = try file.endOfLastLine(before: max(0, offset))
        try file.truncate(to: end)
        if found < offset {
            resumeNote =
                "\(path) has \(found) bytes where the checkpoint expects \(offset); what was lost is not written again"
        } else if end != offset {
            resumeNote =
                "\(path) has no line that ends at byte \(offset), where the checkpoint expects one; it was cut at \(end)"
        } else {
            resumeNote = nil
        }
    }

    /// Bytes written so far; after `flush`, what a checkpoint should store.
    public var offset: Int { file.length }

    public func receive(_ event: TrainingEvent) throws {
        var line = JSONLine()
        line.add("kind", event.kind)
        line.add("time", (clock() * 1000).rounded() / 1000)
        event.addFields(to: &line)
        try file.append(Array((line.text + "\n").utf8))
    }

    public func flush() throws { try file.synchronize() }
}

/// Seconds since 1970.
public func wallClock() -> Double { Date().timeIntervalSince1970 }

extension TrainingEvent {
    fileprivate var kind: String {
        switch self {
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

    fileprivate func addFields(to line: inout JSONLine) {
        switch self {
        case .started(let run): run.addFields(to: &line)
        case .step(let event): event.addFields(to: &line)
        case .evaluation(let event): event.addFields(to: &line)
        case .samples(let event):
            line.add("step", event.step)
            line.add("samples", event.samples.map(\.json))
        case .saved(let event):
            line.add("step", event.step)
            line.add("path", event.path)
            line.add("seconds", event.seconds)
            line.add("bytes", event.bytes)
        case .warning(let text): line.add("text", text)
        case .stopped(let reason, let step):
            line.add("step", step)
            line.add("reason", reason)
        case .finished(let run): run.addFields(to: &line)
        }
    }
}

extension StartedEvent {
    fileprivate func addFields(to line: inout JSONLine) {
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
    fileprivate func addFields(to line: inout JSONLine) {
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
    fileprivate func addFields(to line: inout JSONLine) {
        line.add("step", step)
        line.add("loss", result.loss)
        for figure in result.figures { line.add(figure.name, figure.value) }
        line.add("\(unit.rawValue)s", result.count)
        line.add("seconds", seconds)
        line.add("best", isBest)
    }
}

extension SamplesEvent.Sample {
    fileprivate var json: JSONLine {
        var object = JSONLine()
        object.add("prompt", prompt)
        object.add("completion", completion)
        return object
    }
}

extension FinishedEvent {
    fileprivate func addFields(to line: inout JSONLine) {
        line.add("steps", steps)
        line.add("seconds", seconds)
        line.add("tokens", tokens)
        line.add("bestStep", bestStep)
        if let best { line.add("best" + best.name.prefix(1).uppercased() + best.name.dropFirst(), best.value) }
        line.add("peakResidentMemory", peakResidentMemory)
    }
}
