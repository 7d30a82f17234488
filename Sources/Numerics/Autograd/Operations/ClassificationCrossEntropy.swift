import NumericCore

extension Tensor {
    /// The sum over the rows of class logits, `[S, K]`, of their cross-entropy against `labels`, in nats, as a scalar.
    ///
    /// With p = softmax(logits), w the weights and ε the smoothing, a row's loss is
    /// `−(1 − ε) w[label] log p[label] − ε/K Σ w[k] log p[k]`: PyTorch's
    /// `cross_entropy(reduction="sum", weight=w, label_smoothing=ε)`. Its mean would divide by `Σ w[label]`.
    /// - Parameters:
    ///   - labels: `[S]`; traps on one that is not below K.
    ///   - weights: `[K]`, or `nil` for ones.
    ///   - smoothing: ε, `0 ..< 1`.
    public func crossEntropySum(labels: [Int32], weights: [Float]?, smoothing: Float) -> Tensor {
        let differentiate = Tape.current?.records(self) ?? false
        let loss = ClassificationLoss(
            value, labels: labels, weights: weights, smoothing: smoothing, differentiate: differentiate)
        let place = self.place
        let sum = NDArray(scalar: Float(loss.losses.reduce(0, +)))
        return .result("crossEntropy", of: self, value: sum) { dOutput, gradients in
            guard let dLogits = loss.dLogits else { return }
            let factor = dOutput.scalar
            guard factor != 1 else { return gradients.add(dLogits, to: place) }
            let scaled = MutableArray(shape: dLogits.shape)
            scaled.assign(dLogits)
            scaled.scale(by: factor)
            gradients.add(scaled.frozen(), to: place)
        }
    }
}
