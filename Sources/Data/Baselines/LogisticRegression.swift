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
/// is smallest (Hastie, Tibshirani and Friedman, "The elements of statistical learning", 2nd edition, section 4.4; the
/// objective and C of scikit-learn's `LogisticRegression`, where the b_k are not penalised either). With two classes
/// scikit-learn fits a single w, which is the same as this with half its C.
public struct LogisticRegression: Sendable {
    /// F.
    public let columnCount: Int
    /// K.
    public let classCount: Int
    /// The classes that training rows have; the others are never predicted. Without a penalty on b, their probability is
    /// smaller the longer one trains.
    private let present: [Int]
    /// `[F, present]`. Float32 moves no probability by more than one part in a million.
    private let weights: [Float]
    /// `[present]`.
    private let biases: [Double]
    /// The length of the gradient where training stopped.
    public let gradientLength: Double
    /// False when training stopped after `LogisticRegressionFit.maximumSteps` steps and not because the gradient was short
    /// enough: C is too large for these rows.
    public let isConverged: Bool

    /// Finds the weights.
    ///
    /// - Parameters:
    ///   - rows: `[N, F]`, at least one.
    ///   - labels: The class of each, within `0 ..< classCount`.
    ///   - classCount: K.
    ///   - inversePenalty: C: the larger, the closer to the training rows. 1 is scikit-learn's.
    ///   - tolerance: The length of the gradient to stop at, as a share of its length at the start. The objective is at
    ///     least as curved as ½ |w|², so w is then no farther from the best one than the gradient is long, and a row of
    ///     length 1 scores w · x no farther either.
    ///   - progress: Told after each step how much of the way is done, 0 to 1.
    ///
    /// Traps when counts do not agree, when there are no rows, or unless C and the tolerance are positive.
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

    /// `[N, K]`: the probability of each class for each row of `[N, F]`; traps unless F is that of the training rows.
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
