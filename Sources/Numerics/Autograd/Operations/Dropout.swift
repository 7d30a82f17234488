import NumericCore

extension Tensor {
    /// On a tape, keeps each element with probability 1 − `probability` and scales it by 1/(1 − `probability`); the same
    /// tensor elsewhere. The bits are drawn again in the pullback, so none are kept.
    /// - Parameter rows: for `[S, C]` that holds some tokens of the batch, the rows of those in `[N, C]`, whose bits they draw, so
    ///   that the cut of a step into micro-batches does not show.
    public func dropout(_ probability: Float, rows: [Int32]? = nil) -> Tensor {
        guard probability > 0, let tape = Tape.current else { return self }
        let place = self.place
        let bits = tape.nextDropoutBits(probability: probability)
        return .result("dropout", of: self, value: value.dropout(bits, rows: rows)) { dOutput, gradients in
            gradients.add(to: place) { dInput, accumulate in
                dInput.setDropout(of: dOutput, bits, rows: rows, accumulate: accumulate)
            }
        }
    }
}
