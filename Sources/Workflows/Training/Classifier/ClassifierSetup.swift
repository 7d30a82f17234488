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

/// What a classifier run is made of. Everything noteworthy on the way is said.
public struct ClassifierSetup: RunSetup {
    package let classifier: ClassifierTask
    public var task: any TrainingTask { classifier }

    public static func exampleCommand(for folder: String) -> String {
        "headline classify --model \(folder) \"Striker out for six weeks after scan\""
    }

    public init(_ settings: ClassifierSettings, restoring: Bool, note: (String) -> Void) throws {
        if settings.fineTuning.meanLayer { try Self.checkMeanLayer(settings) }
        let data = try ClassifierData(settings, note: note)
        let base = try settings.model.base.map { try ClassifierBase(path: $0.path) }
        let tokenizer = try Self.tokenizer(settings, base: base, data: data, note: note)
        let labels = data.labeling.labels.names
        var configuration = try Self.configuration(
            settings.model, base: base, tokenizer: tokenizer, labels: labels.count)
        if settings.fineTuning.meanLayer { configuration.layers += 1 }
        if let base { noteUnusedEntries(of: base.path, tokenizer.vocabularySize, configuration.vocabularySize, note) }
        try settings.fineTuning.check(layers: configuration.layers)
        try checkMemory(parameters: configuration.parameterCount)
        func frame(_ rows: LabeledRows, _ labels: [Int], _ side: String) throws -> TokenizedHeadlines {
            let framed: TokenizedHeadlines
            do {
                framed = try TokenizedHeadlines(
                    rows.rows.map(\.text), labels: labels,
                    frame: .classifier(prefix: [tokenizer.cls], suffix: [tokenizer.sep]),
                    maximumTokens: configuration.contextLength, overlong: settings.data.overlong,
                    encode: tokenizer.encode)
            } catch let error as FramingError {
                throw TrainingError(
                    "\(side): \(error) (settings data.overlong and model.contextLength)", error.category)
            }
            note("\(side): \(framed.summary)")
            return framed
        }
        let training = try frame(data.training, data.labeling.training, "training")
        try Self.checkSpelling(of: training, tokenizer, note: note)
        let validation = try frame(data.validation, data.labeling.validation, "validation")
        let model = try Self.model(
            configuration, settings, base: base, labels: labels, restoring: restoring, note: note)
        classifier = try ClassifierTask(
            model: model, tokenizer: tokenizer,
            split: .init(data: data, training: training, validation: validation), settings: settings)
    }

    /// Says how many words the vocabulary cannot spell. Throws when those are more than half of the training tokens, from
    /// which nothing can be learned.
    private static func checkSpelling(
        of training: TokenizedHeadlines, _ tokenizer: WordPieceTokenizer, note: (String) -> Void
    ) throws(TrainingError) {
        let unknown = training.tokens.count { $0 == tokenizer.unk }
        // Without the two tokens that frame each headline.
        let words = training.tokens.count - 2 * training.count
        guard unknown > 0 else { return }
        let found =
            "\(grouped(unknown)) of \(grouped(words)) training tokens stand for words that the vocabulary of "
            + "\(grouped(tokenizer.vocabularySize)) entries cannot spell ([UNK])"
        guard 2 * unknown <= words else {
            throw TrainingError(
                "\(found), too many to learn from; look at the vocabulary in model.base or tokenizer.folder, which may belong "
                    + "to another model or language", .invalidInput)
        }
        note(found)
    }

    private static func tokenizer(
        _ settings: ClassifierSettings, base: ClassifierBase?, data: ClassifierData, note: (String) -> Void
    ) throws -> WordPieceTokenizer {
        if let folder = settings.tokenizer.folder {
            let tokenizer = try WordPieceTokenizer(folder: folder.path)
            guard let base else { return tokenizer }
            let own = try WordPieceTokenizer(folder: base.path)
            guard tokenizer.tokens.elementsEqual(own.tokens, by: { $0.utf8.elementsEqual($1.utf8) }) else {
                throw TrainingError(
                    "\(folder.path): its vocabulary is not that of the base model \(base.path); leave tokenizer.folder out",
                    .invalidInput)
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
        } catch { throw TrainingError("\(error) (setting tokenizer.vocabularySize)", error.category) }
        note("vocabulary: \(trained.vocabularySize) entries learned from the training headlines")
        return trained
    }

    /// The sizes of the base where there is one, else those of the settings.
    private static func configuration(
        _ settings: ClassifierSettings.ModelSettings, base: ClassifierBase?, tokenizer: WordPieceTokenizer, labels: Int
    ) throws -> BERTClassifier.Configuration {
        guard let base else {
            let dropout = Float(settings.dropout ?? 0)
            return BERTClassifier.Configuration(
                vocabularySize: tokenizer.vocabularySize, contextLength: settings.contextLength, tokenTypes: 2,
                hiddenSize: settings.hiddenSize, layers: settings.layers, heads: settings.heads,
                intermediateSize: settings.feedForwardChannels,
                layerNormEpsilon: Float(settings.layerNormEpsilon), initializerRange: settings.initializerRange,
                hiddenDropout: dropout, attentionDropout: dropout, classifierDropout: dropout,
                pooling: settings.pooling, labels: labels)
        }
        var configuration = base.configuration.model
        guard tokenizer.vocabularySize <= configuration.vocabularySize else {
            throw TrainingError(
                "\(base.path): its vocabulary has \(tokenizer.vocabularySize) entries and its config.json says "
                    + "\(configuration.vocabularySize) (`vocab_size`); one of the two belongs to another model",
                .invalidInput)
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
            throw TrainingError(
                "fineTuning.meanLayer adds a layer to a base; name one by model.base or --base", .invalidRequest)
        }
        guard settings.model.pooling == .cls else {
            throw TrainingError(
                "fineTuning.meanLayer serves the pooling `cls`, and model.pooling is `\(settings.model.pooling.rawValue)`; leave "
                    + "one of the two out", .invalidRequest)
        }
    }

    private static func model(
        _ configuration: BERTClassifier.Configuration, _ settings: ClassifierSettings, base: ClassifierBase?,
        labels: [String], restoring: Bool, note: (String) -> Void
    ) throws -> BERTClassifier {
        if let base, !restoring {
            let loaded = try base.load(
                labels: labels, configuration: configuration, seed: UInt64(settings.seed),
                addsMeanLayer: settings.fineTuning.meanLayer)
            if settings.fineTuning.meanLayer {
                note("\(base.path): layer \(configuration.layers - 1) added, which begins as the mean over all tokens")
            }
            if !loaded.ignored.isEmpty {
                note("\(base.path): ignored \(shortList(ofEntries: loaded.ignored))")
            }
            if !loaded.fresh.isEmpty {
                note("\(base.path): freshly initialised \(shortList(ofEntries: loaded.fresh))")
            }
            return loaded.model
        }
        return try BERTClassifier(
            configuration, from: restoring ? .restore : .initialize(seed: UInt64(settings.seed)))
    }
}

extension ClassifierSettings.FineTuningSettings {
    /// Refuses to freeze more layers than a model has.
    fileprivate func check(layers: Int) throws(TrainingError) {
        guard freezeLayers <= layers else {
            throw TrainingError(
                "fineTuning.freezeLayers is \(freezeLayers), and the model has only \(layers) layers; expected at most as many",
                .invalidRequest)
        }
    }
}
