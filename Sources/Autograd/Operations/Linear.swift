import NumericCore

/// How a checkpoint stores the weight of a linear layer. Square weights fit both ways, so it is always said.
public enum WeightLayout: Sendable {
    /// `[in, out]`: GPT-2's Conv1D.
    case inputOutput
    /// `[out, in]`: PyTorch's Linear, and embedding tables used as output layers.
    case outputInput
}

extension Tensor {
    /// `x W + b` for each row: `[N, in]` → `[N, out]`.
    /// - Parameters:
    ///   - weight: `[in, out]` or `[out, in]`, as `layout` says.
    ///   - bias: `[out]`.
    public func linear(_ weight: Tensor, layout: WeightLayout, bias: Tensor?) -> Tensor {
        let outputs = weight.shape[layout == .inputOutput ? 1 : 0]
        let output = MutableArray(shape: Shape(rows: shape.rows, columns: outputs))
        if let bias { output.fillRows(with: bias.value) }
        matmul(
            value, .asStored, weight.value, layout == .inputOutput ? .asStored : .transposed, into: output,
            accumulate: bias != nil)
        let input = self
        // A bias that is absent takes no gradient; the weight stands in for it in the list of inputs.
        return .result("linear", of: input, weight, bias ?? weight, value: output.frozen()) { dOutput, gradients in
            gradients.add(to: weight) { dWeight, accumulate in
                switch layout {
                case .inputOutput:
                    matmul(input.value, .transposed, dOutput, .asStored, into: dWeight, accumulate: accumulate)
                case .outputInput:
                    matmul(dOutput, .transposed, input.value, .asStored, into: dWeight, accumulate: accumulate)
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
                    dOutput, .asStored, weight.value, layout == .inputOutput ? .transposed : .asStored, into: dInput,
                    accumulate: accumulate)
            }
        }
    }
}
