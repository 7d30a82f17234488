public import Autograd
import NumericCore

/// `x W + b` for each row: `[N, inputs]` → `[N, outputs]`.
public struct Linear {
    private let weight: Parameter
    private let bias: Parameter
    private let layout: WeightLayout

    /// Asks `scope` for `weight` and `bias`.
    public init(_ scope: ParameterScope, inputs: Int, outputs: Int, layout: WeightLayout, initializer: Initializer) {
        let shape =
            layout == .inputOutput ? Shape(rows: inputs, columns: outputs) : Shape(rows: outputs, columns: inputs)
        weight = scope.parameter("weight", shape: shape, initializer: initializer)
        bias = scope.parameter("bias", shape: [outputs], initializer: .constant(0))
        self.layout = layout
    }

    public func callAsFunction(_ x: Tensor) -> Tensor { x.linear(weight.tensor, layout: layout, bias: bias.tensor) }
}

/// A table of vectors, `[count, channels]`.
public struct Embedding {
    /// The table itself, for a head that is tied to it.
    public let weight: Parameter

    /// Asks `scope` for `weight`.
    public init(_ scope: ParameterScope, count: Int, channels: Int, initializer: Initializer) {
        weight = scope.parameter("weight", shape: Shape(rows: count, columns: channels), initializer: initializer)
    }

    /// `[N]` indices → `[N, channels]`.
    public func callAsFunction(_ ids: [Int32]) -> Tensor { .lookup(ids, in: weight.tensor) }
}

/// Layer normalisation of each row (Ba, Kiros and Hinton 2016).
public struct LayerNorm {
    private let scale: Parameter
    private let shift: Parameter
    private let epsilon: Float

    /// Asks `scope` for `weight` (the scale) and `bias` (the shift).
    public init(_ scope: ParameterScope, channels: Int, epsilon: Float) {
        scale = scope.parameter("weight", shape: [channels], initializer: .constant(1))
        shift = scope.parameter("bias", shape: [channels], initializer: .constant(0))
        self.epsilon = epsilon
    }

    public func callAsFunction(_ x: Tensor) -> Tensor {
        x.layerNorm(scale: scale.tensor, shift: shift.tensor, epsilon: epsilon)
    }
}
