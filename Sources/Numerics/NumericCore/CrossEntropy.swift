import CKernels
import Preconditions

extension NDArray {
    /// For each row of logits, `[N, V]`: `log Σ exp(logits) − logits[target]`, in nats. Traps on a target outside the vocabulary.
    public func crossEntropy(targets: [Int32]) -> [Double] {
        // Without derivatives nothing is written.
        MutableArray(shape: shape, storage: storage, offset: offset)
            .crossEntropy(targets: targets[...], differentiate: false)
    }
}

extension MutableArray {
    /// For each row of logits, `[N, V]`: `losses[i] = log Σ exp(logits) − logits[target]`, in nats. With `differentiate`, the
    /// logits are overwritten by the gradient of the sum of the losses. Traps on a target outside the vocabulary.
    public func crossEntropy(targets: ArraySlice<Int32>, differentiate: Bool) -> [Double] {
        let (rows, columns) = (shape.rows, shape.columns)
        require(targets.count == rows, "crossEntropy: \(targets.count) targets for logits \(shape)")
        for target in targets {
            require(target >= 0 && target < Int32(columns), "crossEntropy: target \(target) of \(columns)")
        }
        var losses = [Double](repeating: 0, count: rows)
        losses.withUnsafeMutableBufferPointer { losses in
            targets.withUnsafeBufferPointer { targets in
                guard let losses = losses.baseAddress, let targets = targets.baseAddress else { return }
                nonisolated(unsafe) let at = (losses, targets)
                Parallelism.run(rows, grain: Parallelism.rowGrain(columns: columns)) { range in
                    let first = range.lowerBound
                    hk_cross_entropy(
                        pointer + first * columns, at.1 + first, at.0 + first, differentiate, range.count, columns)
                }
            }
        }
        return losses
    }
}
