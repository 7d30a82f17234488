package import Autograd
import Checkpoints
import Files
import Foundation
package import HeadlineData
import Inference
import Metrics
import Models
import NeuralNetwork
import NumericCore
import Tokenization

/// Training a GPT-2 to continue headlines.
package final class GeneratorTask: TrainingTask {
    package let plan: BatchPlan
    package let dataDigest: String
    let tokenizer: ByteLevelBPE
    private let model: GPT2
    private let store: ParameterStore
    private let training: FramedHeadlines
    private let validation: FramedHeadlines
    private let settings: GeneratorSettings
    private let card: (TaskEvaluation?) -> String
    private var latestEvaluation: TaskEvaluation?

    /// - Parameter card: the model card, given the newest evaluation.
    init(
        model: GPT2, store: ParameterStore, tokenizer: ByteLevelBPE, training: FramedHeadlines,
        validation: FramedHeadlines, settings: GeneratorSettings, card: @escaping (TaskEvaluation?) -> String
    ) throws {
        self.model = model
        self.store = store
        self.tokenizer = tokenizer
        self.training = training
        self.validation = validation
        self.settings = settings
        self.card = card
        let batches = settings.batches
        plan = try BatchPlan(
            lengths: training.lengths, tokensPerStep: batches.tokensPerStep,
            tokensPerMicroBatch: min(batches.tokensPerMicroBatch, batches.tokensPerStep), seed: UInt64(settings.seed))
        dataDigest = Self.digest(training, validation)
    }

    /// How well token frequencies alone predict the validation headlines: what any model has to be well below.
    package var unigramBaseline: TaskEvaluation {
        let unigram = UnigramModel(training.targets, vocabularySize: tokenizer.vocabularySize)
        return evaluation(nats: unigram.nats(of: validation.targets))
    }

    package var trainedParameters: [Parameter] { store.parameters }
    package var allParameters: [Parameter] { store.parameters }
    package var validationCount: Int { validation.count }

    private static func digest(_ sides: FramedHeadlines...) -> String {
        var stream = SHA256Digest.Stream()
        for side in sides {
            stream.update("\(side.count) headlines, \(side.targets.count) tokens;")
            side.targets.withUnsafeBytes { stream.update($0) }
            side.lengths.withUnsafeBytes { stream.update($0) }
        }
        return stream.finish().hexadecimal
    }

    package func lossSum(of headlines: [Int32], firstRow: Int) -> Tensor {
        let batch = training.microBatch(headlines, firstRow: firstRow)
        return model.lossSum(batch.inputs, Segments(offsets: batch.offsets), targets: batch.targets)
    }

    package func evaluate(isStopping: () -> Bool) -> TaskEvaluation? {
        var nats = 0.0
        for run in validation.sequentialRuns(ofTokens: settings.batches.tokensPerMicroBatch) {
            if isStopping() { return nil }
            let batch = validation.microBatch(run)
            nats += model.losses(batch.inputs, Segments(offsets: batch.offsets), targets: batch.targets).reduce(0, +)
        }
        let result = evaluation(nats: nats)
        latestEvaluation = result
        return result
    }

    /// The figures of validation headlines that take `nats` in all.
    private func evaluation(nats: Double) -> TaskEvaluation {
        let tokens = validation.targets.count
        // A headline that was cut has bytes that no token stands for.
        let bytes = validation.isCut.contains(true) ? nil : validation.byteCounts.reduce(0) { $0 + Int($1) }
        return TaskEvaluation(
            loss: nats / Double(tokens), bitsPerByte: bytes.map { nats / log(2) / Double($0) }, tokens: tokens)
    }

    package func samples() throws -> [SamplesReport.Sample] {
        let generator = try Generator(model, tokenizer)
        return try settings.samples.prompts.map { prompt in
            let completions = try generator.complete(prompt, count: 1, options: settings.samples.options)
            return SamplesReport.Sample(prompt: prompt, completion: completions[0].text)
        }
    }

    package func export(to path: String) throws {
        try GeneratorFolder.write(
            model, parameters: store, tokenizer: tokenizer, sampling: settings.samples.options,
            card: card(latestEvaluation), precision: settings.export.precision == .float16 ? .float16 : .float32, to: path)
    }
}
