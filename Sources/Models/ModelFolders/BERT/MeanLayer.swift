import Models
import NumericCore

/// The initial weights of a transformer layer above a pretrained encoder that starts as a mean over all tokens.
///
/// Sentence encoders are trained for the mean of their tokens; their `[CLS]` alone says little. This layer attends evenly (its
/// queries are 0), passes values on unchanged and has a feed-forward of 0, so that `[CLS]` becomes itself plus ``share`` times the
/// mean, normalized. The pooler halves that, so that its tanh is nearly linear. Training starts from there: keys and the first
/// half of the feed-forward are fresh and small, so that gradients reach the zeros beside them.
struct MeanLayer {
    /// The weight of the mean relative to `[CLS]` itself.
    static let share: Float = 4
    private static let poolerScale: Float = 0.5

    /// Weights with fixed initial values, by name.
    let arrays: [String: NDArray]
    /// The names of weights that are drawn at random.
    let fresh: [String]

    /// Weights for the last layer of `configuration`.
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
