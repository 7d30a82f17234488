import NumericCore
public import Settings

/// What every run can be told, whatever it trains; the YAML keys are the names below.
public protocol RunSettings: Codable, Sendable, ValidatedSettings, RenamedKeys {
    /// What is trained: `generator` or `classifier`, kept in the checkpoint and the command's name.
    static var kind: String { get }

    /// Of the run; its folder is `checkpoints/<name>` unless `output` says otherwise.
    var name: String { get }
    /// Of initial weights, data order and dropout.
    var seed: Int { get }
    /// Threads that compute; null for all processors. Results do not depend on it.
    var threads: Int? { get }
    /// The run folder.
    var output: ConfiguredPath? { get }
    var batches: BatchSettings { get }
    var optimizer: OptimizerSettings { get }
    var evaluation: EvaluationSettings { get }
    var lossSpikeGuard: LossSpikeGuardSettings { get }
    var checkpoints: CheckpointSettings { get }
    var logging: LoggingSettings { get }

    /// The defaults.
    init()
}

extension RunSettings {
    /// Keys that may differ when a run goes on.
    public static var changeable: [String] { ["threads", "logging", "output"] }

    /// Keys that had other names before version 0.2.
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

    /// Checks what all runs have.
    func validateRun() throws {
        try require(!name.isEmpty && !name.contains("/"), "name", found: name, expected: "a name without a slash")
        try require(seed, "seed", in: 0...)
        if let threads { try require(threads, "threads", in: 1...Parallelism.maximumThreads) }
    }

    /// What the loop needs of all this.
    var loop: LoopSettings {
        LoopSettings(
            name: name, seed: UInt64(seed), batches: batches, optimizer: optimizer, evaluation: evaluation,
            lossSpikeGuard: lossSpikeGuard, checkpoints: checkpoints)
    }
}
