import NumericCore
public import Settings

/// The settings that every kind of run has; the YAML keys are the names below.
public protocol RunSettings: Codable, Sendable, ValidatedSettings, RenamedKeys {
    /// The kind of model, `generator` or `classifier`, kept in checkpoints.
    static var kind: String { get }

    /// The name of the run; its folder is `checkpoints/<name>` unless `output` says otherwise.
    var name: String { get }
    /// The seed of initial weights, data order and dropout.
    var seed: Int { get }
    /// The number of threads; null for all processors. Results do not depend on it.
    var threads: Int? { get }
    /// The run folder.
    var output: ConfiguredPath? { get }
    /// The size and the number of steps.
    var batches: BatchSettings { get }
    /// The optimizer and its learning rate.
    var optimizer: OptimizerSettings { get }
    /// The moments of evaluations, and early stopping.
    var evaluation: EvaluationSettings { get }
    /// The guard against steps that would spoil the weights.
    var lossSpikeGuard: LossSpikeGuardSettings { get }
    /// The moments of checkpoints.
    var checkpoints: CheckpointSettings { get }
    /// The logs.
    var logging: LoggingSettings { get }

    /// The defaults.
    init()
}

extension RunSettings {
    /// The keys that may differ when a run is resumed.
    public static var changeable: [String] { ["threads", "logging", "output"] }

    /// The keys that had other names before version 0.2.
    public static var renamedKeys: [String: String] {
        [
            "model.channels": "model.hiddenSize", "model.innerChannels": "model.intermediateSize",
            "model.positions": "model.contextLength", "model.initializerDeviation": "model.initializerRange",
            "optimizer.clip": "optimizer.maxGradientNorm", "optimizer.floor": "optimizer.minimumRatio",
            "guardrail": "lossSpikeGuard",
        ]
    }

    /// The run folder, unless `output` says otherwise.
    public var folderPath: String { output?.path ?? "checkpoints/\(name)" }

    /// Refuses values that make no sense in any run; `validate()` calls it.
    /// - Throws: `InvalidSetting`.
    public func validateRun() throws {
        try require(!name.isEmpty && !name.contains("/"), "name", found: name, expected: "a name without a slash")
        try require(seed, "seed", in: 0...)
        if let threads { try require(threads, "threads", in: 1...Parallelism.maximumThreads) }
    }

    /// The settings of the loop.
    var loop: LoopSettings {
        LoopSettings(
            name: name, seed: UInt64(seed), batches: batches, optimizer: optimizer, evaluation: evaluation,
            lossSpikeGuard: lossSpikeGuard, checkpoints: checkpoints)
    }
}
