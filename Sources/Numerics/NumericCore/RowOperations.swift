import CKernels
import Preconditions

/// The form of GELU that a model was trained with. The wrong one loads silently and is slightly off, so there is no default.
public enum GELUForm: Sendable {
    /// GPT-2's `gelu_new`: through tanh.
    case tanh
    /// BERT's `gelu`: the definition itself, through erf.
    case erf
}

extension NDArray {
    /// The elementwise sum. Traps unless the shapes are equal.
    public static func + (a: NDArray, b: NDArray) -> NDArray {
        require(a.shape == b.shape, "+: \(a.shape) and \(b.shape)")
        let sum = MutableArray(shape: a.shape)
        Parallelism.run(a.count, grain: elementGrain) { range in
            hk_add(
                a.pointer + range.lowerBound, b.pointer + range.lowerBound, sum.pointer + range.lowerBound, range.count)
        }
        return sum.frozen()
    }

    /// GELU of every element.
    public func gelu(_ form: GELUForm) -> NDArray {
        let out = MutableArray(shape: shape)
        let kernel = form == .tanh ? hk_gelu_tanh : hk_gelu_erf
        Parallelism.run(count, grain: elementGrain) { range in
            kernel(pointer + range.lowerBound, out.pointer + range.lowerBound, range.count)
        }
        return out.frozen()
    }

    /// The hyperbolic tangent of every element.
    public func tanh() -> NDArray {
        let out = MutableArray(shape: shape)
        Parallelism.run(count, grain: elementGrain) { range in
            hk_tanh(pointer + range.lowerBound, out.pointer + range.lowerBound, range.count)
        }
        return out.frozen()
    }

    /// Rows of a table `[V, C]` by index: `[N, C]`. Traps on an index outside the table.
    public func gatherRows(_ ids: [Int32]) -> NDArray {
        let columns = shape.columns
        checkIndices(ids, in: self.shape)
        let out = MutableArray(shape: Shape(rows: ids.count, columns: columns))
        ids.withUnsafeBufferPointer { ids in
            guard let first = ids.baseAddress else { return }
            Parallelism.run(ids.count, grain: Parallelism.rowGrain(columns: columns)) { rows in
                hk_gather_rows(
                    pointer, first + rows.lowerBound, out.pointer + rows.lowerBound * columns, rows.count, columns)
            }
        }
        return out.frozen()
    }

    /// Each element kept with probability 1 − p and scaled by 1/(1 − p), else 0.
    /// - Parameter rows: the rows whose bits each row draws; `nil` for its own.
    public func dropout(_ bits: DropoutBits, rows: [Int32]? = nil) -> NDArray {
        let out = MutableArray(shape: shape)
        out.setDropout(of: self, bits, rows: rows, accumulate: false)
        return out.frozen()
    }

    /// The sum of squares of all elements, in Double, the same on any number of threads.
    public var sumOfSquares: Double {
        let chunks = (count + elementGrain - 1) / elementGrain
        var partials = [Double](repeating: 0, count: chunks)
        partials.withUnsafeMutableBufferPointer { partials in
            nonisolated(unsafe) let partials = partials
            Parallelism.run(count, grain: elementGrain) { range in
                partials[range.lowerBound / elementGrain] = hk_sum_of_squares(pointer + range.lowerBound, range.count)
            }
        }
        return partials.reduce(0, +)
    }
}

extension MutableArray {
    /// Adds every element of `other`, of the same shape.
    public func add(_ other: NDArray) {
        require(shape == other.shape, "add: \(other.shape) to \(shape)")
        Parallelism.run(count, grain: elementGrain) { range in
            let at = pointer + range.lowerBound
            hk_add(at, other.pointer + range.lowerBound, at, range.count)
        }
    }

    /// Sets every element. Memory from the pool may hold NaN, which no factor turns into 0.
    public func fill(with value: Float) {
        Parallelism.run(count, grain: elementGrain) { range in
            (pointer + range.lowerBound).update(repeating: value, count: range.count)
        }
    }

    /// Multiplies every element.
    public func scale(by factor: Float) {
        Parallelism.run(count, grain: elementGrain) { range in hk_scale(pointer + range.lowerBound, factor, range.count)
        }
    }

    /// Sets every row to `row`, `[C]`.
    public func fillRows(with row: NDArray) {
        let columns = shape.columns
        require(row.count == columns, "fillRows: a row of \(row.shape) for \(shape)")
        Parallelism.run(shape.rows, grain: Parallelism.rowGrain(columns: columns)) { rows in
            hk_fill_rows(row.pointer, pointer + rows.lowerBound * columns, rows.count, columns)
        }
    }

