import Settings
import Training

/// The settings of a run: those that every run has, and those of this model.
struct BagOfWordsSettings: RunSettings {
    static let kind = "bag-of-words"

    var name: String = kind
    var seed = 1
    var threads: Int?
    var output: ConfiguredPath?
    var batches = BatchSettings()
    var optimizer = OptimizerSettings()
    var evaluation = EvaluationSettings()
    var lossSpikeGuard = LossSpikeGuardSettings()
    var checkpoints = CheckpointSettings()
    var logging = LoggingSettings()

    /// The labeled headlines.
    var data: ConfiguredPath?
    /// The share of them to evaluate on.
    var heldOut = 0.2
    /// The length of a word's vector.
    var hiddenSize = 64

    init() {
        batches.epochs = 10
        batches.headlinesPerStep = 32
        optimizer.learningRate = 0.01
    }

    func validate() throws {
        try validateRun()
        try require(heldOut, "heldOut", in: 0.01...0.5)
        try require(hiddenSize, "hiddenSize", in: 1...4_096)
    }
}

/// Builds the run from its settings.
struct BagOfWordsSetup: RunSetup {
    let task: any TrainingTask

    init(_ settings: BagOfWordsSettings, restoring: Bool, note: (String) throws -> Void) throws {
        let data = try BagOfWordsData(path: settings.data?.path ?? "headlines.jsonl", heldOut: settings.heldOut)
        try note("\(data.words.count) words, \(data.labels.count) labels, \(data.training.count) training headlines")
        task = try BagOfWordsTask(data, settings, restoring: restoring)
    }
}
