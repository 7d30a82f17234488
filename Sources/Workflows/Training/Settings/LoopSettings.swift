public import HeadlineData
public import NumericCore
public import Optimization
public import Settings
import Text

/// The settings of the training loop, whatever it trains.
public struct LoopSettings: Sendable {
    /// The name of the run.
    public var name: String
    /// The seed of data order and dropout.
    public var seed: UInt64
    /// The size and the number of steps.
    public var batches: BatchSettings
    /// The optimizer and its learning rate.
    public var optimizer: OptimizerSettings
    /// The moments of evaluations, and early stopping.
    public var evaluation: EvaluationSettings
    /// The guard against steps that would spoil the weights.
    public var lossSpikeGuard: LossSpikeGuardSettings
    /// The moments of checkpoints.
    public var checkpoints: CheckpointSettings
}

/// The size and the number of steps.
public struct BatchSettings: Codable, Sendable, ValidatedSettings {
    /// Passes over the training data.
    public var epochs: Int = 1
    /// Optimizer steps; overrides `epochs` when given.
    public var steps: Int?
    /// Tokens per optimizer step, at most.
    public var tokensPerStep: Int = 1024
    /// Headlines per optimizer step, at most; null for as many as the tokens allow.
    public var headlinesPerStep: Int?
    /// Tokens computed at a time: fewer take less memory, and results stay the same up to rounding.
    public var tokensPerMicroBatch: Int = 1024

    /// Creates the defaults.
    public init() {}

    /// Throws an `InvalidSetting` for a value out of range.
    public func validate() throws {
        try require(epochs, "epochs", in: 1...10_000)
        if let steps { try require(steps, "steps", in: 1...10_000_000) }
        try require(tokensPerStep, "tokensPerStep", in: 2...1_048_576)
        if let headlinesPerStep { try require(headlinesPerStep, "headlinesPerStep", in: 1...) }
        try require(tokensPerMicroBatch, "tokensPerMicroBatch", in: 2...1_048_576)
    }
}

extension BatchSettings {
    /// Returns the plan for headlines of these lengths.
    public func plan(lengths: [Int32], seed: Int) throws(TrainingError) -> BatchPlan {
        do throws(BatchPlanError) {
            return try BatchPlan(
                lengths: lengths, tokensPerStep: tokensPerStep, headlinesPerStep: headlinesPerStep,
                tokensPerMicroBatch: min(tokensPerMicroBatch, tokensPerStep), seed: UInt64(seed))
        } catch {
            throw .budget(error)
        }
    }
}

/// AdamW and its learning rate. Defaults are those of transformers' `TrainingArguments` unless a line says otherwise.
public struct OptimizerSettings: Codable, Sendable, ValidatedSettings {
    /// The learning rate after the warm-up.
    public var learningRate: Double = 5e-5
    /// The decay of the first moment.
    public var beta1: Double = 0.9
    /// The decay of the second moment.
    public var beta2: Double = 0.999
    /// The number that AdamW adds to the denominator.
    public var epsilon: Double = 1e-8
    /// Applied to weights of rank 2 and more, never to biases, scales and shifts.
    public var weightDecay: Double = 0
    /// The norm that larger gradients are scaled down to; null for no limit.
    public var maxGradientNorm: Double? = 1
    /// The steps over which the learning rate rises from 0 to its peak.
    public var warmUpSteps: Int = 0
    /// The warm-up as a fraction of all steps; overrides `warmUpSteps` when given.
    public var warmUpFraction: Double?
    /// The shape of the decay after the warm-up.
    public var decay: LearningRateSchedule.Decay = .linear
    /// The fraction of the peak at which the decay ends.
    public var minimumRatio: Double = 0

    /// Creates the defaults.
    public init() {}

