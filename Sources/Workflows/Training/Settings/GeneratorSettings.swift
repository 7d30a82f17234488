import Inference
public import Settings

/// Everything that `train generator` can be told; the YAML keys are the names below.
public struct GeneratorSettings: RunSettings {
    public static let kind = "generator"

    public var name: String = kind
    public var seed: Int = 1
    public var threads: Int?
    public var output: ConfiguredPath?
    public var data = DataSettings()
    public var tokenizer = TokenizerSettings()
    public var model = ModelSettings()
    public var batches = BatchSettings()
    public var optimizer = OptimizerSettings()
    public var evaluation = EvaluationSettings()
    public var lossSpikeGuard = LossSpikeGuardSettings()
    public var checkpoints = CheckpointSettings()
    public var samples = SampleSettings()
    public var export = ExportSettings()
    public var logging = LoggingSettings()

    public init() {}

    public func validate() throws { try validateRun() }

    /// Where the vocabulary comes from: the base model, else this folder, else the training text.
    public struct TokenizerSettings: Codable, Sendable, ValidatedSettings {
        /// A folder with `tokenizer.json`, or `vocab.json` and `merges.txt`.
        public var folder: ConfiguredPath?
        /// Entries of a vocabulary trained on the training headlines.
        public var vocabularySize: Int = 2048
        /// How often a pair must occur to be merged.
        public var minimumFrequency: Int = 2

        public func validate() throws {
            try require(vocabularySize, "vocabularySize", in: 257...1_000_000)
            try require(minimumFrequency, "minimumFrequency", in: 1...)
        }
    }

    /// The model: a base to go on from, or sizes of a fresh one.
    public struct ModelSettings: TransformerSizes, Codable, Sendable {
        /// A folder in Hugging Face layout; its `config.json` then gives the sizes.
        public var base: ConfiguredPath?
        /// Takes the sizes of `base` but fresh weights.
        public var freshWeights: Bool = false
        public var layers: Int = 4
        public var hiddenSize: Int = 128
        public var heads: Int = 4
        public var contextLength: Int = 64
        /// Width of the feed-forward layers; null for four times the channels.
        public var intermediateSize: Int?
        public var initializerRange: Double = 0.02
        public var layerNormEpsilon: Double = 1e-5
        /// Dropout of embeddings, residuals and attention weights; null takes the base's.
        public var dropout: Double? = 0.1

        /// Trains the last so many blocks and nothing else; null trains everything.
        public var trainLastBlocks: Int?

        public func validate() throws {
            if let trainLastBlocks { try require(trainLastBlocks, "trainLastBlocks", in: 1...) }
            try validateSizes()
        }
    }

    /// What is completed at every evaluation.
    public struct SampleSettings: Codable, Sendable {
        public var prompts = ["Scientists discover", "New law passed to", "AI could soon", "Stock market reacts"]
        public var temperature: Double = SamplingOptions().temperature
        public var topK: Int = SamplingOptions().topK
        public var topP: Double = SamplingOptions().topP
        public var repetitionPenalty: Double = SamplingOptions().repetitionPenalty
        public var maximumNewTokens: Int = SamplingOptions().maximumNewTokens
        public var seed: Int = 1

        var options: SamplingOptions {
            SamplingOptions(
                temperature: temperature, topK: topK, topP: topP, repetitionPenalty: repetitionPenalty,
                maximumNewTokens: maximumNewTokens, seed: UInt64(max(0, seed)))
        }
    }
}

extension GeneratorSettings.SampleSettings: ValidatedSettings {
    public func validate() throws {
        do { try options.check() } catch {
            throw InvalidSetting("samples", found: "\(error)", expected: "values in range")
        }
        try require(seed, "seed", in: 0...)
    }
}
