import Autograd
public import Checkpoints
import Files
import Foundation
import HeadlineData
import NumericCore
import Optimization
import ProcessMemory
import Text

/// The one training loop: evaluate, save, step, until the last step or until asked to stop.
///
/// Every step is a function of the state before it: a run that is stopped anywhere and resumed ends with the bits of one that
/// never was.
public final class TrainingLoop {
    /// The end of a run.
    public enum Outcome: Equatable, Sendable {
        /// All steps were made.
        case finished
        /// Evaluations had not improved for a while.
        case stoppedEarly
        /// A signal was answered with a checkpoint.
        case interrupted(signal: Int32)
    }

    private let task: any TrainingTask
    private let settings: LoopSettings
    private let folder: RunFolder
    private let kind: String
    private let configuration: String
    private var observers: [any TrainingObserver] = []
    private let metrics: MetricsLog

    private let gradients: Gradients
    private let optimizer: AdamW
    private let schedule: LearningRateSchedule
    /// The frozen parameters that run states store.
    private let frozen: [Parameter]
    /// SHA-256 of the base that has the other frozen parameters.
    private let baseDigest: String?
    private let length: TrainingLength
    private var progress: RunProgress
    /// The newest checkpoint on the disk: its progress and its path.
    private var saved: (progress: RunProgress, path: String)?
    /// The newest checkpoint that a later step was accepted from, so that its weights are known to be good; `nil` before
    /// there is one in this process.
    private var good: String?
    private var saving: SavingSchedule
    private var trainedTokens = 0
    /// Events before there was a loop, which the metrics log is still to record.
    private let earlyEvents: [TrainingEvent]

    /// Prepares a run, from `checkpoint` when there is one.
    /// - Parameters:
    ///   - kind: `generator` or `classifier`, kept in the checkpoint.
    ///   - configuration: The resolved settings, as YAML.
    ///   - earlyEvents: Events that the observers have received already and the metrics log has not.
    ///   - observers: The observers besides the metrics log, which the loop keeps itself.
    public init(
        _ task: any TrainingTask, settings: LoopSettings, folder: RunFolder, kind: String, configuration: String,
        checkpoint: RunStateReader?, earlyEvents: [TrainingEvent] = [], observers: [any TrainingObserver]
    ) throws {
        self.task = task
        self.settings = settings
        self.folder = folder
        self.kind = kind
        self.configuration = configuration
        self.earlyEvents = earlyEvents
        let gradients = Gradients(of: task.trainedParameters)
        self.gradients = gradients
        let allFrozen = task.allParameters.filter { !gradients.contains($0) }
        optimizer = AdamW(
            gradients, settings: settings.optimizer.adamW,
            learningRateScale: { Float(task.learningRateScale(of: $0)) })
        length = TrainingLength(of: task.plan, settings.batches)
        schedule = try Self.schedule(settings.optimizer, length)
        saving = SavingSchedule(settings.checkpoints, now: steadyClock())
        if let checkpoint {
            let header = try Checkpoint.header(of: checkpoint)
            let shared = try Checkpoint.restore(
                from: checkpoint, gradients: gradients, optimizer: optimizer, frozen: allFrozen, base: task.base)
            frozen = allFrozen.filter { shared?.names.contains($0.name) != true }
            baseDigest = shared?.digest
            progress = header.progress
            optimizer.step = progress.optimizerStep
            saved = (progress, checkpoint.path)
            metrics = try MetricsLog(resuming: folder.metricsPath, at: progress.metricsOffset)
        } else {
            let shared = try task.base.flatMap { try FrozenBase(allFrozen, of: $0) }
            frozen = allFrozen.filter { shared?.names.contains($0.name) != true }
            baseDigest = shared?.digest
            progress = RunProgress(cursor: .start)
            // A run killed before its first checkpoint leaves a log of steps that are made again.
            metrics =
                pathExists(folder.metricsPath)
                ? try MetricsLog(resuming: folder.metricsPath, at: 0) : try MetricsLog(creating: folder.metricsPath)
        }
        self.observers = [metrics] + observers
    }

    /// Returns the learning rate of each step. Throws when the warm-up does not end within the run.
    static func schedule(
        _ settings: OptimizerSettings, _ length: TrainingLength
    ) throws(TrainingError) -> LearningRateSchedule {
        let warmUpSteps = settings.warmUpFraction.map { Int($0 * Double(length.total)) } ?? settings.warmUpSteps
        guard warmUpSteps < length.total else {
            throw TrainingError.longWarmUp(steps: warmUpSteps, total: length.total)
        }
        return LearningRateSchedule(
            peak: settings.learningRate, warmUpSteps: warmUpSteps, totalSteps: length.total,
            decay: settings.decay, minimumRatio: settings.minimumRatio)
    }

    /// True if there is no step left to make.
    public var isComplete: Bool { progress.cursor.step >= length.total }

