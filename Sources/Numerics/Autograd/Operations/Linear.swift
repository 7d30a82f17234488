public import NumericCore
import Preconditions

/// How a checkpoint stores the weight of a linear layer. Square weights fit both ways, so it is always said.
public enum WeightLayout: Sendable {
    /// `[in, out]`: GPT-2's Conv1D.
    case inputOutput
    /// `[out, in]`: PyTorch's Linear, and embedding tables used as output layers.
    case outputInput
}

extension Tensor {
    /// The same without a tape, from a weight that may be stored in fewer bits. Few rows (``SkinnyMatmul``) have the same bits
    /// each whatever stands beside them.
    public func linear(_ weight: WeightMatrix, layout: WeightLayout, bias: Tensor?) -> Tensor {
        require(Tape.current == nil, "linear: a compact weight on a tape")
        let layout = weight.isInt8 ? .outputInput : layout
        let orientation: Orientation = layout == .inputOutput ? .notTransposed : .transposed
        guard shape.rows > SkinnyMatmul.maximumRows else {
            return Tensor(constant: SkinnyMatmul.multiply(value, weight, orientation, bias: bias?.value))
        }
        switch weight {
        case .dense(let array): return linear(Tensor(constant: array), layout: layout, bias: bias)
        case .quantized(let matrix): return linear(Tensor(constant: matrix.dequantized()), layout: layout, bias: bias)
        }
    }

    /// `x W + b` for each row: `[N, in]` → `[N, out]`.
    /// - Parameters:
    ///   - weight: `[in, out]` or `[out, in]`, as `layout` says.
    ///   - bias: `[out]`.
    public func linear(_ weight: Tensor, layout: WeightLayout, bias: Tensor?) -> Tensor {
        if Tape.current == nil, shape.rows <= SkinnyMatmul.maximumRows {
            return linear(.dense(weight.value), layout: layout, bias: bias)
        }
        let outputs = weight.shape[layout == .inputOutput ? 1 : 0]
        let output = MutableArray(shape: Shape(rows: shape.rows, columns: outputs))
        if let bias { output.fillRows(with: bias.value) }
        matmul(
            value, .notTransposed, weight.value, layout == .inputOutput ? .notTransposed : .transposed, into: output,
            accumulate: bias != nil)
        let input = self
        // A bias that is absent takes no gradient; the weight stands in for it in the list of inputs.
        return .result("linear", of: input, weight, bias ?? weight, value: output.frozen()) { dOutput, gradients in
            gradients.add(to: weight) { dWeight, accumulate in
                switch layout {
                case .inputOutput:
                    matmul(input.value, .transposed, dOutput, .notTransposed, into: dWeight, accumulate: accumulate)
                case .outputInput:
                    matmul(dOutput, .transposed, input.value, .notTransposed, into: dWeight, accumulate: accumulate)
                }
            }
            if let bias {
                gradients.add(to: bias) { dBias, accumulate in
                    if !accumulate { dBias.fill(with: 0) }
                    dBias.addColumnSums(of: dOutput)
                }
            }
            gradients.add(to: input) { dInput, accumulate in
                matmul(
                    dOutput, .notTransposed, weight.value, layout == .inputOutput ? .transposed : .notTransposed,
                    into: dInput,
                    accumulate: accumulate)
            }
        }
    }
}
