import Checkpoints
import Files
import Foundation
import HeadlineData
import Inference
import ModelFolders
import Models
import NeuralNetwork
import NumericCore
import Settings
import Text
import Tokenization

/// The data, vocabulary and model of a generator run.
public struct GeneratorSetup: RunSetup {
    /// The task of the run.
    package let generator: GeneratorTask
    /// The task of the run, as the loop sees it.
    public var task: any TrainingTask { generator }

    /// Makes the data, the vocabulary and the model of a run.
    public init(_ settings: GeneratorSettings, restoring: Bool, note: (String) throws -> Void) throws {
        let data = try GeneratorData(settings.data, note: note)
        let base = try settings.model.base.map { try GeneratorFolder(.folder(path: $0.path)) }
        let (tokenizer, endOfText) = try Self.framedTokenizer(
            Self.tokenizer(settings, base: base, training: data.training, note: note))
        let configuration = try Self.checkedConfiguration(settings, base: base, tokenizer, note: note)
        func tokenized(_ texts: [String], _ part: String) throws -> TokenizedHeadlines {
            try notingCounts(of: part, note) {
                try TokenizedHeadlines(
                    texts, frame: .generator(endOfText: endOfText), maximumTokens: configuration.contextLength,
                    overlong: settings.data.overlong, encode: tokenizer.encode)
            }
        }
        let training = try tokenized(data.training, "training")
        let validation = try tokenized(data.validation, "validation")
        let model = try Self.model(configuration, settings, base: base, restoring: restoring, note: note)
        // A resumed run was checked when it began.
        if !restoring {
            try Self.check(settings.samples, Generator(model, tokenizer), contextLength: configuration.contextLength)
        }
        let description = GeneratorCard(
            settings: settings, configuration: configuration, training: training, data: data)
        generator = try GeneratorTask(
            model: model, tokenizer: tokenizer, training: training, validation: validation,
            settings: settings,
            base: settings.model.freshWeights ? nil : base.map { BaseModel(path: $0.path, parameters: $0.parameters) },
            card: { description.card($0).text })
        try noteBaseline(note)
    }

    /// Notes the loss that any model has to be well below.
    private func noteBaseline(_ note: (String) throws -> Void) throws {
        let baseline = generator.unigramBaseline
        let perByte = baseline.value("bitsPerByte").map { ", \(Formatting.fixed($0, 3)) bits/byte" } ?? ""
        try note("unigram baseline: validation loss \(Formatting.fixed(baseline.loss, 3)) nats/token\(perByte)")
    }

    /// Returns a vocabulary that puts every text after the end of text, as headlines are read in training, and that token.
    private static func framedTokenizer(
        _ vocabulary: ByteLevelBPE
    ) throws -> (tokenizer: ByteLevelBPE, endOfText: Int32) {
        guard let endOfText = vocabulary.endOfText else { throw TrainingError.noEndOfText }
        return (try vocabulary.withPrefix([endOfText]), endOfText)
    }

    /// Returns the sizes of the model. Throws if the machine has no memory for it or if settings ask for more than it has.
    private static func checkedConfiguration(
        _ settings: GeneratorSettings, base: GeneratorFolder?, _ tokenizer: ByteLevelBPE,
        note: (String) throws -> Void
    ) throws -> GPT2.Configuration {
        let configuration = Self.configuration(settings, base: base, vocabularySize: tokenizer.vocabularySize)
        if let base {
            try noteUnusedEntries(of: base.path, tokenizer.vocabularySize, configuration.vocabularySize, note)
        }
        try checkMemory(parameters: configuration.parameterCount)
        if let blocks = settings.model.trainLastBlocks, blocks > configuration.layers {
            throw TrainingError.tooManyLayers(
                setting: "model.trainLastBlocks", requested: blocks, layers: configuration.layers)
        }
        return configuration
    }

    /// Refuses a prompt that the model could not complete at the first evaluation, by completing each with one token now.
    private static func check(
        _ samples: GeneratorSettings.SampleSettings, _ generator: Generator, contextLength: Int
    ) throws(TrainingError) {
        var options = samples.options
        options.maximumNewTokens = 1
        for (index, prompt) in samples.prompts.enumerated() {
            do throws(GenerationError) { _ = try generator.complete(prompt, count: 1, options: options) } catch {
                throw .prompt(index: index, contextLength: contextLength, problem: "\(error)")
            }
        }
    }

    private static func tokenizer(
        _ settings: GeneratorSettings, base: GeneratorFolder?, training: [String], note: (String) throws -> Void
    ) throws -> ByteLevelBPE {
        if let folder = settings.tokenizer.folder {
            let tokenizer = try ByteLevelBPE(folder: folder.path)
            guard let base, !settings.model.freshWeights else { return tokenizer }
            guard tokenizer.tokens.elementsEqual(base.tokenizer.tokens, by: { $0.utf8.elementsEqual($1.utf8) }) else {
                throw TrainingError.otherVocabulary(folder: folder.path, base: base.path, allowsFreshWeights: true)
            }
            return tokenizer
        }
        if let base { return base.tokenizer }
        let trained = try ByteLevelBPE.trained(
            on: training, vocabularySize: settings.tokenizer.vocabularySize,
            minimumFrequency: settings.tokenizer.minimumFrequency)
        try note("vocabulary: \(trained.vocabularySize) entries learned from the training headlines")
        return trained
    }

    /// Returns the sizes of the base model, or those of the settings without one.
    private static func configuration(
        _ run: GeneratorSettings, base: GeneratorFolder?, vocabularySize: Int
    ) -> GPT2.Configuration {
        let settings = run.model
        if let base {
            var configuration = base.configuration.model
            // Only fresh weights can have another vocabulary than the base.
            if settings.freshWeights, run.tokenizer.folder != nil { configuration.vocabularySize = vocabularySize }
            if let dropout = settings.dropout {
                configuration.embeddingDropout = Float(dropout)
                configuration.residualDropout = Float(dropout)
                configuration.attentionDropout = Float(dropout)
            }
            return configuration
        }
        let dropout = Float(settings.dropout ?? 0)
        return GPT2.Configuration(
            vocabularySize: vocabularySize, contextLength: settings.contextLength, hiddenSize: settings.hiddenSize,
            layers: settings.layers, heads: settings.heads,
            intermediateSize: settings.feedForwardSize,
            layerNormEpsilon: Float(settings.layerNormEpsilon), initializerRange: settings.initializerRange,
            embeddingDropout: dropout, residualDropout: dropout, attentionDropout: dropout)
    }

    private static func model(
        _ configuration: GPT2.Configuration, _ settings: GeneratorSettings, base: GeneratorFolder?, restoring: Bool,
        note: (String) throws -> Void
    ) throws -> GPT2 {
        if let base, !restoring, !settings.model.freshWeights {
            let loaded = try base.load(for: .training, configuration: configuration)
            if !loaded.ignored.isEmpty {
                try note("\(base.path): ignored (constant masks, tied head) \(shortList(ofEntries: loaded.ignored))")
            }
            return loaded.model
        }
        return try GPT2(configuration, from: restoring ? .restore : .initialize(seed: UInt64(settings.seed)))
    }
}
