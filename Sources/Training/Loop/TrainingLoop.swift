import Autograd
public import Checkpoints
public import Files
import Foundation
import HeadlineData
import NumericCore
import Optimization

/// The one training loop: evaluate, save, step, until the last step or until asked to stop.
///
/// All that happens between two borders of steps is a function of the checkpoint at the first: a run that is stopped
/// anywhere and resumed ends with the bits of one that never was.
public final class TrainingLoop {
    /// How a run ended.
    public enum Outcome: Equatable, Sendable {
        case finished
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
    private let frozen: [Parameter]
    private let totalSteps: Int
    private let stepsOfEpochs: [Int]
    private var progress: RunProgress
    /// The step of the checkpoint on disk that is newest, −1 for none.
    private var savedStep = -1
    private var trainedTokens = 0

    /// Prepares a run, from `checkpoint` when there is one.
    /// - Parameters:
    ///   - kind: `generator` or `classifier`, kept in the checkpoint.
    ///   - configuration: resolved, as YAML.
    ///   - observers: told of everything beside the metrics log, which the loop keeps itself.
    public init(
        _ task: any TrainingTask, settings: LoopSettings, folder: RunFolder, kind: String, configuration: String,
        checkpoint: RunStateReader?, observers: [any TrainingObserver]
    ) throws {
        self.task = task
        self.settings = settings
        self.folder = folder
        self.kind = kind
        self.configuration = configuration
        let gradients = Gradients(of: task.trainedParameters)
        self.gradients = gradients
        frozen = task.allParameters.filter { !gradients.contains($0) }
        let rates = settings.optimizer
        optimizer = AdamW(
            gradients,
            settings: .init(
                beta1: Float(rates.beta1), beta2: Float(rates.beta2), epsilon: Float(rates.epsilon),
                weightDecay: Float(rates.weightDecay)))
        (totalSteps, stepsOfEpochs) = Self.steps(of: task.plan, settings.batches)
        schedule = LearningRateSchedule(
            peak: rates.learningRate, warmUpSteps: rates.warmUpSteps, totalSteps: totalSteps, decay: rates.decay,
            floor: rates.floor)
        guard rates.warmUpSteps < totalSteps else {
            throw TrainingError("optimizer.warmUpSteps is \(rates.warmUpSteps), and the whole run has only \(totalSteps) steps; expected fewer", .usage)
        }
        if let checkpoint {
            let header = try Checkpoint.header(of: checkpoint)
            try Checkpoint.restore(from: checkpoint, gradients: gradients, optimizer: optimizer, frozen: frozen)
            progress = header.progress
            optimizer.step = progress.optimizerStep
            savedStep = progress.cursor.step
            metrics = try MetricsLog(resuming: folder.metricsPath, at: progress.metricsOffset)
        } else {
            progress = RunProgress(cursor: .start)
            // A run killed before its first checkpoint leaves a log of steps that are made again.
            metrics =
                pathExists(folder.metricsPath)
                ? try MetricsLog(resuming: folder.metricsPath, at: 0) : try MetricsLog(creating: folder.metricsPath)
        }
        self.observers = [metrics] + observers
    }

    /// Steps in all, and those of each epoch.
    private static func steps(of plan: BatchPlan, _ settings: BatchSettings) -> (Int, [Int]) {
        var epochs: [Int] = []
        var total = 0
        if let wanted = settings.steps {
            while total < wanted {
                epochs.append(plan.stepCount(ofEpoch: epochs.count))
                total += epochs[epochs.count - 1]
            }
            return (wanted, epochs)
        }
        epochs = (0..<settings.epochs).map { plan.stepCount(ofEpoch: $0) }
        return (epochs.reduce(0, +), epochs)
    }

    /// Trains until the end, or until `stopSignal` gives a signal.
    public func run(stopSignal: () -> Int32?) throws -> Outcome {
        let start = steadyClock()
        try tell(.started(description))
        if let note = metrics.resumeNote { try tell(.warning(note)) }
        var steps = try StepSequence(task.plan, from: progress.cursor)
        while true {
            let step = progress.cursor.step
            if isEvaluationDue(step), progress.evaluatedStep != step {
                guard try evaluate(step, stopSignal) else { return try interrupted(stopSignal) }
            }
            if isPatienceExhausted, step < totalSteps {
                try tell(.stopped(reason: "no improvement in \(progress.evaluationsSinceBest) evaluations", step: step))
                return try finish(.stoppedEarly, since: start)
            }
            if step >= totalSteps { return try finish(.finished, since: start) }
            if step > 0, step % settings.checkpoints.everySteps == 0, step != savedStep { try save() }
            if stopSignal() != nil { return try interrupted(stopSignal) }
            guard let plan = steps.next() else { preconditionFailure("TrainingLoop: a plan has no end") }
            try take(plan, nextCursor: steps.cursor)
        }
    }

    private var description: RunStarted {
        RunStarted(
            name: settings.name, configuration: configuration,
            parameters: task.allParameters.reduce(0) { $0 + $1.array.count },
            trainedParameters: task.trainedParameters.reduce(0) { $0 + $1.array.count },
            trainingHeadlines: task.plan.lengths.count, validationHeadlines: task.validationCount,
            trainingTokens: task.plan.lengths.reduce(0) { $0 + Int($1) }, resumedAfterStep: progress.cursor.step,
            totalSteps: totalSteps)
    }

    // MARK: One step

