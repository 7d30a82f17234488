package import Autograd
import Baselines
import Checkpoints
import Files
import Foundation
package import HeadlineData
import Inference
import ModelFolders
import Models
import NeuralNetwork
import NumericCore
import Statistics
import Text
import Tokenization

/// Training of a GPT-2 that continues headlines.
package final class GeneratorTask: SampleWritingTask {
    package let plan: BatchPlan
    package let dataDigest: String
    let tokenizer: ByteLevelBPE
    private let model: GPT2
    private let training: TokenizedHeadlines
    private let validation: TokenizedHeadlines
    private let settings: GeneratorSettings
    private let card: (TaskEvaluation?) -> String
    package let trainedParameters: [Parameter]
    package let base: BaseModel?

    /// - Parameter card: Makes the model card, given the newest evaluation.
    init(
        model: GPT2, tokenizer: ByteLevelBPE, training: TokenizedHeadlines, validation: TokenizedHeadlines,
        settings: GeneratorSettings, base: BaseModel?, card: @escaping (TaskEvaluation?) -> String
    ) throws {
        self.model = model
        self.tokenizer = tokenizer
        self.training = training
        self.validation = validation
        self.settings = settings
        self.card = card
        self.base = base
        plan = try settings.batches.plan(lengths: training.lengths, seed: settings.seed)
        dataDigest = Self.digest(training, validation)
        trainedParameters = model.trainable(lastBlocks: settings.model.trainLastBlocks)
    }

    /// The evaluation of token frequencies alone on the validation headlines: any model has to be well below its loss.
    package var unigramBaseline: TaskEvaluation {
        let unigram = UnigramModel(training.tokens, vocabularySize: tokenizer.vocabularySize)
        return evaluation(nats: unigram.nats(of: validation.tokens))
    }

    package let unit = PredictionUnit.token
    package let objective = Objective.lowestLoss
    package func lossCount(of step: StepPlan) -> Double { Double(step.tokenCount) }
    package var allParameters: [Parameter] { model.parameters }
    package var validationCount: Int { validation.count }
    package var validationTokens: Int { validation.tokens.count }

    private static func digest(_ sides: TokenizedHeadlines...) -> String {
        var stream = SHA256Digest.Stream()
        for side in sides {
            stream.update("\(side.count) headlines, \(side.tokens.count) tokens;")
            side.tokens.withUnsafeBytes { stream.update($0) }
            side.lengths.withUnsafeBytes { stream.update($0) }
        }
        return stream.finish().hexadecimal
    }

    package func lossSum(of headlines: [Int32]) -> Tensor {
        let batch = training.microBatch(headlines)
        return model.lossSum(batch.inputs, batch.segments, targets: batch.targets)
    }

    package func largestLossSum() -> (loss: Tensor, tokens: Int) {
        let tokens = min(plan.tokensPerMicroBatch, training.tokens.count)
        let ids = Array(training.tokens[..<tokens])
        let offsets = training.offsets.prefix { $0 < tokens }.map { Int32($0) } + [Int32(tokens)]
        return (model.lossSum(ids, Segments(offsets: offsets), targets: ids), tokens)
    }

    package func evaluate(isStopping: () -> Bool) -> TaskEvaluation? {
        var nats = 0.0
        for headlines in Packing.batches(of: validation.lengths, rows: plan.tokensPerMicroBatch) {
            if isStopping() { return nil }
            let batch = validation.microBatch(headlines)
            nats += model.losses(batch.inputs, batch.segments, targets: batch.targets).reduce(0, +)
        }
        return evaluation(nats: nats)
    }

    /// Returns the figures of validation headlines that take `nats` in all.
    private func evaluation(nats: Double) -> TaskEvaluation {
        let tokens = validation.tokens.count
        // A headline that was cut has bytes that none of its tokens covers.
        let bytes = validation.isCut.contains(true) ? nil : validation.byteCounts.reduce(0) { $0 + Int($1) }
        let loss = nats / Double(tokens)
        let bitsPerByte = bytes.map { nats / log(2) / Double($0) }
        return TaskEvaluation(
            loss: loss, count: tokens,
            figures: [
                .init("perplexity", exp(loss), "perplexity \(Formatting.rough(exp(loss)))"),
                .init("bitsPerByte", bitsPerByte, bitsPerByte.map { "\(Formatting.fixed($0, 3)) bits/byte" }),
            ])
    }

    package func samples(isStopping: () -> Bool) throws -> [SamplesEvent.Sample]? {
        let generator = try Generator(model, tokenizer)
        var samples: [SamplesEvent.Sample] = []
        for prompt in settings.samples.prompts {
            if isStopping() { return nil }
            let completions = try generator.complete(prompt, count: 1, options: settings.samples.options)
            samples.append(SamplesEvent.Sample(prompt: prompt, completion: completions[0].text))
        }
        return samples
    }

    package func export(to path: String, evaluation: TaskEvaluation?) throws {
        let contents = GeneratorFolder.contents(
            of: model.configuration, tokenizer: tokenizer,
            generationConfiguration: settings.samples.options.generationConfiguration(endOfText: tokenizer.endOfText),
            card: card(evaluation))
        try GeneratorFolder.write(
            parameters: model.parameters, contents: contents, dtype: settings.export.precision, to: path)
    }
}
