import Autograd
import Files
import Foundation
import HeadlineData
import NumericCore
import Optimization
import ProcessMemory
import Text

extension TrainingRun {
    /// Reads and checks everything a run needs, makes one step's passes without changing a weight, and estimates the run's
    /// sizes, memory, disk and time. A checkpoint that the run would resume from is checked against the settings and the data
    /// as in training, and the time is that of the remaining steps. Writes nothing.
    /// - Parameter note: Receives sentences for people, one by one.
    public func dryRun(note: (String) -> Void) throws {
        if let threads = settings.threads { Parallelism.setThreads(threads) }
        note(try folderNote())
        try requireWritable(nearestFolder)
        let found = resume ? try checkpoint() : nil
        if resume, found == nil { note("warning: \(nothingToResume)") }
        for (_, problem) in found?.damaged ?? [] { note("warning: passed over \(problem)") }
        let setup = try Setup(settings, restoring: found != nil, note: note)
        try found?.requireData(of: setup.task)
        let length = TrainingLength(of: setup.task.plan, settings.batches)
        _ = try TrainingLoop.schedule(settings.optimizer, length)
        let estimate = try Estimate(setup.task, settings, length, from: found)
        for line in estimate.lines(for: settings) { note(line) }
        let needed = estimate.diskBytes(settings.checkpoints)
        if let available = try? availableBytes(at: nearestFolder), available < needed {
            note(
                "warning: the disk of \(folderPath) has \(Formatting.bytes(available)) free, and the run needs about "
                    + Formatting.bytes(needed))
        }
    }

    private func folderNote() throws -> String {
        guard try RunFolder.holdsRun(folderPath) else { return "run folder: \(folderPath) (new)" }
        guard let found = try RunFolder.newestCheckpoint(in: folderPath) else {
            return "run folder: \(folderPath) (holds a run without a checkpoint, which would begin afresh)"
        }
        return "run folder: \(folderPath) (holds a run with a checkpoint after step \(found.step))"
    }

    /// The run folder if it is there, else the nearest one above it that is.
    private var nearestFolder: String {
        var path = folderPath
        while !isFolder(path) {
            let above = (path as NSString).deletingLastPathComponent
            guard above != path, !above.isEmpty else { return "." }
            path = above
        }
        return path
    }
}

/// The estimated needs of a run, measured by a pass over its largest batch.
private struct Estimate {
    private let parameters: Int
    private let trained: Int
    private let length: TrainingLength
    private let storedFrozen: Int
    private let evaluations: Int
    private let evaluationTokens: Int
    private let runTokens: Double
    /// The steps that have been made.
    private let finishedSteps: Int
    /// The share of the run that is left.
    private let share: Double
    private let peakMemory: Int
    private let tokensPerSecond: Double

    init(
        _ task: any TrainingTask, _ settings: some RunSettings, _ length: TrainingLength, from found: ResumedState?
    ) throws {
        self.length = length
        finishedSteps = found?.header.progress.cursor.step ?? 0
        share = 1 - Double(min(finishedSteps, length.total)) / Double(length.total)
        parameters = task.allParameters.reduce(0) { $0 + $1.array.count }
        trained = task.trainedParameters.reduce(0) { $0 + $1.array.count }
        evaluations = length.evaluations(settings.evaluation)
        evaluationTokens = task.validationTokens
        runTokens = length.epochs(after: length.total) * Double(task.plan.lengths.reduce(0) { $0 + Int($1) })
        let gradients = Gradients(of: task.trainedParameters)
        let optimizer = AdamW(gradients, settings: settings.optimizer.adamW)
        let frozen = task.allParameters.filter { !gradients.contains($0) }
        let shared: FrozenBase?
        if let found {
            shared = try Checkpoint.restore(
                from: found.reader, gradients: gradients, optimizer: optimizer, frozen: frozen, base: task.base)
        } else {
            shared = try task.base.flatMap { try FrozenBase(frozen, of: $0) }
        }
        storedFrozen = frozen.reduce(0) { $0 + (shared?.names.contains($1.name) == true ? 0 : $1.array.count) }
        let warmUp = WarmUpPass(task: task, gradients: gradients, seed: UInt64(settings.seed))
        // The first pass also pays for its memory.
        warmUp.run()
        let (tokens, seconds) = warmUp.run()
        let start = steadyClock()
        // A rate of 0 changes no weight and costs as much as any other.
        optimizer.update(learningRate: 0, gradientScale: 0)
        let update = steadyClock() - start
        tokensPerSecond = runTokens / (runTokens * seconds / Double(max(1, tokens)) + Double(length.total) * update)
        peakMemory = peakResidentMemory()
    }

    /// Bytes of one run state: weights and two moments of trained parameters, and frozen ones that no base has.
    private var checkpointBytes: Int { 4 * (3 * trained + storedFrozen) }

    /// Returns the size of the run folder at its fullest: the newest checkpoints, of which the last good one may be one more
    /// than are kept, that of the best evaluation and one being written; two model folders and one being written.
    func diskBytes(_ settings: CheckpointSettings) -> Int {
        (max(settings.keep, 2) + 2) * checkpointBytes + 3 * 4 * parameters
    }

    func lines(for settings: some RunSettings) -> [String] {
        // Without gradients a token costs a third of what it costs with (Kaplan et al. 2020, table 1).
        let seconds = share * (runTokens + Double(evaluations * evaluationTokens) / 3) / tokensPerSecond
        let fixed = Formatting.bytes(4 * (parameters + 3 * trained))
        return [
            "model: \(grouped(parameters)) parameters"
                + (trained == parameters ? "" : ", \(grouped(trained)) of them trained"),
            "steps: \(grouped(length.total)) of at most \(grouped(settings.batches.tokensPerStep)) "
                + "tokens, \(Formatting.fixed(length.epochs(after: length.total), 2)) epochs; "
                + "\(grouped(evaluations)) evaluations"
                + (finishedSteps == 0 ? "" : "; \(grouped(length.total - finishedSteps)) steps are left"),
            "memory: about \(Formatting.bytes(peakMemory)), \(fixed) of it weights, gradients and moments",
            "disk: about \(Formatting.bytes(diskBytes(settings.checkpoints))), "
                + "\(Formatting.bytes(checkpointBytes)) for each checkpoint",
            "time: about \(Formatting.duration(seconds)) at the \(Formatting.rough(tokensPerSecond)) tokens/s measured now, "
                + "on \(Parallelism.threads) \(Parallelism.threads == 1 ? "thread" : "threads")",
        ]
    }
}
