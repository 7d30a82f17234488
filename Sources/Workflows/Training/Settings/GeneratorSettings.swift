import Inference
public import Settings

/// The settings of `train generator`; the YAML keys are the names below.
public struct GeneratorSettings: RunSettings {
    /// The kind of model, kept in checkpoints.
    public static let kind = "generator"

    /// The name of the run.
    public var name: String = kind
    /// The seed of initial weights, data order and dropout.
    public var seed: Int = 1
    /// The number of threads; null for all processors.
    public var threads: Int?
    /// The run folder; null for `checkpoints/<name>`.
    public var output: ConfiguredPath?
    /// The headline files.
    public var data = DataSettings()
    /// The vocabulary.
    public var tokenizer = TokenizerSettings()
    /// The model.
    public var model = ModelSettings()
    /// The size and the number of steps.
    public var batches = BatchSettings()
    /// The optimizer and its learning rate.
    public var optimizer = OptimizerSettings()
    /// The moments of evaluations, and early stopping.
    public var evaluation = EvaluationSettings()
    /// The guard against steps that would spoil the weights.
    public var lossSpikeGuard = LossSpikeGuardSettings()
    /// The moments of checkpoints.
    public var checkpoints = CheckpointSettings()
    /// The samples of each evaluation.
    public var samples = SampleSettings()
    /// The format of model folders.
    public var export = ExportSettings()
    /// The logs.
    public var logging = LoggingSettings()

    /// Makes the defaults.
    public init() {}

    /// Throws an `InvalidSetting` for a value out of range.
    public func validate() throws { try validateRun() }

    /// The source of the vocabulary: the base model, else a folder, else the training headlines.
    public struct TokenizerSettings: Codable, Sendable, ValidatedSettings {
        /// A folder with `tokenizer.json`, or `vocab.json` and `merges.txt`.
        public var folder: ConfiguredPath?
        /// The number of entries of a vocabulary learned from the training headlines.
        public var vocabularySize: Int = 2048
        /// The number of times that a pair must occur to be merged.
        public var minimumFrequency: Int = 2

        /// Throws an `InvalidSetting` for a value out of range.
        public func validate() throws {
            try require(vocabularySize, "vocabularySize", in: 257...1_000_000)
            try require(minimumFrequency, "minimumFrequency", in: 1...)
        }
    }

    /// The model: a base to fine-tune, or the sizes of a fresh one.
    public struct ModelSettings: TransformerSizes, Codable, Sendable {
        /// A folder in Hugging Face layout; its `config.json` then gives the sizes.
        public var base: ConfiguredPath?
        /// Takes the sizes of `base` but fresh weights.
        public var freshWeights: Bool = false
        /// The number of layers.
        public var layers: Int = 4
        /// The width of the hidden states; a multiple of `heads`.
        public var hiddenSize: Int = 128
        /// The number of attention heads.
        public var heads: Int = 4
        /// The most tokens of a headline, frame included.
        public var contextLength: Int = 64
        /// The width of the feed-forward layers; null for four times `hiddenSize`.
        public var intermediateSize: Int?
        /// The standard deviation of fresh weights.
        public var initializerRange: Double = 0.02
        /// The number that layer normalization adds to the variance.
        public var layerNormEpsilon: Double = 1e-5
        /// Dropout of embeddings, residuals and attention weights; null takes the base's.
        public var dropout: Double? = 0.1

        /// The number of last blocks that are trained, and nothing else; null trains everything.
        public var trainLastBlocks: Int?

        /// Throws an `InvalidSetting` for a value out of range.
        public func validate() throws {
            if let trainLastBlocks { try require(trainLastBlocks, "trainLastBlocks", in: 1...) }
            try validateSizes()
        }
    }

    /// The samples of each evaluation.
    public struct SampleSettings: Codable, Sendable {
        /// The beginnings of headlines that the model completes.
        public var prompts = ["Scientists discover", "New law passed to", "AI could soon", "Stock market reacts"]
        /// The sampling temperature; 0 picks the most likely token.
        public var temperature: Double = SamplingOptions().temperature
        /// The number of most likely tokens to sample from; 0 turns this off.
        public var topK: Int = SamplingOptions().topK
        /// The probability that the tokens to sample from have together; 1 turns this off.
        public var topP: Double = SamplingOptions().topP
        /// The divisor of the scores of tokens that have occurred; 1 turns this off.
        public var repetitionPenalty: Double = SamplingOptions().repetitionPenalty
        /// The most tokens of a completion.
        public var maximumNewTokens: Int = SamplingOptions().maximumNewTokens
        /// The seed of the samples.
        public var seed: Int = 1

        var options: SamplingOptions {
            SamplingOptions(
                temperature: temperature, topK: topK, topP: topP, repetitionPenalty: repetitionPenalty,
                maximumNewTokens: maximumNewTokens, seed: UInt64(max(0, seed)))
        }
    }
}

extension GeneratorSettings.SampleSettings: ValidatedSettings {
    /// Throws an `InvalidSetting` for a value out of range.
    public func validate() throws {
        do { try options.check() } catch {
            throw InvalidSetting("samples", found: "\(error)", expected: "values in range")
        }
        try require(seed, "seed", in: 0...)
    }
}
