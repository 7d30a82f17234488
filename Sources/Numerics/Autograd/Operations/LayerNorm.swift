import NumericCore

extension Tensor {
    /// Normalizes each row to mean 0 and variance 1, then scales and shifts: `[N, C]` → `[N, C]`; `scale`, `shift`: `[C]`.
    public func layerNorm(scale: Tensor, shift: Tensor, epsilon: Float) -> Tensor {
        let input = self
        let normalization = LayerNormalization(value, scale: scale.value, shift: shift.value, epsilon: epsilon)
        return .result("layerNorm", of: input, scale, shift, value: normalization.output) { dOutput, gradients in
            gradients.add(to: scale) { dScale, accumulate in
                if !accumulate { dScale.fill(with: 0) }
                normalization.addScaleGradient(dOutput, to: dScale)
            }
            gradients.add(to: shift) { dShift, accumulate in
                if !accumulate { dShift.fill(with: 0) }
                dShift.addColumnSums(of: dOutput)
            }
            gradients.add(to: input) { dInput, accumulate in
                normalization.pullBack(dOutput, into: dInput, accumulate: accumulate)
            }
        }
    }
}
