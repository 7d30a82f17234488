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

/// What a generator run is made of. Everything noteworthy on the way is said.
public struct GeneratorSetup: RunSetup {
    package let generator: GeneratorTask
    public var task: any TrainingTask { generator }

    public static func exampleCommand(for folder: String) -> String {
        "headline complete --model \(folder) \"Scientists discover\" -n 5"
    }

    public init(_ settings: GeneratorSettings, restoring: Bool, note: (String) -> Void) throws {
        let data = try GeneratorData(settings.data, note: note)
        let base = try settings.model.base.map { try GeneratorFolder(path: $0.path) }
        let vocabulary = try Self.tokenizer(settings, base: base, training: data.training, note: note)
        guard let endOfText = vocabulary.endOfText else {
            throw TrainingError(
                "the vocabulary has no end-of-text token, so a model could not learn where a headline ends; use one that has, or train one",
                .invalidInput)
        }
        // A headline is read behind the end-of-text token: the exported folder says so, and every prompt is framed by it.
        let tokenizer = try vocabulary.withPrefix([endOfText])
        let configuration = Self.configuration(settings, base: base, vocabularySize: tokenizer.vocabularySize)
        if let base { noteUnusedEntries(of: base.path, tokenizer.vocabularySize, configuration.vocabularySize, note) }
        try checkMemory(parameters: configuration.parameterCount)
        if let blocks = settings.model.trainLastBlocks, blocks > configuration.layers {
            throw TrainingError(
                "model.trainLastBlocks is \(blocks), and the model has only \(configuration.layers) blocks; expected at "
                    + "most as many, or null to train everything", .invalidRequest)
        }
        func frame(_ texts: [String], _ side: String) throws -> TokenizedHeadlines {
            let framed: TokenizedHeadlines
            do {
                framed = try TokenizedHeadlines(
                    texts, frame: .generator(endOfText: endOfText), maximumTokens: configuration.contextLength,
                    overlong: settings.data.overlong, encode: tokenizer.encode)
            } catch let error as FramingError {
                throw TrainingError(
                    "\(side): \(error) (settings data.overlong and model.contextLength)", error.category)
            }
            note("\(side): \(framed.summary)")
            return framed
        }
        let training = try frame(data.training, "training")
        let validation = try frame(data.validation, "validation")
        let model = try Self.model(configuration, settings, base: base, restoring: restoring, note: note)
        // A run that goes on was checked when it began.
        if !restoring {
            try Self.check(settings.samples, Generator(model, tokenizer), contextLength: configuration.contextLength)
        }
        let description = GeneratorCard(
            settings: settings, configuration: configuration, training: training, data: data)
        generator = try GeneratorTask(
            model: model, tokenizer: tokenizer, training: training, validation: validation,
            settings: settings, card: { description.card($0).text })
        let baseline = generator.unigramBaseline
        let perByte = baseline.value("bitsPerByte").map { String(format: ", %.3f bits/byte", $0) } ?? ""
        note(String(format: "unigram baseline: %.4f nats/token%@ on the validation headlines", baseline.loss, perByte))
    }

    /// Refuses a prompt that the model could not complete at the first evaluation, by completing each with one token now.
    private static func check(
        _ samples: GeneratorSettings.SampleSettings, _ generator: Generator, contextLength: Int
    ) throws(TrainingError) {
        var options = samples.options
        options.maximumNewTokens = 1
        for (index, prompt) in samples.prompts.enumerated() {
            do throws(GenerationError) { _ = try generator.complete(prompt, count: 1, options: options) } catch {
                throw TrainingError(
                    "samples.prompts[\(index)] cannot be completed with model.contextLength \(contextLength): \(error)",
                    .invalidRequest)
            }
        }
    }

    private static func tokenizer(
        _ settings: GeneratorSettings, base: GeneratorFolder?, training: [String], note: (String) -> Void
    ) throws -> ByteLevelBPE {
        if let folder = settings.tokenizer.folder {
            let tokenizer = try ByteLevelBPE(folder: folder.path)
            guard let base, !settings.model.freshWeights else { return tokenizer }
            guard tokenizer.tokens.elementsEqual(base.tokenizer.tokens, by: { $0.utf8.elementsEqual($1.utf8) }) else {
                throw TrainingError(
                    "\(folder.path): its vocabulary is not that of the base model \(base.path); leave tokenizer.folder out, or start from fresh weights",
                    .invalidInput)
            }
            return tokenizer
        }
        if let base { return base.tokenizer }
        let trained = try ByteLevelBPE.trained(
            on: training, vocabularySize: settings.tokenizer.vocabularySize,
            minimumFrequency: settings.tokenizer.minimumFrequency)
        note("vocabulary: \(trained.vocabularySize) entries learned from the training headlines")
        return trained
    }

    /// The sizes of the base where there is one, else those of the settings.
    private static func configuration(
        _ run: GeneratorSettings, base: GeneratorFolder?, vocabularySize: Int
    ) -> GPT2.Configuration {
        let settings = run.model
        if let base {
            var configuration = base.configuration.model
            // Another vocabulary than the base's, which fresh weights alone can have.
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
            intermediateSize: settings.feedForwardChannels,
            layerNormEpsilon: Float(settings.layerNormEpsilon), initializerRange: settings.initializerRange,
            embeddingDropout: dropout, residualDropout: dropout, attentionDropout: dropout)
    }

    private static func model(
        _ configuration: GPT2.Configuration, _ settings: GeneratorSettings, base: GeneratorFolder?, restoring: Bool,
        note: (String) -> Void
    ) throws -> GPT2 {
        if let base, !restoring, !settings.model.freshWeights {
            let loaded = try base.load(for: .training, configuration: configuration)
            if !loaded.ignored.isEmpty {
                note("\(base.path): ignored (constant masks, tied head) \(shortList(ofEntries: loaded.ignored))")
            }
            return loaded.model
        }
        return try GPT2(configuration, from: restoring ? .restore : .initialize(seed: UInt64(settings.seed)))
    }
}

/// The headlines of both sides.
package struct GeneratorData {
    package let training: [String]
    let validation: [String]
    /// SHA-256 of the files, for the model card.
    let digests: [String]

    package init(_ settings: DataSettings, note: (String) -> Void) throws {
        let table = try settings.trainingTable(note: note)
        guard let held = try settings.validationTable(note: note) else {
            let split = try settings.split.split(table.rows, of: table.path)
            note("split: \(split.summary)")
            training = split.training.map { table.rows[$0].text }
            validation = split.validation.map { table.rows[$0].text }
            digests = [table.digest.hexadecimal]
            return
        }
        training = table.texts
        validation = held.texts
        digests = [table.digest.hexadecimal, held.digest.hexadecimal]
        let overlap = Overlap(training: training, validation: validation)
        if overlap.exact + overlap.near > 0 { note("overlap: \(overlap)") }
    }
}
