public import HeadlineData
public import Models
public import Settings

/// Everything that `train classifier` can be told; the YAML keys are the names below.
public struct ClassifierSettings: RunSettings {
    public static let kind = "classifier"

    public var name: String = kind
    public var seed: Int = 1
    public var threads: Int?
    public var output: ConfiguredPath?
    public var data = DataSettings()
    public var labels = LabelSettings()
    public var tokenizer = TokenizerSettings()
    public var model = ModelSettings()
    public var fineTuning = FineTuningSettings()
    public var loss = LossSettings()
    public var batches = BatchSettings()
    public var optimizer = OptimizerSettings()
    public var evaluation = EvaluationSettings()
    public var lossSpikeGuard = LossSpikeGuardSettings()
    public var checkpoints = CheckpointSettings()
    public var calibration = CalibrationSettings()
    public var export = ExportSettings()
    public var logging = LoggingSettings()

    public init() {}

    public func validate() throws { try validateRun() }

    /// What the classes are.
    public struct LabelSettings: Codable, Sendable, ValidatedSettings {
        /// The labels in the order of the logits; null takes those of the training headlines, sorted.
        public var names: [String]?
        /// A file of lines `OLD NAME: NEW NAME` that merges labels.
        public var map: ConfiguredPath?
        /// Labels with fewer training headlines are reported as rare.
        public var rareBelow: Int = Labeling.defaultRareLimit

        public func validate() throws { try require(rareBelow, "rareBelow", in: 0...) }
    }

    /// Where the vocabulary comes from: the base model, else this folder, else the training text.
    public struct TokenizerSettings: Codable, Sendable, ValidatedSettings {
        /// A folder with `tokenizer.json` or `vocab.txt`.
        public var folder: ConfiguredPath?
        /// Entries of a vocabulary trained on the training headlines.
        public var vocabularySize: Int = 4096
        /// How often a pair must occur to be merged.
        public var minimumFrequency: Int = 2
        /// Whether a vocabulary trained here is of lower-cased text without accents.
        public var lowercases: Bool = true

        public func validate() throws {
            try require(vocabularySize, "vocabularySize", in: 32...1_000_000)
            try require(minimumFrequency, "minimumFrequency", in: 1...)
        }
    }

    /// The model: a base to go on from, or sizes of a fresh one.
    public struct ModelSettings: TransformerSizes, Codable, Sendable {
        /// A folder in Hugging Face layout; its `config.json` then gives the sizes.
        public var base: ConfiguredPath?
        /// What of a headline the head sees: `cls` is BERT's pooler; `mean` is for this toolkit's own engine only.
        public var pooling: BERTClassifier.Pooling = .cls
        public var layers: Int = 2
        public var hiddenSize: Int = 128
        public var heads: Int = 4
        public var contextLength: Int = 64
        /// Width of the feed-forward layers; null for four times the channels.
        public var intermediateSize: Int?
        public var initializerRange: Double = 0.02
        public var layerNormEpsilon: Double = 1e-12
        /// Dropout of hidden states, attention weights and the head's input; null takes the base's.
        public var dropout: Double? = 0.1

        public func validate() throws { try validateSizes() }
    }

    /// What of a pretrained encoder changes, and how fast.
    public struct FineTuningSettings: Codable, Sendable, ValidatedSettings {
        /// Keeps the embeddings as they are.
        public var freezeEmbeddings: Bool = false
        /// Puts one more layer above the base's, which begins as the mean over all tokens: `[CLS]` then sees from the first step
        /// what mean pooling sees, and what is exported is a BERT like any other.
        public var meanLayer: Bool = false
        /// Keeps the first so many layers as they are.
        public var freezeLayers: Int = 0
        /// What the learning rate is multiplied by for each layer further from the head (Howard and Ruder 2018,
        /// "discriminative fine-tuning"); 1 for one rate.
        public var layerDecay: Double = 1

        public func validate() throws {
            try require(freezeLayers, "freezeLayers", in: 0...)
            try require(
                layerDecay > 0 && layerDecay <= 1, "layerDecay", found: layerDecay, expected: "above 0, at most 1")
        }
    }

    /// What a wrong label costs.
    public struct LossSettings: Codable, Sendable, ValidatedSettings {
        /// How much a headline counts by its label.
        public var classWeights: ClassWeighting = .none
        /// β of `effectiveNumber`.
        public var beta: Double = 0.999
        /// The share of a target that is spread over all labels (Szegedy et al. 2016).
        public var labelSmoothing: Double = 0

        public func validate() throws {
            try require(beta, "beta", in: 0...0.999_999)
            try require(labelSmoothing, "labelSmoothing", in: 0...0.9)
        }
    }

    /// What becomes of the probabilities.
    public struct CalibrationSettings: Codable, Sendable {
        /// Divides the exported head by a temperature fitted on the validation headlines; see ``Metrics/TemperatureCalibration``.
        public var temperature: Bool = true
    }
}
