import Preconditions
import Statistics

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Multinomial logistic regression on sparse rows: p(k | x) is the softmax of w_k · x + b_k, where
///
///     ½ Σ_k |w_k|² + C Σ_i −log p(label_i | x_i)
///
/// is minimal (Hastie, Tibshirani and Friedman, "The elements of statistical learning", 2nd edition, section 4.4; the
/// objective and C of scikit-learn's `LogisticRegression`, where the b_k are not penalized either). With two classes
/// scikit-learn fits a single w, which is the same as this with half its C.
public struct LogisticRegression: Sendable {
    /// F, the number of features.
    public let columnCount: Int
    /// K, the number of classes.
    public let classCount: Int
    /// The classes that occur in training; the others are never predicted. Without a penalty on b, their probability would only
    /// shrink with longer training.
    private let present: [Int]
    /// The weights, `[F, present]`. Float32 changes no probability by more than one part in a million.
    private let weights: [Float]
    /// The biases, `[present]`.
    private let biases: [Double]
    /// The norm of the gradient at the end of training.
    public let gradientLength: Double
    /// False if training stopped after `LogisticRegressionFit.maximumSteps` steps with too long a gradient: C is too large for
    /// these rows.
    public let isConverged: Bool

    /// Fits the weights.
    ///
    /// - Parameters:
    ///   - rows: `[N, F]`, at least one.
    ///   - labels: The class of each, within `0 ..< classCount`.
    ///   - classCount: K.
    ///   - inversePenalty: C; larger values fit the training rows more closely. scikit-learn's default is 1.
    ///   - tolerance: The norm of the gradient to stop at, relative to its norm at the start. The objective is at least as curved
    ///     as ½ |w|², so w is then no farther from the optimum than the norm of the gradient, and neither is the score w · x of
    ///     a row of length 1.
    ///   - progress: Receives the fraction that is done after each step.
    ///
    /// Traps if counts do not match, if there are no rows, or unless C and the tolerance are positive.
    public init(
        _ rows: SparseRows, labels: [Int], classCount: Int, inversePenalty: Double = 1, tolerance: Double = 1e-4,
        progress: (Double) -> Void = { _ in }
    ) {
        require(rows.count == labels.count, "LogisticRegression: \(rows.count) rows, \(labels.count) labels")
        require(rows.count > 0, "LogisticRegression: no rows")
        require(
            inversePenalty > 0 && tolerance > 0, "LogisticRegression: C \(inversePenalty), tolerance \(tolerance)")
        var counts = [Int](repeating: 0, count: classCount)
        for label in labels { counts[label] += 1 }
        let present = counts.indices.filter { counts[$0] > 0 }
        var places = counts
        for (place, label) in present.enumerated() { places[label] = place }
        columnCount = rows.columnCount
        self.classCount = classCount
        self.present = present
        guard present.count > 1 else {
            (weights, biases) = ([Float](repeating: 0, count: rows.columnCount), [0])
            (gradientLength, isConverged) = (0, true)
            return
        }
        var fit = LogisticRegressionFit(
            rows, labels: labels.map { places[$0] }, counts: present.map { counts[$0] }, inversePenalty: inversePenalty)
        isConverged = fit.run(tolerance: tolerance, progress: progress)
        gradientLength = fit.gradientLength
        weights = fit.weights(of: rows)
        biases = fit.biases
    }

    /// Returns the probability of each class for each row, `[N, K]` for `[N, F]`. Traps unless F is that of the training rows.
    public func probabilities(of rows: SparseRows) -> [Double] {
        require(
            rows.columnCount == columnCount, "LogisticRegression: \(rows.columnCount) columns, expected \(columnCount)")
        var probabilities = [Double](repeating: 0, count: rows.count * classCount)
        for row in 0..<rows.count {
            var scores = biases
            for index in rows.offsets[row]..<rows.offsets[row + 1] {
                let first = Int(rows.columns[index]) * present.count
                for place in present.indices { scores[place] += rows.values[index] * Double(weights[first + place]) }
            }
            for (label, probability) in zip(present, softmax(scores)) {
                probabilities[row * classCount + label] = probability
            }
        }
        return probabilities
    }
}
