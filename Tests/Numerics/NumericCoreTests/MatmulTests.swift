import NumericCore
import Testing
import TestSupport

/// One product: extents M, K, N.
struct ProductCase: Sendable, CustomTestStringConvertible {
    let m: Int
    let k: Int
    let n: Int

    var testDescription: String { "\(m) x \(k) x \(n)" }

    init(_ m: Int, _ k: Int, _ n: Int) { (self.m, self.k, self.n) = (m, k, n) }

    /// A row, a column, no summed dimension, odd sizes, and sizes that are cut into tiles along rows, columns and both.
    static let all = [
        ProductCase(1, 1, 1), ProductCase(1, 7, 5), ProductCase(5, 7, 1), ProductCase(3, 0, 4), ProductCase(13, 17, 19),
        ProductCase(1, 700, 2_000), ProductCase(300, 70, 500), ProductCase(2_000, 60, 33), ProductCase(33, 60, 2_000),
        ProductCase(511, 40, 385),
    ]

    /// The factors in Double, and `[M, N]` to add to.
    func operands() -> (a: Matrix, b: Matrix, c: Matrix) {
        var numbers = SeededNumbers(seed: UInt64(m * 1_000_000 + k * 1_000 + n))
        return (
            Matrix(rows: m, columns: k, numbers.normals(m * k)), Matrix(rows: k, columns: n, numbers.normals(k * n)),
            Matrix(rows: m, columns: n, numbers.normals(m * n))
        )
    }
}

extension Matrix {
    /// The same numbers as an array, in Float32.
    var array: NDArray { NDArray(elements.map { Float($0) }, shape: Shape(rows: rows, columns: columns)) }

    /// As the array that `orientation` turns back into this matrix.
    func stored(_ orientation: Orientation) -> NDArray { orientation == .notTransposed ? array : transposed.array }
}

@Suite("Matrix products")
struct MatmulTests {
    @Test("All four orientations equal the definition in Double, set or added", arguments: ProductCase.all)
    func matchesOracle(_ product: ProductCase) {
        let (a, b, c) = product.operands()
        let expected = Oracle.product(a, b)
        let sum = Oracle.sum(expected, c)
        for aOrientation in [Orientation.notTransposed, .transposed] {
            for bOrientation in [Orientation.notTransposed, .transposed] {
                // NaN in the target shows when a product that sets reads what was there.
                let set = MutableArray(shape: Shape(rows: product.m, columns: product.n), repeating: .nan)
                matmul(
                    a.stored(aOrientation), aOrientation, b.stored(bOrientation), bOrientation, into: set,
                    accumulate: false)
                let added = MutableArray(shape: set.shape)
                added.assign(c.array)
                matmul(
                    a.stored(aOrientation), aOrientation, b.stored(bOrientation), bOrientation, into: added,
                    accumulate: true)
                // Float32 sums of K products: an error of a few 6e-8 · √K of a typical entry, √K itself. A library that
                // adds them one by one also rounds each partial sum: 6e-8 · K / √6 in all, six times that in the
                // worst of thousands of entries.
                let depth = Double(max(product.k, 1))
                let tolerance = max(3e-6 * depth.squareRoot(), 1.5e-7 * depth)
                #expect(largestDifference(set.frozen().elements.map(Double.init), expected.elements) < tolerance)
                #expect(largestDifference(added.frozen().elements.map(Double.init), sum.elements) < tolerance)
            }
        }
    }

    @Test("A product into some rows of an array leaves the other rows alone")
    func rowsOnly() {
        let whole = MutableArray(shape: [4, 3], repeating: 9)
        matmul(
            NDArray([1, 2], shape: [2, 1]), .notTransposed, NDArray([1, 10, 100], shape: [1, 3]), .notTransposed,
            into: whole.rows(1..<3), accumulate: false)
        #expect(whole.frozen().elements == [9, 9, 9, 1, 10, 100, 2, 20, 200, 9, 9, 9])
    }
}
