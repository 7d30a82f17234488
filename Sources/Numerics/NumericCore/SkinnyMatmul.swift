import CKernels
import Preconditions

/// The weight matrix of a product, in as many bits as it is stored.
public enum WeightMatrix: Sendable {
    /// Float32.
    case dense(NDArray)
    /// Fewer bits.
    case quantized(QuantizedMatrix)

    /// The shape in which the matrix is stored.
    public var shape: Shape {
        switch self {
        case .dense(let array): array.shape
        case .quantized(let matrix): matrix.shape
        }
    }

    /// The type of the elements. The rows of an int8 matrix are the outputs of a layer, whatever the layout of its weight is.
    public var dtype: DType {
        switch self {
        case .dense: .float32
        case .quantized(let matrix): matrix.dtype
        }
    }
}

/// Products of few rows with a large matrix, as decoding makes them for every token.
///
/// The matrix is read once, as it is stored in memory or in a mapped file. A row of the result has the same bits in any batch and
/// on any number of threads: each element is summed by itself, in an order that depends on the depth alone.
public enum SkinnyMatmul {
    /// The maximum number of rows.
    public static let maximumRows = Int(HK_SKINNY_ROWS)
    /// The number of multiply-adds below which a product is not handed to other threads.
    private static let smallest = 1 << 16

    /// `x op(matrix) + bias`: `[N, in]` → `[N, out]`.
    /// - Parameters:
    ///   - x: `[N, in]`, N at most ``maximumRows``.
    ///   - orientation: `notTransposed` for a matrix `[in, out]`, `transposed` for one `[out, in]`, which int8 always is.
    ///   - bias: `[out]`.
    ///
    /// Traps when the extents do not fit.
    public static func multiply(
        _ x: NDArray, _ matrix: WeightMatrix, _ orientation: Orientation, bias: NDArray?
    ) -> NDArray {
        let (rows, depth) = (x.shape.rows, x.shape.columns)
        let isStored = orientation == .notTransposed
        let outputs = isStored ? matrix.shape.columns : matrix.shape.rows
        require(
            depth == (isStored ? matrix.shape.rows : matrix.shape.columns) && rows <= maximumRows
                && (bias.map { $0.count == outputs } ?? true),
            "SkinnyMatmul: \(x.shape) times \(matrix.shape) \(orientation)")
        let y = MutableArray(shape: Shape(rows: rows, columns: outputs))
        guard rows > 0, outputs > 0 else { return y.frozen() }
        withExtendedLifetime((x, matrix, bias)) {
            if case .quantized(let quantized) = matrix, let scales = quantized.scales {
                require(!isStored, "SkinnyMatmul: int8 \(quantized.shape), expected its rows to be outputs")
                multiply(x, quantized, scales, bias, into: y)
            } else {
                multiply(x, matrix, isStored, bias, into: y)
            }
        }
        return y.frozen()
    }

    /// The product with floats.
    private static func multiply(
        _ x: NDArray, _ matrix: WeightMatrix, _ isStored: Bool, _ bias: NDArray?, into y: MutableArray
    ) {
        var product = hk_skinny_matmul()
        product.rows = x.shape.rows
        product.depth = x.shape.columns
        product.x = x.pointer
        product.x_stride = x.shape.columns
        product.w_stride = matrix.shape.columns
        product.bias = bias?.pointer
        product.y = y.pointer
        product.y_stride = y.shape.columns
        switch matrix {
        case .dense(let array):
            product.w = UnsafeRawPointer(array.pointer)
            product.element = DType.float32.kernelElement
        case .quantized(let quantized):
            product.w = quantized.bytes
            product.element = quantized.dtype.kernelElement
        }
        let kernel = isStored ? hk_rows_times_columns : hk_rows_times_rows
        // Parts of columns are read in runs as long as they are wide.
        inParts(isStored ? 1 : 2, of: y, depth: product.depth) { kernel(&product, $0.lowerBound, $0.upperBound) }
    }

    /// The product with int8: `x` is rounded to 16 bits per number, and the sums are exact.
    private static func multiply(
        _ x: NDArray, _ matrix: QuantizedMatrix, _ scales: NDArray, _ bias: NDArray?, into y: MutableArray
    ) {
        let (rows, depth) = (x.shape.rows, x.shape.columns)
        require(
            depth <= HK_MAXIMUM_INT8_DEPTH,
            "SkinnyMatmul: int8 \(matrix.shape) is deeper than \(HK_MAXIMUM_INT8_DEPTH), the limit of exact sums")
        let padded = (depth + 63) / 64 * 64
        // Both bytes of all rows, four bytes in the place of a float.
        let bytes = MutableArray(shape: Shape(rows: 2 * rows, columns: padded / 4))
        withUnsafeTemporaryAllocation(of: hk_split_row.self, capacity: rows) { splitRows in
            bytes.pointer.withMemoryRebound(to: Int8.self, capacity: 2 * rows * padded) { high in
                let low = high + rows * padded
                for row in 0..<rows {
                    hk_split_row_int16(
                        x.pointer + row * depth, depth, padded, high + row * padded, low + row * padded,
                        splitRows.baseAddress! + row)
                }
                var product = hk_skinny_matmul_int8()
                product.rows = rows
                product.depth = depth
                product.high = UnsafePointer(high)
                product.low = UnsafePointer(low)
                product.x_stride = padded
                product.splits = UnsafePointer(splitRows.baseAddress)
                product.w = matrix.bytes.assumingMemoryBound(to: Int8.self)
                product.scale = scales.pointer
                product.bias = bias?.pointer
                product.y = y.pointer
                product.y_stride = y.shape.columns
                inParts(2, of: y, depth: depth) { hk_int8_rows_times_rows(&product, $0.lowerBound, $0.upperBound) }
            }
        }
    }

    /// Runs `body` on parts of the columns of `y`, `partsOfThread` for each thread. The cut changes no bits, so it may depend on
    /// the number of threads.
    private static func inParts(
        _ partsOfThread: Int, of y: MutableArray, depth: Int, _ body: (Range<Int>) -> Void
    ) {
        let outputs = y.shape.columns
        let parts = y.count * depth < smallest ? 1 : partsOfThread * Parallelism.threads
        let width = max(64, (outputs + parts * 16 - 1) / (parts * 16) * 16)
        Parallelism.run(outputs, grain: width, body)
    }
}
