public import NumericCore
import Preconditions

/// The layout of the weight of a linear layer in a checkpoint. Square weights fit both, so there is no default.
public enum WeightLayout: Sendable {
    /// `[in, out]`: GPT-2's Conv1D.
    case inputOutput
    /// `[out, in]`: PyTorch's Linear, and embedding tables used as output layers.
    case outputInput
}

extension Tensor {
    /// `x W + b` for each row, with a weight that may be stored in fewer bits: `[N, in]` → `[N, out]`.
    ///
    /// Off a tape, few rows (`SkinnyMatmul`) each have the same bits in any batch. On a tape the weight is frozen: `x` and `bias`
    /// get gradients, and the matrix is dequantized for each pass, forward and backward, instead of being kept as Float32.
    /// - Parameters:
    ///   - weight: `[in, out]` or `[out, in]`, as `layout` says; int8 is always `[out, in]`.
    ///   - bias: `[out]`.
    public func linear(_ weight: WeightMatrix, layout: WeightLayout, bias: Tensor?) -> Tensor {
        let layout = weight.dtype == .int8 ? .outputInput : layout
        if Tape.current == nil, shape.rows <= SkinnyMatmul.maximumRows {
            let orientation: Orientation = layout == .inputOutput ? .notTransposed : .transposed
            return Tensor(constant: SkinnyMatmul.multiply(value, weight, orientation, bias: bias?.value))
        }
        switch weight {
        case .dense(let array): return linear(Tensor(constant: array), layout: layout, bias: bias)
        case .quantized(let matrix): return frozenLinear(matrix, layout: layout, bias: bias)
        }
    }

    private func frozenLinear(_ weight: QuantizedMatrix, layout: WeightLayout, bias: Tensor?) -> Tensor {
        let output = value.linear(weight.dequantized(), layout: layout, bias: bias?.value)
        let place = self.place
        // An absent bias takes no gradient; the input takes its place in the list of inputs.
        return .result("linear", of: self, bias ?? self, value: output) { dOutput, gradients in
            if let bias { gradients.addBiasGradient(dOutput, to: bias) }
            gradients.add(to: place) { dInput, accumulate in
                matmul(
                    dOutput, .notTransposed, weight.dequantized(),
                    layout == .inputOutput ? .transposed : .notTransposed,
                    into: dInput, accumulate: accumulate)
            }
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
        let output = value.linear(weight.value, layout: layout, bias: bias?.value)
        let input = self
        // An absent bias takes no gradient; the weight takes its place in the list of inputs.
        return .result("linear", of: input, weight, bias ?? weight, value: output) { dOutput, gradients in
            gradients.add(to: weight) { dWeight, accumulate in
                switch layout {
                case .inputOutput:
                    matmul(input.value, .transposed, dOutput, .notTransposed, into: dWeight, accumulate: accumulate)
                case .outputInput:
                    matmul(dOutput, .transposed, input.value, .notTransposed, into: dWeight, accumulate: accumulate)
                }
            }
            if let bias { gradients.addBiasGradient(dOutput, to: bias) }
            gradients.add(to: input) { dInput, accumulate in
                matmul(
                    dOutput, .notTransposed, weight.value, layout == .inputOutput ? .transposed : .notTransposed,
                    into: dInput,
                    accumulate: accumulate)
            }
        }
    }
}

extension NDArray {
    /// `x W + b` for each row, by ``matmul``.
    fileprivate func linear(_ weight: NDArray, layout: WeightLayout, bias: NDArray?) -> NDArray {
        let outputs = weight.shape[layout == .inputOutput ? 1 : 0]
        let output = MutableArray(shape: Shape(rows: shape.rows, columns: outputs))
        if let bias { output.fillRows(with: bias) }
        matmul(
            self, .notTransposed, weight, layout == .inputOutput ? .notTransposed : .transposed, into: output,
            accumulate: bias != nil)
        return output.frozen()
    }
}

extension GradientSink {
    /// Adds the gradient of a bias that every row of the output got.
    fileprivate func addBiasGradient(_ dOutput: NDArray, to bias: Tensor) {
        add(to: bias) { dBias, accumulate in
            if !accumulate { dBias.fill(with: 0) }
            dBias.addColumnSums(of: dOutput)
        }
    }
}
