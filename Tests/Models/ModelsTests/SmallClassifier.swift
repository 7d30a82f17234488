import Autograd
import Models
import NeuralNetwork
import NumericCore
import TestSupport

/// A BERT classifier with its parameters, small enough for tests.
struct SmallClassifier {
    let model: BERTClassifier
    let parameters: [Parameter]

    /// Fresh weights, then every one of them random: biases at 0 and scales at 1 would hide a dropped one.
    init(_ configuration: BERTClassifier.Configuration, seed: UInt64 = 1) throws {
        let store = ParameterStore(.initialize(seed: seed))
        model = BERTClassifier(store.root, configuration)
        try store.finish()
        parameters = store.parameters
        var numbers = SeededNumbers(seed: seed)
        for parameter in parameters {
            let isScale = parameter.name.hasSuffix("LayerNorm.weight")
            let values = numbers.normals(parameter.array.count, mean: isScale ? 1 : 0, standardDeviation: 0.2)
            parameter.buffer?.assign(NDArray(values.map { Float($0) }, shape: parameter.shape))
        }
    }

    /// The summed loss of a batch; adds its gradients.
    func addGradients(
        of batch: LabelledBatch, to gradients: Gradients, dropout: Tape.DropoutSource?, weights: [Float]? = nil,
        smoothing: Float = 0
    ) -> Double {
        let tape = Tape(into: gradients, dropout: dropout)
        let loss = tape.record {
            model.lossSum(batch.tokens, batch.segments, labels: batch.labels, weights: weights, smoothing: smoothing)
        }
        tape.backward(from: loss)
        return Double(loss.value.scalar)
    }
}

extension BERTClassifier.Configuration {
    /// Sizes that are not multiples of a vector width; `dropout` at all places.
    static func small(
        vocabulary: Int = 61, hiddenSize: Int = 20, layers: Int = 2, heads: Int = 4, dropout: Float = 0,
        pooling: BERTClassifier.Pooling = .cls
    ) -> Self {
        Self(
            vocabularySize: vocabulary, contextLength: 24, tokenTypes: 2, hiddenSize: hiddenSize, layers: layers,
            heads: heads,
            intermediateSize: 4 * hiddenSize, layerNormEpsilon: 1e-12, initializerRange: 0.02, hiddenDropout: dropout,
            attentionDropout: dropout, classifierDropout: dropout, pooling: pooling, labels: 5)
    }
}

/// Packed headlines and their labels.
struct LabelledBatch {
    let tokens: [Int32]
    let labels: [Int32]
    let segments: Segments

    /// Random headlines of the given lengths.
    init(lengths: [Int], vocabulary: Int, seed: UInt64) {
        var numbers = SeededNumbers(seed: seed)
        tokens = numbers.indices(lengths.reduce(0, +), below: vocabulary)
        labels = numbers.indices(lengths.count, below: 5)
        segments = Segments(lengths: lengths)
    }

    init(tokens: [Int32], labels: [Int32], segments: Segments) {
        self.tokens = tokens
        self.labels = labels
        self.segments = segments
    }

    /// Some consecutive headlines of this batch.
    func headlines(_ range: Range<Int>) -> LabelledBatch {
        let rows = segments.rows(of: range.lowerBound).lowerBound..<segments.rows(of: range.upperBound - 1).upperBound
        return LabelledBatch(
            tokens: Array(tokens[rows]), labels: Array(labels[range]),
            segments: Segments(lengths: range.map { segments.rows(of: $0).count }))
    }
}
