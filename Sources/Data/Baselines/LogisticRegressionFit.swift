import Statistics

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// The optimizer of logistic regression: Newton's method whose steps are found by conjugate gradients, only as precisely as
/// needed, with a line search along each (Nocedal and Wright, "Numerical optimization", 2nd
/// edition, algorithm 7.1).
///
/// Weights are `RowSpaceVector`s, so that memory grows with rows times classes and not with columns times classes; each
/// step of conjugate gradients costs one product with X Xᵀ. A column with one entry connects no rows and only adds to the
/// diagonal, which makes most word pairs free.
///
/// Biases are in units of one over the root of their curvature at the start, because they depend on all rows and would
/// otherwise be a thousand times stiffer than the rest.
struct LogisticRegressionFit {
    private let labels: [Int]
    private let classCount: Int
    private let inversePenalty: Double
    /// X without the columns of one entry, its transpose, and the contribution of those columns to the diagonal of X Xᵀ.
    private let rows: SparseRows
    private let transposed: SparseRows
    private let diagonal: [Double]
    /// `[K]`: the unit of each bias.
    private let units: [Double]
    private var point: RowSpaceVector
    /// `[N, K]`, at `point`.
    private var probabilities: [Double] = []
    /// The norm of the gradient at `point`.
    private(set) var gradientLength = Double.infinity

    /// The maximum number of Newton steps; ten are usual.
    static let maximumSteps = 100
    /// The maximum number of conjugate gradient iterations per step.
    private static let maximumGradients = 500

    /// Starts at the class frequencies.
    ///
    /// - Parameters:
    ///   - rows: X, `[N, F]`.
    ///   - labels: `[N]`.
    ///   - counts: The number of rows of each class, at least 1 and not all rows.
    ///   - inversePenalty: C.
    init(_ rows: SparseRows, labels: [Int], counts: [Int], inversePenalty: Double) {
        self.labels = labels
        self.inversePenalty = inversePenalty
        classCount = counts.count
        (self.rows, diagonal) = Self.withoutLoneEntries(rows)
        transposed = self.rows.transposed()
        let shares = counts.map { Double($0) / Double(labels.count) }
        units = shares.map { 1 / (inversePenalty * Double(labels.count) * $0 * (1 - $0)).squareRoot() }
        let zero = [Double](repeating: 0, count: labels.count * counts.count)
        point = RowSpaceVector(coordinates: zero, image: zero, biases: zip(shares, units).map { log($0) / $1 })
        probabilities = probabilities(of: scores(of: point))
    }

    /// Takes steps until the norm of the gradient falls to `tolerance` times its start, or to rounding noise; returns false if
    /// `maximumSteps` were not enough.
    mutating func run(tolerance: Double, progress: (Double) -> Void) -> Bool {
        // The rounding noise of sums over all rows; without a single word in the texts, the start is the optimum.
        let noise = inversePenalty * Double(labels.count) * 1e-13
        var firstLength = 0.0
        for step in 0..<Self.maximumSteps {
            let gradient = gradient()
            gradientLength = gradient.squaredLength.squareRoot()
            if step == 0 { firstLength = gradientLength }
            progress(Self.share(of: gradientLength / firstLength, towards: tolerance))
            if gradientLength <= max(tolerance * firstLength, noise) { return true }
            // More precise towards the end, but no more than needed.
            let precision = max(
                min(0.5, (gradientLength / firstLength).squareRoot()), tolerance * firstLength / gradientLength / 2)
            let direction = newtonDirection(gradient, precision: precision)
            guard advance(along: direction, gradient) else { return false }
        }
        return false
    }

    /// Returns the progress of the gradient on a logarithmic scale: each step shortens it by a factor.
    private static func share(of length: Double, towards tolerance: Double) -> Double {
        guard length > 0, tolerance < 1 else { return length > 0 ? 0 : 1 }
        return min(max(log(length) / log(tolerance), 0), 1)
    }

