import Autograd
import NeuralNetwork
import NumericCore

/// A classifier that averages the vectors of a headline's words and computes the logits of the labels from the average.
struct BagOfWords {
    struct Configuration: Sendable, Equatable {
        var vocabularySize: Int
        var hiddenSize: Int
        var labels: Int
    }

    private let words: Embedding
    private let head: Linear

    /// Asks `scope` for the parameters: it makes fresh ones, reads a checkpoint, or leaves them to a run state.
    init(_ scope: ParameterScope, _ configuration: Configuration) {
        let initializer = Initializer.normal(standardDeviation: 0.1)
        words = Embedding(
            scope["words"], count: configuration.vocabularySize, hiddenSize: configuration.hiddenSize,
            initializer: initializer)
        head = Linear(
            scope["head"], inputs: configuration.hiddenSize, outputs: configuration.labels, layout: .outputInput,
            initializer: initializer)
    }

    /// Returns the logits, `[S, labels]`, of S headlines whose word ids lie end to end.
    func logits(_ words: [Int32], _ segments: Segments) -> Tensor { head(self.words(words).segmentMean(segments)) }
}
