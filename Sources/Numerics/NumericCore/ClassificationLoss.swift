import CKernels
import Preconditions

/// The cross-entropy of each row of class logits, in nats, and its gradient.
public struct ClassificationLoss: Sendable {
    /// `[S]`: for each row, `−(1 − ε) w[label] log p[label] − ε/K Σ w[k] log p[k]`.
    public let losses: [Double]
    /// `[S, K]`: the gradient of their sum; `nil` unless it was asked for.
    public let dLogits: NDArray?

    /// Label smoothing ε (Szegedy et al. 2016, §7) and class weights as in PyTorch's `cross_entropy`, where a class's weight
    /// also counts in its part of the smoothing.
    /// - Parameters:
    ///   - logits: `[S, K]`.
    ///   - labels: `[S]`, each below K; traps on others.
    ///   - weights: `[K]`, or `nil` for ones.
    ///   - smoothing: ε, `0 ..< 1`.
    public init(_ logits: NDArray, labels: [Int32], weights: [Float]?, smoothing: Float, differentiate: Bool) {
        let (rows, columns) = (logits.shape.rows, logits.shape.columns)
        require(labels.count == rows, "crossEntropy: \(labels.count) labels for logits \(logits.shape)")
        require(
            weights == nil || weights?.count == columns,
            "crossEntropy: \(weights?.count ?? 0) weights for logits \(logits.shape)")
        require(smoothing >= 0 && smoothing < 1, "crossEntropy: smoothing \(smoothing), expected 0 ..< 1")
        for label in labels {
            require(label >= 0 && label < Int32(columns), "crossEntropy: label \(label) for logits \(logits.shape)")
        }
        let dLogits = differentiate ? MutableArray(shape: logits.shape) : nil
        let weights = weights.map { NDArray($0, shape: [columns]) }
        // A few hundred rows of a few dozen numbers: handing parts of them to threads would cost more than it saves.
        losses = labels.withUnsafeBufferPointer { labels in
            [Double](unsafeUninitializedCapacity: rows) { losses, count in
                if let labels = labels.baseAddress, let losses = losses.baseAddress {
                    hk_classification_loss(
                        logits.pointer, labels, weights?.pointer, smoothing, losses, dLogits?.pointer, rows, columns)
                }
                count = rows
            }
        }
        self.dLogits = dLogits?.frozen()
    }
}
