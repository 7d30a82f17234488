import NumericCore
import TestSupport
import Testing

@Suite("Products of few rows")
struct RowProductTests {
    /// Extents with whole and broken vectors and depths, more columns than are summed at a time, and the head of a model.
    static let cases = [
        ProductCase(1, 1, 1), ProductCase(2, 5, 17), ProductCase(3, 0, 4), ProductCase(7, 19, 31),
        ProductCase(64, 70, 200), ProductCase(1, 64, 9_000), ProductCase(5, 768, 2_304), ProductCase(9, 100, 1_001),
        ProductCase(4, 5_000, 6),
    ]

    /// The matrix in every way it can be stored, and what it then holds, in Double.
    private func forms(_ b: Matrix, _ orientation: Orientation) -> [(
        name: String, matrix: ProductMatrix, value: Matrix
    )] {
        let stored = b.stored(orientation)
        guard stored.count > 0 else { return [("float32", .dense(stored), b)] }
        let int8 = CompactMatrix(roundingToInt8: stored, outputAxis: orientation == .asStored ? .columns : .rows)
        let halves = Halves(stored.elements)
        let bfloat16 = CompactMatrix(
            .bfloat16, borrowing: halves.bytes, shape: stored.shape, scales: nil,
            outputAxis: orientation == .asStored ? .columns : .rows, owner: halves)
        func value(_ matrix: CompactMatrix) -> Matrix {
            let wide = Matrix(
                rows: stored.shape.rows, columns: stored.shape.columns, matrix.widened().elements.map(Double.init))
            return orientation == .asStored ? wide : wide.transposed
        }
        return [
            ("float32", .dense(stored), b), ("int8", .compact(int8), value(int8)),
            ("bfloat16", .compact(bfloat16), value(bfloat16)),
        ]
    }

    @Test("equal the definition in Double, for both orientations and every way the matrix is stored", arguments: cases)
    func matchesOracle(_ product: ProductCase) {
        let (a, b, c) = product.operands()
        let bias = Array(c.elements.prefix(product.n))
        for orientation in [Orientation.asStored, .transposed] {
            for form in forms(b, orientation) {
                let found = RowProduct.multiply(
                    a.array, form.matrix, orientation, bias: NDArray(bias.map { Float($0) }, shape: [product.n]))
                let expected = Oracle.product(a, form.value)
                // Float32 sums of K products, as for every product.
                let tolerance = 1e-6 * Double(max(product.k, 1)).squareRoot() * 3
                for (index, value) in found.elements.enumerated() {
                    let wanted = expected.elements[index] + bias[index % product.n]
                    #expect(
                        abs(Double(value) - wanted) <= tolerance * max(1, abs(wanted)),
                        "\(form.name) \(orientation), element \(index)")
                }
            }
        }
    }

    @Test("have the same bits for a row alone and among any others, on one thread and three")
    func rowsAreIndependent() {
        let product = ProductCase(RowProduct.mostRows, 203, 1_003)
        let (a, b, _) = product.operands()
        let x = a.array
        defer { Parallelism.setThreads(Parallelism.availableProcessors) }
        for orientation in [Orientation.asStored, .transposed] {
            for form in forms(b, orientation) {
                Parallelism.setThreads(1)
                let alone = (0..<product.m).map {
                    RowProduct.multiply(x.rows($0..<$0 + 1), form.matrix, orientation, bias: nil).elements
                }
                Parallelism.setThreads(3)
                for count in [2, 3, 4, 5, 6, 7, 33, 64] {
                    let together = RowProduct.multiply(x.rows(0..<count), form.matrix, orientation, bias: nil).elements
                    let isEqual = together == alone.prefix(count).flatMap { $0 }
                    #expect(isEqual, "\(form.name) \(orientation), \(count) rows")
                }
            }
        }
    }

    @Test("int8 is off by at most half a step of each output's scale, and a row of zeros stays one")
    func rounding() {
        let matrix = NDArray([0, 0, 0, 1, -127, 63.4, 0.5, 0.25, -0.1], shape: Shape(rows: 3, columns: 3))
        let compact = CompactMatrix(roundingToInt8: matrix, outputAxis: .rows)
        let scales = compact.scales?.elements ?? []
        #expect(scales == [0, 1, 0.5 / 127])
        #expect(compact.widened().elements.prefix(6).map { $0 } == [0, 0, 0, 1, -127, 63])
        for (index, (found, wanted)) in zip(compact.widened().elements, matrix.elements).enumerated() {
            #expect(abs(found - wanted) <= scales[index / 3] * 0.5001)
        }
        #expect(
            compact.gatherRows([2, 1]).elements
                == Array(compact.widened().elements[6...] + compact.widened().elements[3..<6]))
    }
}

/// The upper halves of some floats, kept alive by this object.
private final class Halves {
    let bytes: UnsafeRawBufferPointer

    init(_ elements: [Float]) {
        let memory = UnsafeMutableBufferPointer<UInt16>.allocate(capacity: elements.count)
        for (index, element) in elements.enumerated() {
            memory[index] = UInt16(truncatingIfNeeded: element.bitPattern >> 16)
        }
        bytes = UnsafeRawBufferPointer(memory)
    }

    deinit { bytes.deallocate() }
}
