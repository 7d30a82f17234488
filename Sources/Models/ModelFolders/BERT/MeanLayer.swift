import Models
import NumericCore

/// The weights of a transformer layer above a pretrained encoder that begins as a mean over all tokens.
///
/// An encoder that was trained for the mean of its tokens, as sentence encoders are, says little in `[CLS]` alone. This layer
/// attends evenly (its queries are 0), passes values on as they are and feeds nothing forward, so that `[CLS]` becomes itself plus
/// ``share`` times the mean, normalised; the pooler passes that on, halved so that its tanh bends it little. All of it learns
/// from there: keys and the first half of the feed-forward are fresh and small, so that gradients reach the zeros beside them.
struct MeanLayer {
    /// What the mean counts beside `[CLS]` itself.
    static let share: Float = 4
    private static let poolerScale: Float = 0.5

    /// Weights with given values, by name.
    let arrays: [String: NDArray]
    /// Names of those that are drawn at random.
    let fresh: [String]

    /// For the last layer of `configuration`.
    init(_ configuration: BERTClassifier.Configuration) {
        let (hiddenSize, inner) = (configuration.hiddenSize, configuration.intermediateSize)
        let layer = "bert.encoder.layer.\(configuration.layers - 1)."
        func constant(_ value: Float, _ shape: Shape) -> NDArray {
            MutableArray(shape: shape, repeating: value).frozen()
        }
        func diagonal(_ value: Float) -> NDArray {
            let array = MutableArray(shape: Shape(rows: hiddenSize, columns: hiddenSize), repeating: 0)
            array.withUnsafeMutableElements { for index in 0..<hiddenSize { $0[index * (hiddenSize + 1)] = value } }
            return array.frozen()
        }
        let square = Shape(rows: hiddenSize, columns: hiddenSize)
        arrays = [
            layer + "attention.self.query.weight": constant(0, square),
            layer + "attention.self.query.bias": constant(0, [hiddenSize]),
            layer + "attention.self.key.bias": constant(0, [hiddenSize]),
            layer + "attention.self.value.weight": diagonal(1),
            layer + "attention.self.value.bias": constant(0, [hiddenSize]),
            layer + "attention.output.dense.weight": diagonal(Self.share),
            layer + "attention.output.dense.bias": constant(0, [hiddenSize]),
            layer + "attention.output.LayerNorm.weight": constant(1, [hiddenSize]),
            layer + "attention.output.LayerNorm.bias": constant(0, [hiddenSize]),
            layer + "intermediate.dense.bias": constant(0, [inner]),
            layer + "output.dense.weight": constant(0, Shape(rows: hiddenSize, columns: inner)),
            layer + "output.dense.bias": constant(0, [hiddenSize]),
            layer + "output.LayerNorm.weight": constant(1, [hiddenSize]),
            layer + "output.LayerNorm.bias": constant(0, [hiddenSize]),
            "bert.pooler.dense.weight": diagonal(Self.poolerScale),
            "bert.pooler.dense.bias": constant(0, [hiddenSize]),
        ]
        fresh = [layer + "attention.self.key.weight", layer + "intermediate.dense.weight"]
    }
}
