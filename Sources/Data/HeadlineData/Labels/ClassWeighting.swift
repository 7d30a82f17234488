import Foundation
import Preconditions

/// A way to weight headlines in the loss by their label.
public enum ClassWeighting: String, Sendable, Hashable, Codable, CaseIterable {
    /// Every headline the same.
    case none
    /// Every label the same: n / (K n_c), as scikit-learn's `class_weight="balanced"` (King and Zeng, "Logistic regression
    /// in rare events data", Political Analysis 9, 2001).
    case balanced
    /// Between the two: (1 − β) / (1 − β^n_c), the inverse of the effective number of rows (Cui, Jia, Lin, Song and
    /// Belongie, "Class-balanced loss based on effective number of samples", CVPR 2019, equation 2). β = 0 is `none`, β
    /// towards 1 is `balanced`; the paper tries 0.9, 0.99, 0.999 and 0.9999.
    case effectiveNumber

    /// The weight of each label, such that the mean over the rows is 1: the loss keeps its size, so a learning rate keeps
    /// its meaning. (Cui et al. make the mean over the labels 1 instead.)
    ///
    /// - Parameters:
    ///   - counts: The training rows of each label. A label without rows gets 0 and influences no other weight.
    ///   - beta: β of `effectiveNumber`, the others ignore it; traps unless it is at least 0 and less than 1.
    public func weights(counts: [Int], beta: Double) -> [Double] {
        let raw = counts.map { count -> Double in
            guard count > 0 else { return 0 }
            switch self {
            case .none: return 1
            case .balanced: return 1 / Double(count)
            case .effectiveNumber:
                require(beta >= 0 && beta < 1, "ClassWeighting: beta is \(beta), must be at least 0 and less than 1")
                // 1 − β^n without the loss of digits that β near 1 would cost; log 0 gives 1.
                return (1 - beta) / -expm1(Double(count) * log(beta))
            }
        }
        let total = zip(raw, counts).reduce(0) { $0 + $1.0 * Double($1.1) }
        guard total > 0 else { return raw }
        let rows = Double(counts.reduce(0, +))
        return raw.map { $0 * rows / total }
    }
}