    /// Trains until the end, or until `stopSignal` gives a signal: it is asked before every micro-batch, every batch of an
    /// evaluation and every sample, and what is unfinished then is dropped.
    public func run(stopSignal: () -> Int32?) throws -> Outcome {
        do { return try train(stopSignal) } catch {
            // The log should be on the disk, and the terminal on a new line, before the error is reported.
            for observer in observers { try? observer.flush() }
            throw error
        }
    }

    private func train(_ stopSignal: () -> Int32?) throws -> Outcome {
        let start = steadyClock()
        saving = SavingSchedule(settings.checkpoints, now: start)
        for event in earlyEvents { try metrics.receive(event) }
        try emit(.started(startedEvent))
        if let note = metrics.resumeNote { try emit(.warning(note)) }
        if !isComplete { WarmUpPass(task: task, gradients: gradients, seed: settings.seed).run() }
        var steps = try StepSequence(task.plan, from: progress.cursor)
        var isSavingDue = false
        while true {
            let step = progress.cursor.step
            if isEvaluationDue(step), progress.evaluatedStep != step {
                guard try evaluate(step, stopSignal) else { return try interrupted(stopSignal) }
            }
            if isPatienceExhausted, !isComplete {
                try emit(.stopped(reason: "no improvement in \(progress.evaluationsSinceBest) evaluations", step: step))
                return try finish(.stoppedEarly, since: start)
            }
            if isComplete { return try finish(.finished, since: start) }
            if saving.isDue(step: step, isEvaluated: progress.evaluatedStep == step, now: steadyClock()) {
                isSavingDue = true
            }
            // Skipped steps may mean that the weights are bad: a checkpoint of them would take a good one's place.
            if isSavingDue, progress.lossSpikeGuard.skippedInARow == 0 {
                try save()
                isSavingDue = false
            }
            guard let plan = steps.next() else { fatalError("TrainingLoop: the plan has ended, which no plan does") }
            guard try take(plan, nextCursor: steps.cursor, stopSignal) else { return try interrupted(stopSignal) }
        }
    }

    private var startedEvent: StartedEvent {
        StartedEvent(
            name: settings.name, configuration: configuration,
            parameters: task.allParameters.reduce(0) { $0 + $1.array.count },
            trainedParameters: task.trainedParameters.reduce(0) { $0 + $1.array.count },
            trainingHeadlines: task.plan.lengths.count, validationHeadlines: task.validationCount,
            trainingTokens: task.plan.lengths.reduce(0) { $0 + Int($1) }, resumedAfterStep: progress.cursor.step,
            totalSteps: length.total)
    }

    // MARK: One step

    /// Makes one step. Returns false if asked to stop before it was complete: then nothing has changed.
    private func take(_ plan: StepPlan, nextCursor: DataCursor, _ stopSignal: () -> Int32?) throws -> Bool {
        let start = steadyClock()
        let count = task.lossCount(of: plan)
        var lossSum = 0.0
        for (headlines, firstRow) in zip(plan.microBatches, plan.firstRows) {
            if stopSignal() != nil {
                gradients.clear()
                return false
            }
            let source = Tape.DropoutSource(seed: settings.seed, step: plan.step, firstRow: firstRow)
            let tape = Tape(into: gradients, dropout: source)
            let loss = tape.record { task.lossSum(of: headlines) }
            tape.backward(from: loss)
            lossSum += Double(loss.value.scalar)
        }
        let (loss, norm) = (lossSum / count, gradients.norm / count)
        let rate = schedule(plan.step)
        let accepted = progress.lossSpikeGuard.accepts(
            loss: loss, norm: norm, deviations: settings.lossSpikeGuard.deviations)
        if accepted {
            good = saved?.path
            let maxGradientNorm = clippingFactor(norm: norm, limit: settings.optimizer.maxGradientNorm)
            optimizer.update(learningRate: Float(rate), gradientScale: Float(maxGradientNorm / count))
        } else {
            gradients.clear()
        }
        progress.optimizerStep = optimizer.step
        progress.cursor = nextCursor
        trainedTokens += plan.tokenCount
        let event = StepEvent(
            step: plan.step + 1, totalSteps: length.total, epoch: length.epochs(after: plan.step + 1), loss: loss,
            learningRate: rate, gradientNorm: norm, tokens: plan.tokenCount, seconds: steadyClock() - start,
            residentMemory: residentMemory(), isSkipped: !accepted)
        try emit(.step(event))
        let skipped = progress.lossSpikeGuard.skippedInARow
        if skipped >= settings.lossSpikeGuard.patience {
            try giveUp(after: event.step) {
                .badSteps(count: skipped, step: event.step, loss: loss, gradientNorm: norm, checkpoint: $0)
            }
        }
        return true
    }

    /// Ends a run that makes no progress any more.
    /// - Parameter makeError: Makes the error, given the checkpoint to go back to.
    private func giveUp(after step: Int, _ makeError: (TrainingError.CheckpointState) -> TrainingError) throws -> Never
    {
        let state: TrainingError.CheckpointState
        if let good = try goodCheckpoint() {
            state = .good(good)
        } else {
            state = saved == nil ? .absent : .unknown
        }
        let error = makeError(state)
        try metrics.receive(.stopped(reason: error.reason, step: step))
        throw error
    }

