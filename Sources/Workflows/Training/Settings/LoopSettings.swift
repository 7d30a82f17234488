import HeadlineData
public import NumericCore
public import Optimization
public import Settings
import Text

/// The settings of the training loop, whatever it trains.
public struct LoopSettings: Sendable {
    public var name: String
    public var seed: UInt64
    public var batches: BatchSettings
    public var optimizer: OptimizerSettings
    public var evaluation: EvaluationSettings
    public var lossSpikeGuard: LossSpikeGuardSettings
    public var checkpoints: CheckpointSettings
}

/// How much a step takes, and for how long.
public struct BatchSettings: Codable, Sendable, ValidatedSettings {
    /// Passes over the training data.
    public var epochs: Int = 1
    /// Optimizer steps; overrides `epochs` when given.
    public var steps: Int?
    /// Tokens per optimizer step, at most.
    public var tokensPerStep: Int = 1024
    /// Headlines per optimizer step, at most; null for as many as the tokens allow.
    public var headlinesPerStep: Int?
    /// Tokens computed at a time: smaller takes less memory, and the results stay the same up to rounding.
    public var tokensPerMicroBatch: Int = 1024

    public func validate() throws {
        try require(epochs, "epochs", in: 1...10_000)
        if let steps { try require(steps, "steps", in: 1...10_000_000) }
        try require(tokensPerStep, "tokensPerStep", in: 2...1_048_576)
        if let headlinesPerStep { try require(headlinesPerStep, "headlinesPerStep", in: 1...) }
        try require(tokensPerMicroBatch, "tokensPerMicroBatch", in: 2...1_048_576)
    }
}

extension BatchSettings {
    /// The plan for headlines of these lengths.
    func plan(lengths: [Int32], seed: Int) throws(TrainingError) -> BatchPlan {
        do throws(BatchPlanError) {
            return try BatchPlan(
                lengths: lengths, tokensPerStep: tokensPerStep, headlinesPerStep: headlinesPerStep,
                tokensPerMicroBatch: min(tokensPerMicroBatch, tokensPerStep), seed: UInt64(seed))
        } catch {
            throw TrainingError(
                "\(error) (settings batches.tokensPerStep, batches.tokensPerMicroBatch and model.contextLength)",
                error.category)
        }
    }
}

/// AdamW and its learning rate. Defaults are those of transformers' `TrainingArguments` unless a line says otherwise.
public struct OptimizerSettings: Codable, Sendable, ValidatedSettings {
    /// The peak.
    public var learningRate: Double = 5e-5
    public var beta1: Double = 0.9
    public var beta2: Double = 0.999
    public var epsilon: Double = 1e-8
    /// Applied to weights of rank 2 and more, never to biases, scales and shifts.
    public var weightDecay: Double = 0
    /// The largest gradient norm that is used as it is; null for no limit.
    public var maxGradientNorm: Double? = 1
    public var warmUpSteps: Int = 0
    /// The warm-up as a part of all steps; overrides `warmUpSteps` when given.
    public var warmUpFraction: Double?
    public var decay: LearningRateSchedule.Decay = .linear
    /// The fraction of the peak at which the decay ends.
    public var minimumRatio: Double = 0

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

/// When validation data is scored, and what follows from it.
public struct EvaluationSettings: Codable, Sendable, ValidatedSettings {
    /// Steps between evaluations; null for once per epoch. Step 0 and the last step are always evaluated.
    public var everySteps: Int?
    /// Evaluations without improvement after which the run stops; null for never.
    public var patience: Int?
    /// What counts as an improvement: nats per token of a generator, macro-F1 of a classifier.
    public var minimumImprovement: Double = 0

    public func validate() throws {
        if let everySteps { try require(everySteps, "everySteps", in: 1...) }
        if let patience { try require(patience, "patience", in: 1...) }
        try require(minimumImprovement, "minimumImprovement", in: 0...)
    }
}

/// When the whole state of the run is saved, besides at its end and when a signal asks it to stop.
public struct CheckpointSettings: Codable, Sendable, ValidatedSettings {
    /// Steps between checkpoints, whatever they cost: a run that is killed repeats at most as many. Null for none but those
    /// below.
    public var everySteps: Int?
    /// Minutes after which a checkpoint is due; one is also due at each evaluation.
    public var everyMinutes: Double = 10
    /// The share of the run's time that those of the clock and of evaluations may take; what would exceed it waits.
    public var shareOfTime: Double = 0.02
    /// How many of the newest checkpoints are kept; that of the best evaluation and the last one known to be good stay
    /// beside them.
    public var keep: Int = 2

    public func validate() throws {
        if let everySteps { try require(everySteps, "everySteps", in: 1...) }
        try require(everyMinutes > 0, "everyMinutes", found: everyMinutes, expected: "a number above 0")
        try require(shareOfTime, "shareOfTime", in: 0...1)
        try require(keep, "keep", in: 1...)
    }
}

/// When a step is refused because its loss or gradient is out of all proportion.
public struct LossSpikeGuardSettings: Codable, Sendable, ValidatedSettings {
    /// Standard deviations above the running mean beyond which a step is skipped; null for never. A step whose loss or
    /// gradient is not finite is always skipped.
    public var deviations: Double?
    /// Skipped steps in a row after which the run ends as failed.
    public var patience: Int = 5

    public func validate() throws {
        if let deviations { try require(deviations, "deviations", in: 1...) }
        try require(patience, "patience", in: 1...)
    }
}

/// What is shown and logged; nothing here changes a result.
public struct LoggingSettings: Codable, Sendable {
    /// Whether TensorBoard event files are written beside `metrics.jsonl`.
    public var tensorBoard: Bool = true
}

/// How model folders are written.
public struct ExportSettings: Codable, Sendable, ValidatedSettings {
    /// The data type of `model.safetensors`: float32, or float16, which halves the file and rounds the weights.
    public var precision: DType = .float32

    public func validate() throws {
        try require(
            precision == .float32 || precision == .float16, "precision", found: precision.rawValue,
            expected: "float32 or float16")
    }
}
