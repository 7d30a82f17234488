#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// A matrix of Doubles, the reference for the kernels, written for clarity alone.
public struct Matrix: Sendable, Equatable {
    /// The number of rows.
    public let rows: Int
    /// The number of columns.
    public let columns: Int
    /// The elements, row by row.
    public var elements: [Double]

    /// A matrix of the given elements, row by row.
    public init(rows: Int, columns: Int, _ elements: [Double]) {
        precondition(elements.count == rows * columns, "Matrix: \(elements.count) elements for \(rows) x \(columns)")
        self.rows = rows
        self.columns = columns
        self.elements = elements
    }

    /// A matrix whose elements are computed from row and column.
    public init(rows: Int, columns: Int, _ element: (Int, Int) -> Double) {
        self.init(
            rows: rows, columns: columns,
            (0..<rows).flatMap { row in (0..<columns).map { element(row, $0) } })
    }

    /// The element in a row and column.
    public subscript(row: Int, column: Int) -> Double { elements[row * columns + column] }

    /// The elements of one row.
    public func row(_ index: Int) -> [Double] { (0..<columns).map { self[index, $0] } }

    /// The matrix with rows and columns exchanged.
    public var transposed: Matrix { Matrix(rows: columns, columns: rows) { self[$1, $0] } }

    /// Consecutive rows and columns.
    public func block(rows: Range<Int>, columns: Range<Int>) -> Matrix {
        Matrix(rows: rows.count, columns: columns.count) {
            self[rows.lowerBound + $0, columns.lowerBound + $1]
        }
    }
}

/// The definition of each operation, in Double.
public enum Oracle {
    /// The matrix product.
    public static func product(_ a: Matrix, _ b: Matrix) -> Matrix {
        precondition(a.columns == b.rows, "product: \(a.columns) columns times \(b.rows) rows")
        return Matrix(rows: a.rows, columns: b.columns) { row, column in
            (0..<a.columns).reduce(0) { $0 + a[row, $1] * b[$1, column] }
        }
    }

    /// `x w`, plus `bias` in each row.
    public static func linear(_ x: Matrix, _ w: Matrix, bias: Matrix?) -> Matrix {
        let y = product(x, w)
        guard let bias else { return y }
        return Matrix(rows: y.rows, columns: y.columns) { y[$0, $1] + bias.elements[$1] }
    }

    /// The elementwise sum.
    public static func sum(_ a: Matrix, _ b: Matrix) -> Matrix {
        Matrix(rows: a.rows, columns: a.columns) { a[$0, $1] + b[$0, $1] }
    }

    /// Rows by index.
    public static func rows(_ ids: [Int32], of table: Matrix) -> Matrix {
        Matrix(rows: ids.count, columns: table.columns) { table[Int(ids[$0]), $1] }
    }

    /// Normalization of each row with the biased variance.
    public static func layerNorm(_ x: Matrix, scale: Matrix, shift: Matrix, epsilon: Double) -> Matrix {
        let count = Double(x.columns)
        let statistics = (0..<x.rows).map { index -> (mean: Double, standardDeviation: Double) in
            let row = x.row(index)
            let mean = row.reduce(0, +) / count
            let variance = row.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / count
            return (mean, (variance + epsilon).squareRoot())
        }
        return Matrix(rows: x.rows, columns: x.columns) { row, column in
            let (mean, standardDeviation) = statistics[row]
            return (x[row, column] - mean) / standardDeviation * scale.elements[column] + shift.elements[column]
        }
    }

    /// GELU by its tanh form.
    public static func gelu(_ x: Double) -> Double {
        0.5 * x * (1 + tanh((2 / Double.pi).squareRoot() * (x + 0.044715 * x * x * x)))
    }

    /// GELU by its definition: x times the normal distribution function.
    public static func exactGELU(_ x: Double) -> Double { x * erfc(-x / 2.0.squareRoot()) / 2 }

    /// The mean of each of consecutive groups of rows.
    public static func means(_ x: Matrix, lengths: [Int]) -> Matrix {
        var rows: [[Double]] = []
        var first = 0
        for length in lengths {
            let group = (first..<first + length).map(x.row)
            rows.append((0..<x.columns).map { column in group.reduce(0) { $0 + $1[column] } / Double(length) })
            first += length
        }
        return Matrix(rows: lengths.count, columns: x.columns, rows.flatMap { $0 })
    }

    /// −Σ q[k] w[k] log p[k], where q is 1 − ε at the label plus ε/K everywhere.
    public static func smoothedCrossEntropy(
        _ logits: [Double], label: Int, weights: [Double], smoothing: Double
    ) -> Double {
        let probabilities = softmax(logits)
        return logits.indices.reduce(0) { sum, k in
            let share = (k == label ? 1 - smoothing : 0) + smoothing / Double(logits.count)
            return sum - share * weights[k] * log(probabilities[k])
        }
    }

    /// e^x over their sum.
    public static func softmax(_ scores: [Double]) -> [Double] {
        let largest = scores.max() ?? 0
        let exponentials = scores.map { exp($0 - largest) }
        let total = exponentials.reduce(0, +)
        return exponentials.map { $0 / total }
    }

    /// log Σ e^x − x[target], in nats.
    public static func crossEntropy(_ logits: [Double], target: Int) -> Double {
        let largest = logits.max() ?? 0
        return largest + log(logits.reduce(0) { $0 + exp($1 - largest) }) - logits[target]
    }

    /// −Σ q log softmax(logits), in nats.
    public static func softCrossEntropy(_ logits: [Double], probabilities: [Double]) -> Double {
        zip(probabilities.indices, probabilities).reduce(0) { $0 + $1.1 * crossEntropy(logits, target: $1.0) }
    }

    /// Attention inside segments of the given lengths; query, key and value are `[N, C]`.
    public static func attention(
        query: Matrix, key: Matrix, value: Matrix, lengths: [Int], heads: Int, causal: Bool
    ) -> Matrix {
        let size = query.columns / heads
        var rows: [[Double]] = []
        var first = 0
        for length in lengths {
            for token in 0..<length {
                rows.append(
                    (0..<heads).flatMap { head -> [Double] in
                        let columns = head * size..<(head + 1) * size
                        let seen = first..<first + (causal ? token + 1 : length)
                        let weights = softmax(
                            seen.map { other in
                                columns.reduce(0) { $0 + query[first + token, $1] * key[other, $1] }
                                    / Double(size).squareRoot()
                            })
                        return columns.map { column in
                            zip(weights, seen).reduce(0) { $0 + $1.0 * value[$1.1, column] }
                        }
                    })
            }
            first += length
        }
        return Matrix(rows: rows.count, columns: query.columns, rows.flatMap { $0 })
    }
}