    /// The newest checkpoint that a later step was accepted from, perhaps by an earlier process.
    private func goodCheckpoint() throws -> String? {
        try good ?? folder.newestCheckpoint(before: progress.optimizerStep, except: saved?.path)
    }

    // MARK: Evaluation

    private func isEvaluationDue(_ step: Int) -> Bool {
        if step == 0 || isComplete { return true }
        if let every = settings.evaluation.everySteps { return step % every == 0 }
        return progress.cursor.position == 0
    }

    private var isPatienceExhausted: Bool {
        settings.evaluation.patience.map { progress.evaluationsSinceBest >= $0 } ?? false
    }

    /// Evaluates, shows samples and keeps the best model. Returns false if asked to stop meanwhile: then nothing has changed.
    private func evaluate(_ step: Int, _ stopSignal: () -> Int32?) throws -> Bool {
        let start = steadyClock()
        guard let result = task.evaluate(isStopping: { stopSignal() != nil }) else { return false }
        let seconds = steadyClock() - start
        let writer = task as? any SampleWritingTask
        guard let samples = try writer.map({ try $0.samples(isStopping: { stopSignal() != nil }) }) ?? [] else {
            return false
        }
        let cost = task.objective.cost(of: result)
        let best = progress.best.map { task.objective.cost(of: $0.evaluation) } ?? .infinity
        // The model before the first step is never the best, however bad the following ones are.
        let isBest = step > 0 && cost.isFinite && cost < best
        if isBest { progress.best = .init(step: step, evaluation: result) }
        // A better model is kept, however little better it is; patience asks for more.
        let improvement = (progress.noticedCost ?? best) - cost
        if step > 0, improvement > settings.evaluation.minimumImprovement {
            progress.noticedCost = cost
            progress.evaluationsSinceBest = 0
        } else if step > 0 {
            progress.evaluationsSinceBest += 1
        }
        progress.evaluation = result
        progress.evaluatedStep = step
        try emit(
            .evaluation(
                EvaluationEvent(step: step, result: result, unit: task.unit, seconds: seconds, isBest: isBest)))
        guard result.loss.isFinite else {
            try giveUp(after: step) { .badEvaluation(step: step, checkpoint: $0) }
        }
        if !samples.isEmpty { try emit(.samples(SamplesEvent(step: step, samples: samples))) }
        if isBest { try task.export(to: folder.bestModelPath, evaluation: result) }
        return true
    }

    // MARK: Saving and ending

    /// Writes a checkpoint, unless the newest one has the same state.
    private func save() throws {
        guard saved?.progress != progress else { return }
        let start = steadyClock()
        for observer in observers { try observer.flush() }
        progress.metricsOffset = metrics.offset
        let header = Checkpoint.Header(
            version: Checkpoint.version, kind: kind, configuration: configuration, dataDigest: task.dataDigest,
            baseDigest: baseDigest, progress: progress)
        let (path, bytes) = try Checkpoint.write(
            header, gradients: gradients, optimizer: optimizer, frozen: frozen, in: folder)
        saved = (progress, path)
        let best = progress.best.map { folder.checkpointPath(step: $0.step) }
        try folder.prune(keep: settings.checkpoints.keep, sparing: [best, try goodCheckpoint()].compactMap(\.self))
        let end = steadyClock()
        saving.saved(from: start, to: end)
        try emit(.saved(SavedEvent(path: path, step: progress.cursor.step, seconds: end - start, bytes: bytes)))
    }

    private func interrupted(_ stopSignal: () -> Int32?) throws -> Outcome {
        guard let signal = stopSignal() else { fatalError("TrainingLoop: interrupted without a signal") }
        try save()
        // The newest evaluation may be of much older weights.
        let isEvaluated = progress.evaluatedStep == progress.cursor.step
        try task.export(to: folder.lastModelPath, evaluation: isEvaluated ? progress.evaluation : nil)
        try emit(
            .stopped(reason: "\(StopRequest.name(of: signal)), the run was saved", step: progress.cursor.step))
        for observer in observers { try observer.flush() }
        return .interrupted(signal: signal)
    }

    private func finish(_ outcome: Outcome, since start: Double) throws -> Outcome {
        // The state first: if the disk has no room for both, it can be cleared and the run resumed.
        try save()
        try task.export(to: folder.lastModelPath, evaluation: progress.evaluation)
        try emit(
            .finished(
                FinishedEvent(
                    steps: progress.cursor.step, seconds: steadyClock() - start, tokens: trainedTokens,
                    bestStep: progress.best?.step,
                    best: progress.best.map { task.objective.figure(of: $0.evaluation, task.unit) },
                    peakResidentMemory: peakResidentMemory())))
        for observer in observers { try observer.flush() }
        return outcome
    }

    private func emit(_ event: TrainingEvent) throws {
        for observer in observers { try observer.receive(event) }
    }
}