    /// Throws an `InvalidSetting` for a value out of range.
    public func validate() throws {
        try require(learningRate > 0, "learningRate", found: learningRate, expected: "a number above 0")
        try require(beta1, "beta1", in: 0...0.9999)
        try require(beta2, "beta2", in: 0...0.99999)
        try require(epsilon > 0, "epsilon", found: epsilon, expected: "a number above 0")
        try require(weightDecay, "weightDecay", in: 0...)
        if let maxGradientNorm {
            try require(
                maxGradientNorm > 0, "maxGradientNorm", found: maxGradientNorm, expected: "a number above 0, or null")
        }
        try require(warmUpSteps, "warmUpSteps", in: 0...)
        if let warmUpFraction {
            try require(
                warmUpFraction >= 0 && warmUpFraction < 1, "warmUpFraction", found: warmUpFraction,
                expected: "a number from 0 to less than 1, or null")
        }
        try require(minimumRatio, "minimumRatio", in: 0...1)
    }
}

extension OptimizerSettings {
    /// The settings of the optimizer itself, in the precision of the weights.
    var adamW: AdamW.Settings {
        AdamW.Settings(
            beta1: Float(beta1), beta2: Float(beta2), epsilon: Float(epsilon), weightDecay: Float(weightDecay))
    }
}

/// The moments of evaluations, and early stopping.
public struct EvaluationSettings: Codable, Sendable, ValidatedSettings {
    /// Steps between evaluations; null for once per epoch. Step 0 and the last step are always evaluated.
    public var everySteps: Int?
    /// Evaluations without improvement after which the run stops; null for never.
    public var patience: Int?
    /// The least change that counts as an improvement: nats per token of a generator, macro-F1 of a classifier.
    public var minimumImprovement: Double = 0

    /// Creates the defaults.
    public init() {}

    /// Throws an `InvalidSetting` for a value out of range.
    public func validate() throws {
        if let everySteps { try require(everySteps, "everySteps", in: 1...) }
        if let patience { try require(patience, "patience", in: 1...) }
        try require(minimumImprovement, "minimumImprovement", in: 0...)
    }
}

/// The moments of checkpoints, besides the end of the run and a signal that stops it.
public struct CheckpointSettings: Codable, Sendable, ValidatedSettings {
    /// Steps between checkpoints, whatever they cost: a run that is killed repeats at most as many. Null for only those
    /// below.
    public var everySteps: Int?
    /// Minutes after which a checkpoint is due; one is also due at each evaluation.
    public var everyMinutes: Double = 10
    /// The share of the run's time that checkpoints of the clock and of evaluations may take; one that would exceed it waits.
    public var shareOfTime: Double = 0.02
    /// The number of newest checkpoints that are kept, besides that of the best evaluation and the last one known to be
    /// good.
    public var keep: Int = 2

    /// Creates the defaults.
    public init() {}

    /// Throws an `InvalidSetting` for a value out of range.
    public func validate() throws {
        if let everySteps { try require(everySteps, "everySteps", in: 1...) }
        try require(everyMinutes > 0, "everyMinutes", found: everyMinutes, expected: "a number above 0")
        try require(shareOfTime, "shareOfTime", in: 0...1)
        try require(keep, "keep", in: 1...)
    }
}

/// The guard that refuses steps whose loss or gradient is far out of proportion.
public struct LossSpikeGuardSettings: Codable, Sendable, ValidatedSettings {
    /// Standard deviations above the running mean beyond which a step is skipped; null for never. A step whose loss or
    /// gradient is not finite is always skipped.
    public var deviations: Double?
    /// Skipped steps in a row after which the run ends as failed.
    public var patience: Int = 5

    /// Creates the defaults.
    public init() {}

    /// Throws an `InvalidSetting` for a value out of range.
    public func validate() throws {
        if let deviations { try require(deviations, "deviations", in: 1...) }
        try require(patience, "patience", in: 1...)
    }
}

/// The logs; nothing here changes a result.
public struct LoggingSettings: Codable, Sendable {
    /// Writes TensorBoard event files beside `metrics.jsonl`.
    public var tensorBoard: Bool = true

    /// The defaults.
    public init() {}
}

/// The format of model folders.
public struct ExportSettings: Codable, Sendable, ValidatedSettings {
    /// The data type of `model.safetensors`: float32, or float16, which halves the file and rounds the weights.
    public var precision: DType = .float32

    /// Refuses the types that transformers cannot load as trained.
    public func validate() throws {
        try require(
            precision == .float32 || precision == .float16, "precision", found: precision.rawValue,
            expected: "float32 or float16")
    }
}
