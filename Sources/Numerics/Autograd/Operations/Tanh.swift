import NumericCore

extension Tensor {
    /// The hyperbolic tangent of every element.
    public func tanh() -> Tensor {
        let place = self.place
        let output = value.tanh()
        return .result("tanh", of: self, value: output) { dOutput, gradients in
            gradients.add(to: place) { dInput, accumulate in
                dInput.setTanhPullback(y: output, dy: dOutput, accumulate: accumulate)
            }
        }
    }
}