    private func take(_ plan: StepPlan, nextCursor: DataCursor) throws {
        let start = steadyClock()
        let tokens = Double(plan.tokenCount)
        var lossSum = 0.0
        for (headlines, firstRow) in zip(plan.microBatches, plan.firstRows) {
            let source = Tape.DropoutSource(seed: settings.seed, step: plan.step, firstRow: firstRow)
            let tape = Tape(into: gradients, dropout: source)
            let loss = tape.record { task.lossSum(of: headlines, firstRow: firstRow) }
            tape.backward(from: loss)
            lossSum += Double(loss.value.scalar)
        }
        let norm = gradients.norm / tokens
        let rate = schedule(plan.step)
        let accepted = progress.guardrail.accepts(loss: lossSum / tokens, norm: norm, deviations: settings.guardrail.deviations)
        if accepted {
            let clip = clippingFactor(norm: norm, limit: settings.optimizer.clip)
            optimizer.update(learningRate: Float(rate), gradientScale: Float(clip / tokens))
        } else {
            gradients.clear()
        }
        progress.optimizerStep = optimizer.step
        progress.cursor = nextCursor
        trainedTokens += plan.tokenCount
        try tell(
            .step(
                StepReport(
                    step: plan.step + 1, totalSteps: totalSteps, epoch: epochs(after: plan.step + 1),
                    loss: lossSum / tokens, learningRate: rate, gradientNorm: norm, tokens: plan.tokenCount,
                    seconds: steadyClock() - start, residentMemory: residentMemory(), isSkipped: !accepted)))
        if progress.guardrail.skippedInARow >= settings.guardrail.patience {
            throw TrainingError(
                "the loss or its gradient was out of bounds for \(progress.guardrail.skippedInARow) steps in a row (loss \(lossSum / tokens), gradient norm \(norm) at step \(plan.step + 1)); the newest checkpoint is kept: lower optimizer.learningRate, or look at the data of that step",
                .failure)
        }
    }

    /// Passes over the data after `step` steps, with the fraction of the current one.
    private func epochs(after step: Int) -> Double {
        var left = step
        for (epoch, steps) in stepsOfEpochs.enumerated() {
            if left < steps { return Double(epoch) + Double(left) / Double(steps) }
            left -= steps
        }
        return Double(stepsOfEpochs.count)
    }

    // MARK: Evaluation

    private func isEvaluationDue(_ step: Int) -> Bool {
        if step == 0 || step >= totalSteps { return true }
        if let every = settings.evaluation.everySteps { return step % every == 0 }
        return progress.cursor.position == 0
    }

    private var isPatienceExhausted: Bool {
        settings.evaluation.patience.map { progress.evaluationsSinceBest >= $0 } ?? false
    }

    /// Evaluates, shows samples and keeps the best model; false when told to stop meanwhile.
    private func evaluate(_ step: Int, _ stopSignal: () -> Int32?) throws -> Bool {
        let start = steadyClock()
        guard let result = task.evaluate(isStopping: { stopSignal() != nil }) else { return false }
        let improvement = progress.best.map { $0.loss - result.loss } ?? .infinity
        // The model before the first step is nobody's best, however bad the following ones are.
        let isBest = step > 0 && improvement > settings.evaluation.minimumImprovement
        if isBest {
            progress.best = .init(step: step, loss: result.loss)
            progress.evaluationsSinceBest = 0
        } else if step > 0 {
            progress.evaluationsSinceBest += 1
        }
        try tell(
            .evaluation(
                EvaluationReport(
                    step: step, loss: result.loss, bitsPerByte: result.bitsPerByte, tokens: result.tokens,
                    seconds: steadyClock() - start, isBest: isBest)))
        let samples = try task.samples()
        if !samples.isEmpty { try tell(.samples(SamplesReport(step: step, samples: samples))) }
        if isBest { try task.export(to: folder.bestModelPath) }
        progress.evaluatedStep = step
        return true
    }

    // MARK: Saving and ending

    private func save() throws {
        let start = steadyClock()
        for observer in observers { try observer.flush() }
        progress.metricsOffset = metrics.offset
        let header = Checkpoint.Header(
            version: Checkpoint.version, kind: kind, configuration: configuration, dataDigest: task.dataDigest,
            progress: progress)
        let (path, bytes) = try Checkpoint.write(
            header, gradients: gradients, optimizer: optimizer, frozen: frozen, in: folder)
        savedStep = progress.cursor.step
        try folder.prune(keep: settings.checkpoints.keep)
        try tell(.saved(SavedReport(path: path, step: savedStep, seconds: steadyClock() - start, bytes: bytes)))
    }

    private func interrupted(_ stopSignal: () -> Int32?) throws -> Outcome {
        guard let signal = stopSignal() else { preconditionFailure("TrainingLoop: interrupted without a signal") }
        try save()
        try task.export(to: folder.lastModelPath)
        try tell(.stopped(reason: "\(StopRequest.name(of: signal)): the run was saved and goes on with --resume", step: progress.cursor.step))
        for observer in observers { try observer.flush() }
        return .interrupted(signal: signal)
    }

    private func finish(_ outcome: Outcome, since start: Double) throws -> Outcome {
        try task.export(to: folder.lastModelPath)
        if savedStep != progress.cursor.step { try save() }
        try tell(
            .finished(
                RunFinished(
                    steps: progress.cursor.step, seconds: steadyClock() - start, tokens: trainedTokens,
                    bestStep: progress.best?.step, bestLoss: progress.best?.loss,
                    peakResidentMemory: peakResidentMemory())))
        for observer in observers { try observer.flush() }
        return outcome
    }

    private func tell(_ event: TrainingEvent) throws {
        for observer in observers { try observer.receive(event) }
    }
}

/// A run that cannot begin or go on, for a reason that is neither a file's nor a setting's alone.
public struct TrainingError: ReportableError, Equatable {
    public let description: String
    public let exitStatus: ExitStatus

    public init(_ description: String, _ exitStatus: ExitStatus) {
        self.description = description
        self.exitStatus = exitStatus
    }
}
