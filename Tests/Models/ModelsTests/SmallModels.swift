import Autograd
import Models
import NeuralNetwork
import NumericCore
import TestSupport

/// A GPT-2 with its parameters, small enough for tests.
struct SmallModel {
    let model: GPT2
    let parameters: [Parameter]

    /// Fresh weights, then every one of them random: biases at 0 and scales at 1 would hide a dropped one.
    init(_ configuration: GPT2.Configuration, seed: UInt64 = 1) throws {
        let store = ParameterStore(.initialize(seed: seed))
        model = GPT2(store.root, configuration)
        try store.finish()
        parameters = store.parameters
        var numbers = SeededNumbers(seed: seed)
        for parameter in parameters {
            let isScale = parameter.name.contains("ln_") && parameter.name.hasSuffix("weight")
            let values = numbers.normals(parameter.array.count, mean: isScale ? 1 : 0, standardDeviation: 0.2)
            parameter.buffer?.assign(NDArray(values.map { Float($0) }, shape: parameter.shape))
        }
    }

    /// The summed loss of a batch; adds its gradients.
    func addGradients(of batch: Batch, to gradients: Gradients, dropout: Tape.DropoutSource?) -> Double {
        let tape = Tape(into: gradients, dropout: dropout)
        let loss = tape.record { model.lossSum(batch.tokens, batch.segments, targets: batch.targets) }
        tape.backward(from: loss)
        return Double(loss.value.scalar)
    }
}

extension GPT2.Configuration {
    /// Sizes that are not multiples of a vector width; `dropout` at all three places.
    static func small(
        vocabulary: Int = 61, hiddenSize: Int = 20, layers: Int = 2, heads: Int = 4, dropout: Float = 0
    ) -> Self {
        Self(
            vocabularySize: vocabulary, contextLength: 24, hiddenSize: hiddenSize, layers: layers, heads: heads,
            intermediateSize: 4 * hiddenSize, layerNormEpsilon: 1e-5, initializerRange: 0.02, embeddingDropout: dropout,
            residualDropout: dropout, attentionDropout: dropout)
    }
}

/// Packed headlines and their next tokens.
struct Batch {
    let tokens: [Int32]
    let targets: [Int32]
    let segments: Segments

    /// Random headlines of the given lengths.
    init(lengths: [Int], vocabulary: Int, seed: UInt64) {
        var numbers = SeededNumbers(seed: seed)
        let count = lengths.reduce(0, +)
        tokens = numbers.indices(count, below: vocabulary)
        targets = numbers.indices(count, below: vocabulary)
        segments = Segments(lengths: lengths)
    }

    init(tokens: [Int32], targets: [Int32], segments: Segments) {
        self.tokens = tokens
        self.targets = targets
        self.segments = segments
    }

    /// Some consecutive headlines of this batch.
    func headlines(_ range: Range<Int>) -> Batch {
        let rows = segments.rows(of: range.lowerBound).lowerBound..<segments.rows(of: range.upperBound - 1).upperBound
        return Batch(
            tokens: Array(tokens[rows]), targets: Array(targets[rows]),
            segments: Segments(lengths: range.map { segments.rows(of: $0).count }))
    }
}
