import CKernels
import Preconditions

/// A read-only weight matrix in fewer bits than Float32, which inference streams from memory for every token.
///
/// Immutable and `Sendable`; its bytes may lie in a memory-mapped file, which it keeps.
///
/// `@unchecked Sendable`: no one writes the bytes once the value exists.
public struct QuantizedMatrix: @unchecked Sendable {
    /// `[rows, columns]`.
    public let shape: Shape
    /// The type of the elements: `bfloat16` or `int8`.
    public let dtype: DType
    /// `[rows]`: the factors of the elements; `nil` for bfloat16.
    public let scales: NDArray?
    let bytes: UnsafeRawPointer
    private let owner: AnyObject

    /// A matrix over memory that `owner` keeps and no one changes. Traps on another type than bfloat16 and int8, on a shape that
    /// does not fit the bytes, and unless int8, and only int8, has a scale for each row.
    public init(
        _ dtype: DType, borrowing bytes: UnsafeRawBufferPointer, shape: Shape, scales: NDArray?,
        owner: AnyObject
    ) {
        guard let base = bytes.baseAddress else { fatalError("QuantizedMatrix: no bytes for \(shape)") }
        require(dtype == .bfloat16 || dtype == .int8, "QuantizedMatrix: no matrix of \(dtype.rawValue)")
        require(shape.rank == 2, "QuantizedMatrix: shape \(shape)")
        require(
            bytes.count == shape.count * dtype.byteCount, "QuantizedMatrix: \(bytes.count) bytes for \(shape)")
        require(
            dtype == .bfloat16 ? scales == nil : scales?.shape == [shape.rows],
            "QuantizedMatrix: scales \(scales.map { "\($0.shape)" } ?? "none") for \(shape)")
        self.shape = shape
        self.dtype = dtype
        self.scales = scales
        self.bytes = base
        self.owner = owner
    }

    /// Rounds the weight of a layer to int8, `[outputs, inputs]`: of each output the largest magnitude becomes 127, the others
    /// the nearest integers, ties to even. Traps on numbers that are not finite.
    /// - Parameter orientation: `notTransposed` for a weight `[inputs, outputs]`, `transposed` for one `[outputs, inputs]`.
    public init(quantizing weight: NDArray, _ orientation: Orientation) {
        let (rows, columns) = (weight.shape.rows, weight.shape.columns)
        let isStored = orientation == .notTransposed
        let (outputs, inputs) = isStored ? (columns, rows) : (rows, columns)
        let memory = OwnedBytes(count: weight.count)
        let target = memory.bytes.assumingMemoryBound(to: Int8.self)
        var scales = [Float](repeating: 0, count: outputs)
        weight.withUnsafeElements { elements in
            for output in 0..<outputs {
                let (first, step) = isStored ? (output, outputs) : (output * inputs, 1)
                for input in 0..<inputs {
                    let element = elements[first + input * step]
                    require(element.isFinite, "QuantizedMatrix: a weight is \(element)")
                    scales[output] = max(scales[output], element.magnitude)
                }
                scales[output] /= 127
                for input in 0..<inputs {
                    let steps = elements[first + input * step] / scales[output]
                    target[output * inputs + input] =
                        scales[output] > 0 ? Int8(max(-127, min(127, steps.rounded(.toNearestOrEven)))) : 0
                }
            }
        }
        self.init(
            .int8, borrowing: UnsafeRawBufferPointer(start: memory.bytes, count: weight.count),
            shape: Shape(rows: outputs, columns: inputs), scales: NDArray(scales, shape: [outputs]), owner: memory)
    }

    /// Lends the stored bytes, row by row, for the duration of `body`.
    public func withUnsafeBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
        try withExtendedLifetime(owner) {
            try body(UnsafeRawBufferPointer(start: bytes, count: shape.count * dtype.byteCount))
        }
    }

    /// The same matrix as Float32, scales applied: for products of many rows, where reading it costs little.
    public func dequantized() -> NDArray { gather(shape.rows) { $0 } }

    /// Rows by index, as Float32: `[N]` → `[N, columns]`. Traps on an index outside the matrix.
    public func gatherRows(_ ids: [Int32]) -> NDArray {
        for id in ids {
            require(id >= 0 && Int(id) < shape.rows, "lookup: index \(id) in a table of shape \(shape)")
        }
        return gather(ids.count) { Int(ids[$0]) }
    }

    private func gather(_ count: Int, _ place: (Int) -> Int) -> NDArray {
        let columns = shape.columns
        let out = MutableArray(shape: Shape(rows: count, columns: columns))
        withExtendedLifetime(owner) {
            Parallelism.run(count, grain: Parallelism.rowGrain(columns: columns)) { rows in
                for row in rows {
                    let from = place(row)
                    let to = out.pointer + row * columns
                    let row = bytes + from * columns * dtype.byteCount
                    if let scales {
                        hk_dequantize_int8(row.assumingMemoryBound(to: Int8.self), scales.pointer[from], to, columns)
                    } else {
                        hk_widen_bfloat16(row.assumingMemoryBound(to: UInt16.self), to, columns)
                    }
                }
            }
        }
        return out.frozen()
    }
}

/// Bytes that live as long as this object.
private final class OwnedBytes {
    let bytes: UnsafeMutableRawPointer

    init(count: Int) { bytes = .allocate(byteCount: max(count, 1), alignment: 64) }

    deinit { bytes.deallocate() }
}
