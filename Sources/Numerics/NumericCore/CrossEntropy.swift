import CKernels
import Preconditions

extension NDArray {
    /// Returns the cross-entropy of each row of logits, `[N, V]`, in nats: `log Σ exp(logits) − logits[target]`. Traps on a target
    /// outside the vocabulary.
    public func crossEntropy(targets: [Int32]) -> [Double] {
        // Without derivatives nothing is written.
        MutableArray(shape: shape, storage: storage, offset: offset)
            .crossEntropy(targets: targets[...], differentiate: false)
    }
}

extension MutableArray {
    /// Returns the cross-entropy of each row of logits, `[N, V]`, in nats: `log Σ exp(logits) − logits[target]`.
    ///
    /// With `differentiate`, the logits are overwritten by the gradient of the sum of the losses. Traps on a target outside the
    /// vocabulary.
    public func crossEntropy(targets: ArraySlice<Int32>, differentiate: Bool) -> [Double] {
        let columns = shape.columns
        require(targets.count == shape.rows, "crossEntropy: \(targets.count) targets for logits \(shape)")
        requireTokens(targets, below: columns)
        return targets.withUnsafeBufferPointer { targets in
            nonisolated(unsafe) let targets = targets.baseAddress
            return rowLosses { rows, losses in
                guard let targets else { return }
                hk_cross_entropy(
                    pointer + rows.lowerBound * columns, targets + rows.lowerBound, losses, differentiate, rows.count,
                    columns)
            }
        }
    }

    /// Returns the cross-entropy of each row of logits, `[N, V]`, against row `rows.lowerBound + i` of `targets`, times the row's
    /// weight: `−w Σ q log p`.
    ///
    /// With `differentiate`, the logits are overwritten by the gradient of the sum of the losses. Traps on a token outside the
    /// vocabulary.
    /// - Parameters:
    ///   - targets: the probabilities q.
    ///   - rows: the rows of `targets` that belong to these logits.
    ///   - weights: `[N]`, of any sign, or `nil` for ones.
    public func crossEntropy(
        targets: SparseTargets, rows: Range<Int>, weights: ArraySlice<Float>?, differentiate: Bool
    ) -> [Double] {
        let columns = shape.columns
        require(
            rows.count == shape.rows && rows.lowerBound >= 0 && rows.upperBound <= targets.count,
            "crossEntropy: rows \(rows) of \(targets.count) targets for logits \(shape)")
        requireWeights(weights)
        let entries = Int(targets.offsets[rows.lowerBound])..<Int(targets.offsets[rows.upperBound])
        requireTokens(targets.tokens[entries], below: columns)
        return targets.withUnsafePointers { offsets, tokens, probabilities in
            nonisolated(unsafe) let at = (offsets + rows.lowerBound, tokens, probabilities)
            return withWeights(weights) { weights in
                nonisolated(unsafe) let weights = weights
                return rowLosses { rows, losses in
                    hk_sparse_cross_entropy(
                        pointer + rows.lowerBound * columns, at.0 + rows.lowerBound, at.1, at.2,
                        weights.map { $0 + rows.lowerBound }, losses, differentiate, rows.count, columns)
                }
            }
        }
    }

    /// Returns the cross-entropy of each row of logits, `[N, V]`, against the softmax q of the same row of `teacher`, times the
    /// row's weight: `−w Σ q log p`.
    ///
    /// With `differentiate`, the logits are overwritten by the gradient of the sum of the losses.
    /// - Parameters:
    ///   - teacher: logits, `[N, V]`.
    ///   - weights: `[N]`, of any sign, or `nil` for ones.
    public func crossEntropy(teacher: NDArray, weights: ArraySlice<Float>?, differentiate: Bool) -> [Double] {
        let columns = shape.columns
        require(teacher.shape == shape, "crossEntropy: a teacher's logits \(teacher.shape) for logits \(shape)")
        requireWeights(weights)
        return withWeights(weights) { weights in
            nonisolated(unsafe) let weights = weights
            return rowLosses { rows, losses in
                let at = rows.lowerBound * columns
                hk_teacher_cross_entropy(
                    pointer + at, teacher.pointer + at, weights.map { $0 + rows.lowerBound }, losses, differentiate,
                    rows.count, columns)
            }
        }
    }

    /// Runs `body` on parts of the rows, with the address of their losses.
    private func rowLosses(_ body: (Range<Int>, UnsafeMutablePointer<Double>) -> Void) -> [Double] {
        var losses = [Double](repeating: 0, count: shape.rows)
        losses.withUnsafeMutableBufferPointer { losses in
            guard let base = losses.baseAddress else { return }
            nonisolated(unsafe) let at = base
            Parallelism.run(shape.rows, grain: Parallelism.rowGrain(columns: shape.columns)) { rows in
                body(rows, at + rows.lowerBound)
            }
        }
        return losses
    }

    private func withWeights<Result>(
        _ weights: ArraySlice<Float>?, _ body: (UnsafePointer<Float>?) -> Result
    ) -> Result {
        guard let weights else { return body(nil) }
        return weights.withUnsafeBufferPointer { body($0.baseAddress) }
    }

    private func requireWeights(_ weights: ArraySlice<Float>?) {
        require(
            weights == nil || weights?.count == shape.rows,
            "crossEntropy: \(weights?.count ?? 0) weights for logits \(shape)")
    }
}

private func requireTokens(_ tokens: ArraySlice<Int32>, below limit: Int) {
    for token in tokens { require(token >= 0 && token < Int32(limit), "crossEntropy: target \(token) of \(limit)") }
}
