import Autograd
import Files
import Foundation
import HeadlineData
import ModelFolders
import NeuralNetwork
import NumericCore
import Training

/// The model as the training loop sees it: its parameters, loss, evaluation and export.
final class BagOfWordsTask: TrainingTask {
    private let model: BagOfWords
    private let store: ParameterStore
    private let configuration: BagOfWords.Configuration
    private let data: BagOfWordsData
    let plan: BatchPlan

    init(_ data: BagOfWordsData, _ settings: BagOfWordsSettings, restoring: Bool) throws {
        self.data = data
        configuration = BagOfWords.Configuration(
            vocabularySize: data.words.count, hiddenSize: settings.hiddenSize, labels: data.labels.count)
        store = ParameterStore(restoring ? .restore : .initialize(seed: UInt64(settings.seed)))
        model = BagOfWords(store.root, configuration)
        try store.finish()
        plan = try settings.batches.plan(lengths: data.training.lengths, seed: settings.seed)
    }

    var trainedParameters: [Parameter] { store.parameters }
    var allParameters: [Parameter] { store.parameters }
    /// No pretrained weights.
    var base: BaseModel? { nil }
    let unit = PredictionUnit.headline
    let objective = Objective.highest("accuracy")
    var validationCount: Int { data.validation.count }
    var validationTokens: Int { data.validation.tokens.count }

    /// A run state belongs to these headlines and is refused for others.
    var dataDigest: String {
        var stream = SHA256Digest.Stream()
        for side in [data.training, data.validation] {
            stream.update("\(side.tokens) \(side.lengths) \(side.labels ?? [])\n")
        }
        return stream.finish().hexadecimal
    }

    func lossSum(of headlines: [Int32]) -> Tensor {
        let batch = data.training.microBatch(headlines)
        return lossSum(batch.inputs, batch.segments, labels: batch.targets)
    }

    private func lossSum(_ words: [Int32], _ segments: Segments, labels: [Int32]) -> Tensor {
        model.logits(words, segments).crossEntropySum(labels: labels, weights: nil, smoothing: 0)
    }

    func lossCount(of step: StepPlan) -> Double { Double(step.headlines.count) }

    func largestLossSum() -> (loss: Tensor, tokens: Int) {
        let count = plan.tokensPerMicroBatch
        let zeros = [Int32](repeating: 0, count: count)
        let ones = [Int](repeating: 1, count: count)
        return (lossSum(zeros, Segments(lengths: ones), labels: zeros), count)
    }

    func evaluate(isStopping: () -> Bool) -> TaskEvaluation? {
        var nats = 0.0
        var correct = 0
        for headlines in Packing.batches(of: data.validation.lengths, rows: plan.tokensPerMicroBatch) {
            if isStopping() { return nil }
            let batch = data.validation.microBatch(headlines)
            let logits = model.logits(batch.inputs, batch.segments)
            nats += Double(
                logits.crossEntropySum(labels: batch.targets, weights: nil, smoothing: 0).value.scalar)
            for (row, label) in batch.targets.enumerated() {
                let scores = logits.value.rows(row..<(row + 1)).elements
                correct += scores.firstIndex(of: scores.max() ?? 0) == Int(label) ? 1 : 0
            }
        }
        let accuracy = Double(correct) / Double(validationCount)
        return TaskEvaluation(
            loss: nats / Double(validationCount), count: validationCount,
            figures: [.init("accuracy", accuracy, String(format: "accuracy %.1f %%", 100 * accuracy))])
    }

    func export(to path: String, evaluation: TaskEvaluation?) throws {
        let accuracy = evaluation?.value("accuracy").map { String(format: "Accuracy %.1f %%.", 100 * $0) } ?? ""
        let files = [("words.txt", data.words), ("labels.txt", data.labels)].map { name, lines in
            (name: name, bytes: Array(lines.joined(separator: "\n").utf8))
        }
        try BagOfWordsFolder.write(
            parameters: store.parameters,
            contents: ModelFolderContents(
                configuration: BagOfWordsConfigurationFile(model: configuration), files: files,
                card: "# A bag of words\n\n\(accuracy)\n"),
            dtype: .float32, to: path)
    }
}
