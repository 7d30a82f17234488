public import NumericCore

extension Tensor {
    /// GELU of every element (Hendrycks and Gimpel 2016), in the form the model was trained with.
    public func gelu(_ form: GELUForm) -> Tensor {
        let input = self
        return .result("gelu", of: input, value: value.gelu(form)) { dOutput, gradients in
            gradients.add(to: input) { dInput, accumulate in
                dInput.setGELUPullback(form, x: input.value, dy: dOutput, accumulate: accumulate)
            }
        }
    }
}
