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
    package let trainedParameters: [Parameter]

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
        plan = try settings.batches.plan(lengths: training.lengths, seed: settings.seed)
        dataDigest = Self.digest(training, validation)
        trainedParameters = Self.trained(settings.model.trainLastBlocks, of: store, layers: model.configuration.layers)
    }

    /// All parameters, or those of the last blocks alone: no embedding and not the final norm.
    private static func trained(_ lastBlocks: Int?, of store: ParameterStore, layers: Int) -> [Parameter] {
        guard let lastBlocks else { return store.parameters }
        let scopes = (max(0, layers - lastBlocks)..<layers).map { "h.\($0)." }
        return store.parameters.filter { parameter in scopes.contains { parameter.name.hasPrefix($0) } }
    }

    /// How well token frequencies alone predict the validation headlines: what any model has to be well below.
    package var unigramBaseline: TaskEvaluation {
        let unigram = UnigramModel(training.targets, vocabularySize: tokenizer.vocabularySize)
        return evaluation(nats: unigram.nats(of: validation.targets))
    }

    package let unit = PredictionUnit.token
    package let objective = Objective.lowestLoss
    package func lossCount(of step: StepPlan) -> Double { Double(step.tokenCount) }
    package func learningRateScale(of parameter: Parameter) -> Double { 1 }
    package var allParameters: [Parameter] { store.parameters }
    package var validationCount: Int { validation.count }
    package var validationTokens: Int { validation.targets.count }

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

    package func largestLossSum() -> (loss: Tensor, tokens: Int) {
        let tokens = min(plan.tokensPerMicroBatch, training.targets.count)
        let ids = Array(training.targets[..<tokens])
        let offsets = training.offsets.prefix { $0 < tokens }.map { Int32($0) } + [Int32(tokens)]
        return (model.lossSum(ids, Segments(offsets: offsets), targets: ids), tokens)
    }

    package func evaluate(isStopping: () -> Bool) -> TaskEvaluation? {
        var nats = 0.0
        for run in sequentialRuns(of: validation.lengths, tokens: plan.tokensPerMicroBatch) {
            if isStopping() { return nil }
            let batch = validation.microBatch(run)
            nats += model.losses(batch.inputs, Segments(offsets: batch.offsets), targets: batch.targets).reduce(0, +)
        }
        return evaluation(nats: nats)
    }

    /// The figures of validation headlines that take `nats` in all.
    private func evaluation(nats: Double) -> TaskEvaluation {
        let tokens = validation.targets.count
        // A headline that was cut has bytes that no token stands for.
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

    package func samples(isStopping: () -> Bool) throws -> [SamplesReport.Sample]? {
        let generator = try Generator(model, tokenizer)
        var samples: [SamplesReport.Sample] = []
        for prompt in settings.samples.prompts {
            if isStopping() { return nil }
            let completions = try generator.complete(prompt, count: 1, options: settings.samples.options)
            samples.append(SamplesReport.Sample(prompt: prompt, completion: completions[0].text))
        }
        return samples
    }

    package func summary(of folder: String) throws -> String { "" }

    package func export(to path: String, evaluation: TaskEvaluation?) throws {
        let contents = GeneratorFolder.contents(
            of: model.configuration, tokenizer: tokenizer,
            generationConfiguration: settings.samples.options.generationConfiguration(endOfText: tokenizer.endOfText),
            card: card(evaluation))
        try GeneratorFolder.write(parameters: store, contents: contents, dtype: settings.export.precision, to: path)
    }
}
