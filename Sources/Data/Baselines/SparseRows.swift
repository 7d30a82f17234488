import Preconditions

/// A sparse matrix `[N, F]` in row-major compressed form.
public struct SparseRows: Sendable, Hashable {
    /// F, the number of columns.
    public let columnCount: Int
    /// The boundaries of rows: row i is `columns[offsets[i] ..< offsets[i + 1]]` and the values there.
    public private(set) var offsets = [0]
    /// The columns of the nonzero entries, ascending within a row.
    public private(set) var columns: [Int32] = []
    /// The values of the nonzero entries.
    public private(set) var values: [Double] = []

    /// Creates a matrix without rows.
    public init(columnCount: Int) { self.columnCount = columnCount }

    /// N, the number of rows.
    public var count: Int { offsets.count - 1 }

    /// Adds a row. Traps unless its columns ascend within `0 ..< columnCount`.
    public mutating func append(_ row: [(column: Int32, value: Double)]) {
        require(
            row.first?.column ?? 0 >= 0 && row.last?.column ?? -1 < columnCount
                && zip(row, row.dropFirst()).allSatisfy { $0.column < $1.column },
            "SparseRows.append: columns that do not ascend within 0 ..< \(columnCount)")
        for entry in row {
            columns.append(entry.column)
            values.append(entry.value)
        }
        offsets.append(columns.count)
    }

    /// Returns the transpose, `[F, N]`.
    func transposed() -> SparseRows {
        var result = SparseRows(columnCount: count)
        var next = [Int](repeating: 0, count: columnCount + 1)
        for column in columns { next[Int(column) + 1] += 1 }
        for column in 0..<columnCount { next[column + 1] += next[column] }
        result.offsets = next
        result.columns = [Int32](repeating: 0, count: columns.count)
        result.values = [Double](repeating: 0, count: columns.count)
        for row in 0..<count {
            for index in offsets[row]..<offsets[row + 1] {
                let place = next[Int(columns[index])]
                next[Int(columns[index])] += 1
                result.columns[place] = Int32(row)
                result.values[place] = values[index]
            }
        }
        return result
    }

    /// Returns the product with a dense matrix `[F, K]`: `[N, K]`. Each row is summed in the order of its columns.
    func times<Number: BinaryFloatingPoint>(_ dense: [Number], width: Int) -> [Number] {
        require(
            dense.count == columnCount * width,
            "SparseRows.times: \(dense.count) numbers for [\(columnCount), \(width)]"
        )
        return [Number](unsafeUninitializedCapacity: count * width) { result, initialized in
            result.initialize(repeating: 0)
            dense.withUnsafeBufferPointer { dense in
                guard let dense = dense.baseAddress, let sums = result.baseAddress else { return }
                for row in 0..<count {
                    let sum = sums + row * width
                    for index in offsets[row]..<offsets[row + 1] {
                        let (value, addend) = (Number(values[index]), dense + Int(columns[index]) * width)
                        for column in 0..<width { sum[column] += value * addend[column] }
                    }
                }
            }
            initialized = count * width
        }
    }
}