    /// Adds to each element of `[C]` the sum of a column of `x`, `[N, C]`, rows in order.
    public func addColumnSums(of x: NDArray) {
        let (rows, columns) = (x.shape.rows, x.shape.columns)
        require(count == columns, "addColumnSums: \(x.shape) into \(shape)")
        Parallelism.run(columns, grain: columnGrain) { range in
            hk_add_column_sums(x.pointer, pointer, rows, columns, range.lowerBound, range.upperBound)
        }
    }

    /// Adds row i of `rows`, `[N, C]`, to row `ids[i]` of this table, `[V, C]`, i in order. Traps on an index outside it.
    public func scatterAdd(_ rows: NDArray, at ids: [Int32]) {
        let columns = shape.columns
        require(
            rows.shape.columns == columns && rows.shape.rows == ids.count, "scatterAdd: \(rows.shape) into \(shape)")
        checkIndices(ids, in: shape)
        ids.withUnsafeBufferPointer { ids in
            guard let first = ids.baseAddress else { return }
            // Split over columns, not rows: two rows may go to one place.
            Parallelism.run(columns, grain: columnGrain) { range in
                hk_scatter_add_columns(
                    rows.pointer, first, pointer, ids.count, columns, range.lowerBound, range.upperBound)
            }
        }
    }

    /// Sets this array to GELU's pullback, `gelu′(x) dy`, or adds it if `accumulate`.
    public func setGELUPullback(_ form: GELUForm, x: NDArray, dy: NDArray, accumulate: Bool) {
        require(shape == x.shape && shape == dy.shape, "gelu pullback: \(x.shape), \(dy.shape) into \(shape)")
        let kernel = form == .tanh ? hk_gelu_tanh_backward : hk_gelu_erf_backward
        Parallelism.run(count, grain: elementGrain) { range in
            let at = range.lowerBound
            kernel(x.pointer + at, dy.pointer + at, pointer + at, range.count, accumulate)
        }
    }

    /// Sets this array to the pullback of tanh with output `y`, `(1 − y²) dy`, or adds it if `accumulate`.
    public func setTanhPullback(y: NDArray, dy: NDArray, accumulate: Bool) {
        require(shape == y.shape && shape == dy.shape, "tanh pullback: \(y.shape), \(dy.shape) into \(shape)")
        Parallelism.run(count, grain: elementGrain) { range in
            let at = range.lowerBound
            hk_tanh_backward(y.pointer + at, dy.pointer + at, pointer + at, range.count, accumulate)
        }
    }

    /// Sets this array to `x` with dropout, or adds it if `accumulate`. Dropout is its own pullback.
    /// - Parameter rows: `[S]`: row i draws the bits of row `rows[i]`; `nil` for its own.
    public func setDropout(of x: NDArray, _ bits: DropoutBits, rows: [Int32]?, accumulate: Bool) {
        require(shape == x.shape, "dropout: \(x.shape) into \(shape)")
        if let rows { return setDropout(of: x, bits, at: rows, accumulate: accumulate) }
        let columns = shape.columns
        Parallelism.run(shape.rows, grain: Parallelism.rowGrain(columns: columns)) { rows in
            let at = rows.lowerBound * columns
            hk_dropout(
                x.pointer + at, pointer + at, accumulate, bits.keepThreshold, bits.keepScale, bits.seed, bits.step,
                bits.ordinal, bits.firstRow + UInt32(rows.lowerBound), rows.count, columns)
        }
    }

    private func setDropout(of x: NDArray, _ bits: DropoutBits, at places: [Int32], accumulate: Bool) {
        require(places.count == shape.rows, "dropout: \(places.count) row numbers for the rows of \(shape)")
        let columns = shape.columns
        Parallelism.run(shape.rows, grain: Parallelism.rowGrain(columns: columns)) { rows in
            for row in rows {
                hk_dropout(
                    x.pointer + row * columns, pointer + row * columns, accumulate, bits.keepThreshold, bits.keepScale,
                    bits.seed, bits.step, bits.ordinal, bits.firstRow + UInt32(places[row]), 1, columns)
            }
        }
    }
}

/// The number of elements of a flat array per chunk.
let elementGrain = 32_768
/// The number of columns of a table per chunk if rows must be visited in order: 512 bytes of each row.
let columnGrain = 128

private func checkIndices(_ ids: [Int32], in table: Shape) {
    let rows = Int32(table.rows)
    for id in ids { require(id >= 0 && id < rows, "lookup: index \(id) in a table of shape \(table)") }
}
