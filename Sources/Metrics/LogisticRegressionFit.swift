#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// The search for the weights of logistic regression: Newton's method whose steps are found by conjugate gradients, no
/// better than they need be, and shortened until they help (Nocedal and Wright, "Numerical optimization", 2nd edition,
/// algorithm 7.1).
///
/// Weights are `RowSpaceVector`s, so that memory grows with rows times classes and not with columns times classes; each
/// step of conjugate gradients costs one product with X Xᵀ. A column with one entry meets no other row there and only adds
/// to the diagonal, which makes most word pairs free.
///
/// Biases are in units of one over the root of their curvature at the start, for they see all rows and would else be a
/// thousand times stiffer than the rest.
struct LogisticRegressionFit {
    private let labels: [Int]
    private let classCount: Int
    private let inversePenalty: Double
    /// X without the columns of one entry, X's transpose, and what those columns add to the diagonal of X Xᵀ.
    private let rows: SparseRows
    private let transposed: SparseRows
    private let diagonal: [Double]
    /// `[K]`: the unit of each bias.
    private let units: [Double]
    private var point: RowSpaceVector
    /// `[N, K]`, and the objective, at `point`.
    private var probabilities: [Double] = []
    private var objective = 0.0
    /// The length of the gradient at `point`.
    private(set) var gradientLength = Double.infinity

    /// The most steps of Newton's method; ten are usual.
    static let mostSteps = 100
    /// The most conjugate gradients of one step.
    private static let mostGradients = 500

    /// Starts at the shares of the classes.
    ///
    /// - Parameters:
    ///   - rows: X, `[N, F]`.
    ///   - labels: `[N]`.
    ///   - counts: How many rows each class has, at least 1 and not all.
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
        (objective, probabilities) = evaluate(at: point)
    }

    /// Takes steps until the gradient is no longer than `tolerance`; false when `mostSteps` were not enough or rounding
    /// lets none help any more.
    mutating func run(tolerance: Double) -> Bool {
        var firstLength = 0.0
        for step in 0..<Self.mostSteps {
            let gradient = gradient()
            gradientLength = gradient.squaredLength.squareRoot()
            if step == 0 { firstLength = gradientLength }
            if gradientLength <= tolerance { return true }
            let precision = min(0.25, (gradientLength / firstLength).squareRoot())
            let direction = newtonDirection(gradient, precision: precision)
            guard advance(along: direction, gradient) else { return false }
        }
        return false
    }

    /// Xᵀ A: the weights `[F, K]`.
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

    /// `[K]`.
    var biases: [Double] { zip(point.biases, units).map(*) }

    // MARK: The objective

    /// X W plus the biases, `[N, K]`.
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

    /// The objective, and the probabilities `[N, K]`.
    private func evaluate(at vector: RowSpaceVector) -> (objective: Double, probabilities: [Double]) {
        var numbers = scores(of: vector)
        var loss = 0.0
        let width = classCount
        numbers.withUnsafeMutableBufferPointer { numbers in
            for (row, label) in labels.enumerated() {
                let columns = row * width..<(row + 1) * width
                var largest = numbers[columns.lowerBound]
                for index in columns { largest = max(largest, numbers[index]) }
                let labelScore = numbers[columns.lowerBound + label] - largest
                var sum = 0.0
                for index in columns {
                    numbers[index] = exp(numbers[index] - largest)
                    sum += numbers[index]
                }
                loss += log(sum) - labelScore
                for index in columns { numbers[index] /= sum }
            }
        }
        let penalty = sumOfSquares(vector)
        return (penalty / 2 + inversePenalty * loss, numbers)
    }

    /// |W|², without the biases.
    private func sumOfSquares(_ vector: RowSpaceVector) -> Double {
        var weights = vector
        for place in weights.biases.indices { weights.biases[place] = 0 }
        return weights.squaredLength
    }

    private func gradient() -> RowSpaceVector {
        var residuals = probabilities
        for (row, label) in labels.enumerated() { residuals[row * classCount + label] -= 1 }
        var gradient = pulledBack(&residuals)
        var weights = point
        for place in weights.biases.indices { weights.biases[place] = 0 }
        gradient.combine(adding: 1, of: weights)
        return gradient
    }

    /// The second derivative of the objective along `direction`, as a vector.
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
        var curvature = pulledBack(&changes)
        var weights = direction
        for place in weights.biases.indices { weights.biases[place] = 0 }
        curvature.combine(adding: 1, of: weights)
        return curvature
    }

    /// C Xᵀ R and the biases' share of it, for R of shape `[N, K]`, which is scaled by C.
    private func pulledBack(_ numbers: inout [Double]) -> RowSpaceVector {
        var sums = [Double](repeating: 0, count: classCount)
        for index in numbers.indices { numbers[index] *= inversePenalty }
        for row in labels.indices {
            for place in 0..<classCount { sums[place] += numbers[row * classCount + place] }
        }
        return RowSpaceVector(
            coordinates: numbers, image: timesGram(numbers), biases: zip(sums, units).map(*))
    }

    // MARK: The steps

    /// The step that conjugate gradients find when they stop at a residual of `precision` times the gradient.
    private func newtonDirection(_ gradient: RowSpaceVector, precision: Double) -> RowSpaceVector {
        var residual = gradient
        var square = residual.squaredLength
        let goal = precision * precision * square
        var search = gradient
        search.combine(scale: -1, adding: 0, of: gradient)
        var direction = gradient
        direction.combine(scale: 0, adding: 0, of: gradient)
        for _ in 0..<Self.mostGradients where square > goal {
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

    /// Moves along a direction as far as helps: the whole of it, a half, a quarter, … until the objective falls by a
    /// ten-thousandth of what its slope promises (Armijo's rule).
    private mutating func advance(along direction: RowSpaceVector, _ gradient: RowSpaceVector) -> Bool {
        let slope = gradient.dot(direction)
        guard slope < 0 else { return false }
        // What rounding does to a sum of this size; near the end a step gains less.
        let noise = objective.magnitude * 1e-13
        var length = 1.0
        while length > 1e-10 {
            var candidate = point
            candidate.combine(adding: length, of: direction)
            let (value, found) = evaluate(at: candidate)
            if value <= objective + 1e-4 * length * slope + noise {
                (point, objective, probabilities) = (candidate, value, found)
                return true
            }
            length /= 2
        }
        return false
    }

    // MARK: Products

    /// X Xᵀ R, `[N, K]`.
    private func timesGram(_ numbers: [Double]) -> [Double] {
        var product = rows.times(transposed.times(numbers, width: classCount), width: classCount)
        for row in labels.indices {
            for index in row * classCount..<(row + 1) * classCount { product[index] += diagonal[row] * numbers[index] }
        }
        return product
    }

    /// The matrix without its columns of one entry, and the sum of their squares for each row.
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