    /// Returns the weights Xᵀ A, `[F, K]`.
    func weights(of rows: SparseRows) -> [Float] {
        let (coordinates, width) = (point.coordinates, classCount)
        var weights = [Float](repeating: 0, count: rows.columnCount * width)
        let transposed = rows.transposed()
        var sum = [Double](repeating: 0, count: width)
        for column in 0..<rows.columnCount {
            for place in 0..<width { sum[place] = 0 }
            for index in transposed.offsets[column]..<transposed.offsets[column + 1] {
                let first = Int(transposed.columns[index]) * width
                for place in 0..<width { sum[place] += transposed.values[index] * coordinates[first + place] }
            }
            for place in 0..<width { weights[column * width + place] = Float(sum[place]) }
        }
        return weights
    }

    /// The biases, `[K]`.
    var biases: [Double] { zip(point.biases, units).map(*) }

    // MARK: The objective

    /// Returns X W plus the biases, `[N, K]`.
    private func scores(of vector: RowSpaceVector) -> [Double] {
        let shifts = zip(vector.biases, units).map(*)
        var scores = vector.image
        scores.withUnsafeMutableBufferPointer { scores in
            for row in labels.indices {
                for place in shifts.indices { scores[row * shifts.count + place] += shifts[place] }
            }
        }
        return scores
    }

    /// Returns the softmax of each row of scores, `[N, K]`.
    private func probabilities(of scores: [Double]) -> [Double] {
        var numbers = scores
        let width = classCount
        numbers.withUnsafeMutableBufferPointer { numbers in
            for row in labels.indices { softmax(numbers, in: row * width..<(row + 1) * width) }
        }
        return numbers
    }

    private func gradient() -> RowSpaceVector {
        var residuals = probabilities
        for (row, label) in labels.enumerated() { residuals[row * classCount + label] -= 1 }
        var gradient = pulledBack(&residuals, Double.self)
        gradient.combine(adding: 1, of: point.withoutBiases)
        return gradient
    }

    /// Returns the product of the objective's Hessian with `direction`.
    private func curvature(along direction: RowSpaceVector) -> RowSpaceVector {
        var changes = scores(of: direction)
        let width = classCount
        changes.withUnsafeMutableBufferPointer { changes in
            probabilities.withUnsafeBufferPointer { probabilities in
                for row in labels.indices {
                    let columns = row * width..<(row + 1) * width
                    var mean = 0.0
                    for index in columns { mean += probabilities[index] * changes[index] }
                    for index in columns { changes[index] = probabilities[index] * (changes[index] - mean) }
                }
            }
        }
        var curvature = pulledBack(&changes, Float.self)
        curvature.combine(adding: 1, of: direction.withoutBiases)
        return curvature
    }

    /// Returns C Xᵀ R with its bias part, for R of shape `[N, K]`, which is scaled by C in place.
    private func pulledBack<Number: BinaryFloatingPoint>(
        _ numbers: inout [Double], _ precision: Number.Type
    ) -> RowSpaceVector {
        var sums = [Double](repeating: 0, count: classCount)
        for index in numbers.indices { numbers[index] *= inversePenalty }
        for row in labels.indices {
            for place in 0..<classCount { sums[place] += numbers[row * classCount + place] }
        }
        return RowSpaceVector(
            coordinates: numbers, image: timesGram(numbers, precision), biases: zip(sums, units).map(*))
    }

    // MARK: The steps

    /// Returns the step of conjugate gradients, which stop at a residual of `precision` times the gradient.
    private func newtonDirection(_ gradient: RowSpaceVector, precision: Double) -> RowSpaceVector {
        var residual = gradient
        var square = residual.squaredLength
        let goal = precision * precision * square
        var search = gradient
        search.combine(scale: -1, adding: 0, of: gradient)
        var direction = gradient
        direction.combine(scale: 0, adding: 0, of: gradient)
        for _ in 0..<Self.maximumGradients where square > goal {
            let curved = curvature(along: search)
            let slope = search.dot(curved)
            guard slope > 0 else { break }
            direction.combine(adding: square / slope, of: search)
            residual.combine(adding: square / slope, of: curved)
            let next = residual.squaredLength
            search.combine(scale: next / square, adding: -1, of: residual)
            square = next
        }
        return direction
    }

