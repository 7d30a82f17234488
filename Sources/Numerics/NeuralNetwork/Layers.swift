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
        weight = scope.parameter("weight", shape: shape, initializer: initializer, layout: layout)
        bias = scope.parameter("bias", shape: [outputs], initializer: .constant(0))
        self.layout = layout
    }

    /// `[N, inputs]` → `[N, outputs]`.
    public func callAsFunction(_ x: Tensor) -> Tensor {
        if case .quantized = weight.matrix { return x.linear(weight.matrix, layout: layout, bias: bias.tensor) }
        return x.linear(weight.tensor, layout: layout, bias: bias.tensor)
    }
}

/// A table of vectors, `[count, hiddenSize]`.
public struct Embedding {
    private let weight: Parameter

    /// Asks `scope` for `weight`.
    public init(_ scope: ParameterScope, count: Int, hiddenSize: Int, initializer: Initializer) {
        weight = scope.parameter(
            "weight", shape: Shape(rows: count, columns: hiddenSize), initializer: initializer, layout: .outputInput)
    }

    /// `[N]` indices → `[N, hiddenSize]`.
    public func callAsFunction(_ ids: [Int32]) -> Tensor {
        if case .quantized(let matrix) = weight.matrix { return Tensor(constant: matrix.gatherRows(ids)) }
        return .lookup(ids, in: weight.tensor)
    }

    /// The scores of a head that is tied to the table: `[N, hiddenSize]` → `[N, count]`.
    public func scores(_ x: Tensor) -> Tensor {
        if case .quantized = weight.matrix { return x.linear(weight.matrix, layout: .outputInput, bias: nil) }
        return x.linear(weight.tensor, layout: .outputInput, bias: nil)
    }

    /// The table as the weight of a fused head, `[count, hiddenSize]`; a quantized one is dequantized.
    public var table: Tensor {
        if case .quantized(let matrix) = weight.matrix { return Tensor(constant: matrix.dequantized()) }
        return weight.tensor
    }
}

/// Layer normalization of each row (Ba, Kiros and Hinton 2016).
public struct LayerNorm {
    private let scale: Parameter
    private let shift: Parameter
    private let epsilon: Float

    /// Asks `scope` for `weight` (the scale) and `bias` (the shift).
    public init(_ scope: ParameterScope, hiddenSize: Int, epsilon: Float) {
        scale = scope.parameter("weight", shape: [hiddenSize], initializer: .constant(1))
        shift = scope.parameter("bias", shape: [hiddenSize], initializer: .constant(0))
        self.epsilon = epsilon
    }

    /// `[N, hiddenSize]` → `[N, hiddenSize]`.
    public func callAsFunction(_ x: Tensor) -> Tensor {
        x.layerNorm(scale: scale.tensor, shift: shift.tensor, epsilon: epsilon)
    }
}
