import NumericCore
import Testing
import TestSupport

@Suite("Products of few rows")
struct SkinnyMatmulTests {
    /// Extents with whole and broken vectors and depths, more columns than are summed at a time, and the head of a model.
    static let cases = [
        ProductCase(1, 1, 1), ProductCase(2, 5, 17), ProductCase(3, 0, 4), ProductCase(7, 19, 31),
        ProductCase(64, 70, 200), ProductCase(1, 64, 9_000), ProductCase(5, 768, 2_304), ProductCase(9, 100, 1_001),
        ProductCase(4, 5_000, 6),
    ]

    /// The matrix in every way it can be stored for an orientation, and what it then holds, in Double.
    private func forms(_ b: Matrix, _ orientation: Orientation) -> [(
        name: String, matrix: WeightMatrix, value: Matrix
    )] {
        let stored = b.stored(orientation)
        guard stored.count > 0 else { return [("float32", .dense(stored), b)] }
        let halves = Halves(stored.elements)
        let bfloat16 = QuantizedMatrix(
            .bfloat16, borrowing: halves.bytes, shape: stored.shape, scales: nil, owner: halves)
        func value(_ matrix: QuantizedMatrix) -> Matrix {
            let wide = Matrix(
                rows: matrix.shape.rows, columns: matrix.shape.columns, matrix.dequantized().elements.map(Double.init))
            return orientation == .notTransposed ? wide : wide.transposed
        }
        let floats = [("float32", WeightMatrix.dense(stored), b), ("bfloat16", .quantized(bfloat16), value(bfloat16))]
        // The rows of int8 are outputs.
        guard orientation == .transposed else { return floats }
        let int8 = QuantizedMatrix(quantizing: stored, orientation)
        return floats + [("int8", .quantized(int8), value(int8))]
    }

    @Test("equal the definition in Double, for both orientations and every way the matrix is stored", arguments: cases)
    func matchesOracle(_ product: ProductCase) {
        let (a, b, c) = product.operands()
        let bias = Array(c.elements.prefix(product.n))
        for orientation in [Orientation.notTransposed, .transposed] {
            for form in forms(b, orientation) {
                let found = SkinnyMatmul.multiply(
                    a.array, form.matrix, orientation, bias: NDArray(bias.map { Float($0) }, shape: [product.n]))
                let expected = Oracle.product(a, form.value)
                // Float32 sums of K products, as for every product; beside int8 each entry of a row is off by up to half of
                // 1/32,639 of the row's largest, in all √K times a typical such error.
                let tolerance = (form.name == "int8" ? 2e-4 : 3e-6) * Double(max(product.k, 1)).squareRoot()
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
        let product = ProductCase(SkinnyMatmul.maximumRows, 203, 1_003)
        let (a, b, _) = product.operands()
        let x = a.array
        defer { Parallelism.setThreads(Parallelism.availableProcessors) }
        for orientation in [Orientation.notTransposed, .transposed] {
            for form in forms(b, orientation) {
                Parallelism.setThreads(1)
                let alone = (0..<product.m).map {
                    SkinnyMatmul.multiply(x.rows($0..<$0 + 1), form.matrix, orientation, bias: nil).elements
                }
                Parallelism.setThreads(3)
                for count in [2, 3, 4, 5, 6, 7, 33, 64] {
                    let together = SkinnyMatmul.multiply(x.rows(0..<count), form.matrix, orientation, bias: nil)
                        .elements
                    let isEqual = together == alone.prefix(count).flatMap { $0 }
                    #expect(isEqual, "\(form.name) \(orientation), \(count) rows")
                }
            }
        }
    }

    @Test("int8 is off by at most half a step of each output's scale, and a row of zeros stays one")
    func rounding() {
        let matrix = NDArray([0, 0, 0, 1, -127, 63.4, 0.5, 0.25, -0.1], shape: Shape(rows: 3, columns: 3))
        let quantized = QuantizedMatrix(quantizing: matrix, .transposed)
        let scales = quantized.scales?.elements ?? []
        #expect(scales == [0, 1, 0.5 / 127])
        #expect(quantized.dequantized().elements.prefix(6).map { $0 } == [0, 0, 0, 1, -127, 63])
        for (index, (found, wanted)) in zip(quantized.dequantized().elements, matrix.elements).enumerated() {
            #expect(abs(found - wanted) <= scales[index / 3] * 0.5001)
        }
        #expect(
            quantized.gatherRows([2, 1]).elements
                == Array(quantized.dequantized().elements[6...] + quantized.dequantized().elements[3..<6]))
    }

    @Test("int8 of a weight in either layout is the same, with outputs as its rows")
    func layouts() {
        var numbers = SeededNumbers(seed: 8)
        let weight = Matrix(rows: 5, columns: 7, numbers.normals(35))
        let turned = QuantizedMatrix(quantizing: weight.array, .notTransposed)
        let asIs = QuantizedMatrix(quantizing: weight.transposed.array, .transposed)
        #expect(turned.shape == Shape(rows: 7, columns: 5) && asIs.shape == turned.shape)
        #expect(turned.dequantized().elements == asIs.dequantized().elements)
        #expect(turned.scales?.elements == asIs.scales?.elements)
    }

    @Test("sums of int8 products are exact: whole numbers that 16 bits hold give whole numbers, the largest included")
    func exactSums() {
        // Whole multiples of 1/32,639 of the largest, so that nothing is rounded; all weights ±127, of scale 1.
        for depth in [1, 63, 64, 65, 768, 3_072, 5_000] {
            var numbers = SeededNumbers(seed: UInt64(depth))
            let x = (0..<depth).map { $0 == 0 ? 32_639.0 : (numbers.normals(1)[0] * 10_000).rounded() }
                .map { max(-32_639, min(32_639, $0)) }
            let w = (0..<9 * depth).map { _ in numbers.normals(1)[0] < 0 ? -127.0 : 127.0 }
            let matrix = QuantizedMatrix(quantizing: Matrix(rows: 9, columns: depth, w).array, .transposed)
            let found = SkinnyMatmul.multiply(
                Matrix(rows: 1, columns: depth, x).array, .quantized(matrix), .transposed, bias: nil)
            for output in 0..<9 {
                let exact = zip(x, w[output * depth..<(output + 1) * depth]).reduce(0) { $0 + $1.0 * $1.1 }
                #expect(found.elements[output] == Float(exact), "depth \(depth), output \(output)")
            }
        }
    }

    @Test("A row that is not finite gives NaN, one of tiny numbers gives zeros, and their neighbors keep their results")
    func hardRows() {
        let matrix = QuantizedMatrix(
            quantizing: NDArray([1, 2, 3, 4], shape: Shape(rows: 2, columns: 2)), .transposed)
        for (value, isZero) in [(Float.infinity, false), (.nan, false), (1e-38, true), (0, true)] {
            let x = NDArray([value, 1e-38, 1, -1], shape: Shape(rows: 2, columns: 2))
            let y = SkinnyMatmul.multiply(x, .quantized(matrix), .transposed, bias: nil).elements
            #expect(y[0...1].allSatisfy { isZero ? $0 == 0 : $0.isNaN })
            #expect(abs(y[2] + 1) < 0.02 && abs(y[3] + 1) < 0.05)
        }
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
