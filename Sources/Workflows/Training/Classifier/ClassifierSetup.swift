import Files
import Foundation
import HeadlineData
import Inference
import ModelFolders
import Models
import NeuralNetwork
import Settings
import Text
import Tokenization

/// The data, vocabulary and model of a classifier run.
public struct ClassifierSetup: RunSetup {
    /// The task of the run.
    package let classifier: ClassifierTask
    /// The task of the run, as the loop sees it.
    public var task: any TrainingTask { classifier }

    /// Makes the data, the vocabulary and the model of a run.
    public init(_ settings: ClassifierSettings, restoring: Bool, note: (String) throws -> Void) throws {
        if settings.fineTuning.meanLayer { try Self.checkMeanLayer(settings) }
        let data = try ClassifierData(settings, note: note)
        let base = try settings.model.base.map { try ClassifierBase(.folder(path: $0.path)) }
        let tokenizer = try Self.tokenizer(settings, base: base, data: data, note: note)
        let labels = data.labeling.labels.names
        let configuration = try Self.checkedConfiguration(
            settings, base: base, tokenizer, labels: labels.count, note: note)
        func tokenized(_ rows: LabeledRows, _ labels: [Int], _ part: String) throws -> TokenizedHeadlines {
            try notingCounts(of: part, note) {
                try TokenizedHeadlines(
                    rows.rows.map(\.text), labels: labels,
                    frame: .classifier(prefix: [tokenizer.cls], suffix: [tokenizer.sep]),
                    maximumTokens: configuration.contextLength, overlong: settings.data.overlong,
                    encode: tokenizer.encode)
            }
        }
        let training = try tokenized(data.training, data.labeling.training, "training")
        try Self.checkSpelling(of: training, tokenizer, note: note)
        let validation = try tokenized(data.validation, data.labeling.validation, "validation")
        let model = try Self.model(
            configuration, settings, base: base, labels: labels, restoring: restoring, note: note)
        classifier = try ClassifierTask(
            model: model, tokenizer: tokenizer,
            split: .init(data: data, training: training, validation: validation), settings: settings,
            base: base.map { BaseModel(path: $0.path, parameters: $0.parameters) })
    }

    /// Returns the sizes of the model. Throws if the machine has no memory for it or if settings ask for more than it has.
    private static func checkedConfiguration(
        _ settings: ClassifierSettings, base: ClassifierBase?, _ tokenizer: WordPieceTokenizer, labels: Int,
        note: (String) throws -> Void
    ) throws -> BERTClassifier.Configuration {
        var configuration = try Self.configuration(settings.model, base: base, tokenizer: tokenizer, labels: labels)
        if settings.fineTuning.meanLayer { configuration.layers += 1 }
        if let base {
            try noteUnusedEntries(of: base.path, tokenizer.vocabularySize, configuration.vocabularySize, note)
        }
        guard settings.fineTuning.freezeLayers <= configuration.layers else {
            throw TrainingError.tooManyLayers(
                setting: "fineTuning.freezeLayers", requested: settings.fineTuning.freezeLayers,
                layers: configuration.layers)
        }
        try checkMemory(parameters: configuration.parameterCount)
        return configuration
    }

    /// Notes how many words the vocabulary cannot spell. Throws if they are more than half of the training tokens, from which
    /// nothing can be learned.
    private static func checkSpelling(
        of training: TokenizedHeadlines, _ tokenizer: WordPieceTokenizer, note: (String) throws -> Void
    ) throws {
        let unknown = training.tokens.count { $0 == tokenizer.unk }
        let words = training.tokens.count - training.frame.addedTokens * training.count
        let entries = tokenizer.vocabularySize
        guard unknown > 0 else { return }
        guard 2 * unknown <= words else {
            throw TrainingError.unknownWords(count: unknown, words: words, entries: entries)
        }
        try note(TrainingError.unknownWords(unknown, of: words, entries: entries))
    }

