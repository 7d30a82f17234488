import NumericCore

extension Tensor {
    /// On a tape, keeps each element with probability 1 − `probability` and scales it by 1/(1 − `probability`); the same
    /// tensor elsewhere. The bits are drawn again in the pullback, so none are kept.
    public func dropout(_ probability: Float) -> Tensor {
        guard probability > 0, let tape = Tape.current else { return self }
        let place = self.place
        let bits = tape.nextDropoutBits(probability: probability)
        return .result("dropout", of: self, value: value.dropout(bits)) { dOutput, gradients in
            gradients.add(to: place) { dInput, accumulate in
                dInput.setDropout(of: dOutput, bits, accumulate: accumulate)
            }
        }
    }
}
