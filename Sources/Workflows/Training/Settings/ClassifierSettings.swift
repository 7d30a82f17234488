public import HeadlineData
public import Models
public import Settings

/// The settings of `train classifier`; the YAML keys are the names below.
public struct ClassifierSettings: RunSettings {
    /// The kind of model, kept in checkpoints.
    public static let kind = "classifier"

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
    /// The classes.
    public var labels = LabelSettings()
    /// The vocabulary.
    public var tokenizer = TokenizerSettings()
    /// The model.
    public var model = ModelSettings()
    /// The changes to a pretrained encoder.
    public var fineTuning = FineTuningSettings()
    /// The loss.
    public var loss = LossSettings()
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
    /// The calibration of the exported model.
    public var calibration = CalibrationSettings()
    /// The format of model folders.
    public var export = ExportSettings()
    /// The logs.
    public var logging = LoggingSettings()

    /// Makes the defaults.
    public init() {}

    /// Throws an `InvalidSetting` for a value out of range.
    public func validate() throws { try validateRun() }

    /// The classes.
    public struct LabelSettings: Codable, Sendable, ValidatedSettings {
        /// The labels in the order of the logits; null takes those of the training headlines, sorted.
        public var names: [String]?
        /// A file of lines `OLD NAME: NEW NAME` that merges labels.
        public var map: ConfiguredPath?
        /// Labels with fewer training headlines are reported as rare.
        public var rareBelow: Int = Labeling.defaultRareLimit

        /// Throws an `InvalidSetting` for a value out of range.
        public func validate() throws { try require(rareBelow, "rareBelow", in: 0...) }
    }

    /// The source of the vocabulary: the base model, else a folder, else the training headlines.
    public struct TokenizerSettings: Codable, Sendable, ValidatedSettings {
        /// A folder with `tokenizer.json` or `vocab.txt`.
        public var folder: ConfiguredPath?
        /// The number of entries of a vocabulary learned from the training headlines.
        public var vocabularySize: Int = 4096
        /// The number of times that a pair must occur to be merged.
        public var minimumFrequency: Int = 2
        /// Lower-cases text and removes accents before a vocabulary is learned.
        public var lowercases: Bool = true

        /// Throws an `InvalidSetting` for a value out of range.
        public func validate() throws {
            try require(vocabularySize, "vocabularySize", in: 32...1_000_000)
            try require(minimumFrequency, "minimumFrequency", in: 1...)
        }
    }

    /// The model: a base to fine-tune, or the sizes of a fresh one.
    public struct ModelSettings: TransformerSizes, Codable, Sendable {
        /// A folder in Hugging Face layout; its `config.json` then gives the sizes.
        public var base: ConfiguredPath?
        /// The pooling of token states for the head: `cls` is BERT's pooler; only HeadlineKit can use `mean`.
        public var pooling: BERTClassifier.Pooling = .cls
        /// The number of layers.
        public var layers: Int = 2
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
        public var layerNormEpsilon: Double = 1e-12
        /// Dropout of hidden states, attention weights and the head's input; null takes the base's.
        public var dropout: Double? = 0.1

        /// Throws an `InvalidSetting` for a value out of range.
        public func validate() throws { try validateSizes() }
    }

    /// The changes to a pretrained encoder.
    public struct FineTuningSettings: Codable, Sendable, ValidatedSettings {
        /// Keeps the embeddings as they are.
        public var freezeEmbeddings: Bool = false
        /// Adds one layer on top of the base, which begins as the mean over all tokens: `[CLS]` then has the mean from the first
        /// step, and the exported model is an ordinary BERT.
        public var meanLayer: Bool = false
        /// The number of first layers that stay as they are.
        public var freezeLayers: Int = 0
        /// The factor of the learning rate for each layer further from the head (Howard and Ruder 2018,
        /// "discriminative fine-tuning"); 1 for one rate.
        public var layerDecay: Double = 1

        /// Throws an `InvalidSetting` for a value out of range.
        public func validate() throws {
            try require(freezeLayers, "freezeLayers", in: 0...)
            try require(
                layerDecay > 0 && layerDecay <= 1, "layerDecay", found: layerDecay, expected: "above 0, at most 1")
        }
    }

    /// The loss.
    public struct LossSettings: Codable, Sendable, ValidatedSettings {
        /// The weight of a headline by its label.
        public var classWeights: ClassWeighting = .none
        /// β of `effectiveNumber`.
        public var beta: Double = 0.999
        /// The share of a target that is spread over all labels (Szegedy et al. 2016).
        public var labelSmoothing: Double = 0

        /// Throws an `InvalidSetting` for a value out of range.
        public func validate() throws {
            try require(beta, "beta", in: 0...0.999_999)
            try require(labelSmoothing, "labelSmoothing", in: 0...0.9)
        }
    }

    /// The calibration of the exported model.
    public struct CalibrationSettings: Codable, Sendable {
        /// Divides the exported head by a temperature fitted on the validation headlines; see `TemperatureCalibration`.
        public var temperature: Bool = true
    }
}
