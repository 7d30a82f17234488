import CKernels

/// A matrix that rows are multiplied with.
public enum ProductMatrix: Sendable {
    case dense(NDArray)
    case compact(CompactMatrix)

    public var shape: Shape {
        switch self {
        case .dense(let array): array.shape
        case .compact(let matrix): matrix.shape
        }
    }
}

/// Products of few rows with a large matrix, as decoding makes them for every token.
///
/// The matrix is read once, as it lies in memory or in a mapped file. A row of the result has the same bits whatever other
/// rows stand beside it, and on any number of threads: each element is summed by itself, in an order that depends on the
/// depth alone.
public enum RowProduct {
    /// The most rows.
    public static let mostRows = Int(HK_FEW_ROWS)
    /// Multiply-adds below which a product is not handed to other threads.
    private static let smallest = 1 << 16

    /// `x op(matrix) + bias`: `[N, in]` → `[N, out]`.
    /// - Parameters:
    ///   - x: `[N, in]`, N at most ``mostRows``.
    ///   - orientation: `asStored` for a matrix `[in, out]`, `transposed` for one `[out, in]`.
    ///   - bias: `[out]`.
    ///
    /// Traps when the extents do not fit.
    public static func multiply(
        _ x: NDArray, _ matrix: ProductMatrix, _ orientation: Orientation, bias: NDArray?
    ) -> NDArray {
        let (rows, depth) = (x.shape.rows, x.shape.columns)
        let isStored = orientation == .asStored
        let outputs = isStored ? matrix.shape.columns : matrix.shape.rows
        require(
            depth == (isStored ? matrix.shape.rows : matrix.shape.columns) && rows <= mostRows
                && (bias.map { $0.count == outputs } ?? true),
            "RowProduct: \(x.shape) times \(matrix.shape) \(orientation)")
        let y = MutableArray(shape: Shape(rows: rows, columns: outputs))
        guard rows > 0, outputs > 0 else { return y.frozen() }
        var product = hk_row_product()
        product.rows = rows
        product.depth = depth
        product.x = x.pointer
        product.x_stride = depth
        product.w_stride = matrix.shape.columns
        product.bias = bias?.pointer
        product.y = y.pointer
        product.y_stride = outputs
        switch matrix {
        case .dense(let array):
            product.w = UnsafeRawPointer(array.pointer)
            product.element = HK_FLOAT32
        case .compact(let compact):
            require(
                compact.scales == nil || (compact.outputAxis == .columns) == isStored,
                "RowProduct: the scales of \(compact.shape) belong to its other extent")
            product.w = compact.bytes
            product.element = compact.elements.kernel
            product.scale = compact.scales?.pointer
        }
        let kernel = isStored ? hk_rows_times_columns : hk_rows_times_rows
        // The cut changes no bits, so it may follow the threads: few, wide parts read the matrix in long runs.
        let parts = rows * depth * outputs < smallest ? 1 : 2 * Parallelism.threads
        let width = max(64, (outputs + parts * 16 - 1) / (parts * 16) * 16)
        withExtendedLifetime((x, matrix, bias)) {
            Parallelism.run(outputs, grain: width) { kernel(&product, $0.lowerBound, $0.upperBound) }
        }
        return y.frozen()
    }
}