    /// Moves along a direction to near the minimum of the objective; returns false if rounding hides it.
    private mutating func advance(along direction: RowSpaceVector, _ gradient: RowSpaceVector) -> Bool {
        let slope = gradient.dot(direction)
        guard slope < 0 else { return false }
        point.combine(adding: length(along: direction, slope: slope), of: direction)
        point.image = timesGram(point.coordinates, Double.self)
        probabilities = probabilities(of: scores(of: point))
        return true
    }

    /// Returns the distance along a direction at which the slope of the objective falls to a tenth of `slope`, its value at the
    /// start, by Newton's method inside a bracket. A trial costs no matrix product, so the search can be thorough; far from the
    /// optimum it saves whole steps.
    private func length(along direction: RowSpaceVector, slope: Double) -> Double {
        let (start, changes) = (scores(of: point), scores(of: direction))
        let weights = direction.withoutBiases
        let (inclination, square) = (point.withoutBiases.dot(weights), weights.squaredLength)
        var (low, high, length) = (0.0, Double.infinity, 1.0)
        for _ in 0..<Self.maximumTrials {
            var trial = start
            for index in trial.indices { trial[index] += length * changes[index] }
            let loss = lossDerivatives(probabilities(of: trial), changes)
            let first = inclination + length * square + inversePenalty * loss.first
            if first.magnitude <= slope.magnitude / 10 { break }
            if first < 0 { low = length } else { high = length }
            let newton = length - first / (square + inversePenalty * loss.second)
            length = newton > low && newton < high ? newton : high.isFinite ? (low + high) / 2 : 2 * length
        }
        return length
    }

    /// More trials than it takes to bisect a bracket down to rounding.
    private static let maximumTrials = 60

    /// Returns the first and second derivative of Σ −log p(label) as all scores change at the rates `changes`, `[N, K]`: the mean
    /// of the rates under p minus that of the label, and their variance.
    private func lossDerivatives(_ probabilities: [Double], _ changes: [Double]) -> (first: Double, second: Double) {
        var (first, second) = (0.0, 0.0)
        let width = classCount
        for (row, label) in labels.enumerated() {
            var (mean, meanSquare) = (0.0, 0.0)
            for index in row * width..<(row + 1) * width {
                mean += probabilities[index] * changes[index]
                meanSquare += probabilities[index] * changes[index] * changes[index]
            }
            first += mean - changes[row * width + label]
            second += max(meanSquare - mean * mean, 0)
        }
        return (first, second)
    }

    // MARK: Products

    /// Returns X Xᵀ R, `[N, K]`. Half of the time is memory traffic, which Float32 halves; it is precise enough for the steps, which
    /// are rough anyway, but not for the gradient, which decides when to stop.
    private func timesGram<Number: BinaryFloatingPoint>(_ numbers: [Double], _ precision: Number.Type) -> [Double] {
        let gathered = transposed.times(numbers.map { Number($0) }, width: classCount)
        var product = rows.times(gathered, width: classCount).map { Double($0) }
        for row in labels.indices {
            for index in row * classCount..<(row + 1) * classCount { product[index] += diagonal[row] * numbers[index] }
        }
        return product
    }

    /// Returns the matrix without its columns of one entry, and the sum of their squares for each row.
    private static func withoutLoneEntries(_ rows: SparseRows) -> (SparseRows, [Double]) {
        var uses = [Int32](repeating: 0, count: rows.columnCount)
        for column in rows.columns { uses[Int(column)] += 1 }
        var places: [Int32] = []
        var count: Int32 = 0
        for use in uses {
            places.append(use > 1 ? count : -1)
            count += use > 1 ? 1 : 0
        }
        var (kept, diagonal) = (SparseRows(columnCount: Int(count)), [Double](repeating: 0, count: rows.count))
        for row in 0..<rows.count {
            var entries: [(column: Int32, value: Double)] = []
            for index in rows.offsets[row]..<rows.offsets[row + 1] {
                let (place, value) = (places[Int(rows.columns[index])], rows.values[index])
                if place >= 0 { entries.append((place, value)) } else { diagonal[row] += value * value }
            }
            kept.append(entries)
        }
        return (kept, diagonal)
    }
}