    private static func tokenizer(
        _ settings: ClassifierSettings, base: ClassifierBase?, data: ClassifierData, note: (String) throws -> Void
    ) throws -> WordPieceTokenizer {
        if let folder = settings.tokenizer.folder {
            let tokenizer = try WordPieceTokenizer(folder: folder.path)
            guard let base else { return tokenizer }
            let own = try WordPieceTokenizer(folder: base.path)
            guard tokenizer.tokens.elementsEqual(own.tokens, by: { $0.utf8.elementsEqual($1.utf8) }) else {
                throw TrainingError.otherVocabulary(folder: folder.path, base: base.path, allowsFreshWeights: false)
            }
            return tokenizer
        }
        if let base { return try WordPieceTokenizer(folder: base.path) }
        let trained: WordPieceTokenizer
        do throws(TokenizationError) {
            trained = try WordPieceTokenizer.trained(
                on: data.training.rows.map(\.text), vocabularySize: settings.tokenizer.vocabularySize,
                minimumFrequency: settings.tokenizer.minimumFrequency,
                normalization: .init(lowercases: settings.tokenizer.lowercases))
        } catch { throw TrainingError.vocabulary(error) }
        try note("vocabulary: \(trained.vocabularySize) entries learned from the training headlines")
        return trained
    }

    /// Returns the sizes of the base model, or those of the settings without one.
    private static func configuration(
        _ settings: ClassifierSettings.ModelSettings, base: ClassifierBase?, tokenizer: WordPieceTokenizer, labels: Int
    ) throws -> BERTClassifier.Configuration {
        guard let base else {
            let dropout = Float(settings.dropout ?? 0)
            return BERTClassifier.Configuration(
                vocabularySize: tokenizer.vocabularySize, contextLength: settings.contextLength, tokenTypes: 2,
                hiddenSize: settings.hiddenSize, layers: settings.layers, heads: settings.heads,
                intermediateSize: settings.feedForwardSize,
                layerNormEpsilon: Float(settings.layerNormEpsilon), initializerRange: settings.initializerRange,
                hiddenDropout: dropout, attentionDropout: dropout, classifierDropout: dropout,
                pooling: settings.pooling, labels: labels)
        }
        var configuration = base.configuration.model
        guard tokenizer.vocabularySize <= configuration.vocabularySize else {
            throw TrainingError.largeVocabulary(
                base: base.path, entries: tokenizer.vocabularySize, room: configuration.vocabularySize)
        }
        configuration.labels = labels
        configuration.pooling = settings.pooling
        if let dropout = settings.dropout {
            configuration.hiddenDropout = Float(dropout)
            configuration.attentionDropout = Float(dropout)
            configuration.classifierDropout = Float(dropout)
        }
        return configuration
    }

    private static func checkMeanLayer(_ settings: ClassifierSettings) throws(TrainingError) {
        guard settings.model.base != nil else {
            throw .meanLayerWithoutBase
        }
        guard settings.model.pooling == .cls else {
            throw .meanLayerPooling(settings.model.pooling.rawValue)
        }
    }

    private static func model(
        _ configuration: BERTClassifier.Configuration, _ settings: ClassifierSettings, base: ClassifierBase?,
        labels: [String], restoring: Bool, note: (String) throws -> Void
    ) throws -> BERTClassifier {
        if let base, !restoring {
            let loaded = try base.load(
                labels: labels, configuration: configuration, seed: UInt64(settings.seed),
                addsMeanLayer: settings.fineTuning.meanLayer)
            if settings.fineTuning.meanLayer {
                try note(
                    "\(base.path): added layer \(configuration.layers - 1), which begins as the mean over all tokens")
            }
            if !loaded.ignored.isEmpty {
                try note("\(base.path): ignored \(shortList(ofEntries: loaded.ignored))")
            }
            if !loaded.fresh.isEmpty {
                try note("\(base.path): initialized with fresh weights: \(shortList(ofEntries: loaded.fresh))")
            }
            return loaded.model
        }
        return try BERTClassifier(
            configuration, from: restoring ? .restore : .initialize(seed: UInt64(settings.seed)))
    }
}
