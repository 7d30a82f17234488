import CKernels

/// A weight matrix in fewer bits than Float32, for reading only: what inference streams from memory for every token.
///
/// Immutable and `Sendable`; its bytes may lie in a memory-mapped file, which it keeps.
///
/// `@unchecked Sendable`: nobody writes the bytes once the value exists.
public struct CompactMatrix: @unchecked Sendable {
    /// How the elements are stored.
    public enum Elements: String, Sendable {
        /// The upper half of a Float32.
        case bfloat16
        /// −127 … 127, times a scale of the output.
        case int8

        /// Bytes of one element.
        public var byteCount: Int { self == .bfloat16 ? 2 : 1 }
        var kernel: hk_element { self == .bfloat16 ? HK_BFLOAT16 : HK_INT8 }
    }

    /// Which extent of the matrix counts the outputs of its layer; int8 has a scale for each of them.
    public enum OutputAxis: Sendable { case rows, columns }

    public let shape: Shape
    public let elements: Elements
    /// `[outputs]`: what the elements are multiplied by; `nil` for bfloat16.
    public let scales: NDArray?
    public let outputAxis: OutputAxis
    let bytes: UnsafeRawPointer
    private let owner: AnyObject

    /// A matrix over memory that `owner` keeps and nobody changes. Traps when extents and number of bytes do not fit, or
    /// unless int8 has a scale for each output.
    public init(
        _ elements: Elements, borrowing bytes: UnsafeRawBufferPointer, shape: Shape, scales: NDArray?,
        outputAxis: OutputAxis, owner: AnyObject
    ) {
        guard let base = bytes.baseAddress else { fatalError("CompactMatrix: no bytes for \(shape)") }
        require(shape.rank == 2, "CompactMatrix: shape \(shape)")
        require(
            bytes.count == shape.count * elements.byteCount, "CompactMatrix: \(bytes.count) bytes for \(shape)")
        require(
            elements == .bfloat16 ? scales == nil : scales?.shape == [shape[outputAxis == .rows ? 0 : 1]],
            "CompactMatrix: scales \(scales.map { "\($0.shape)" } ?? "none") for \(shape)")
        self.shape = shape
        self.elements = elements
        self.scales = scales
        self.outputAxis = outputAxis
        self.bytes = base
        self.owner = owner
    }

    /// Rounds `matrix` to int8: of each output the largest magnitude becomes 127, the others the nearest whole numbers, ties
    /// to even. Traps on numbers that are not finite.
    public init(roundingToInt8 matrix: NDArray, outputAxis: OutputAxis) {
        let (rows, columns) = (matrix.shape.rows, matrix.shape.columns)
        let outputs = outputAxis == .rows ? rows : columns
        let memory = OwnedBytes(count: matrix.count)
        let target = memory.bytes.assumingMemoryBound(to: Int8.self)
        var scales = [Float](repeating: 0, count: outputs)
        matrix.withUnsafeElements { elements in
            for index in elements.indices {
                let output = outputAxis == .rows ? index / columns : index % columns
                require(elements[index].isFinite, "CompactMatrix: \(elements[index]) is no weight")
                scales[output] = max(scales[output], elements[index].magnitude)
            }
            for output in scales.indices { scales[output] /= 127 }
            for index in elements.indices {
                let scale = scales[outputAxis == .rows ? index / columns : index % columns]
                target[index] =
                    scale > 0 ? Int8(max(-127, min(127, (elements[index] / scale).rounded(.toNearestOrEven)))) : 0
            }
        }
        self.init(
            .int8, borrowing: UnsafeRawBufferPointer(start: memory.bytes, count: matrix.count), shape: matrix.shape,
            scales: NDArray(scales, shape: [outputs]), outputAxis: outputAxis, owner: memory)
    }

    /// Lends the stored bytes, row by row, for the duration of `body`.
    public func withUnsafeBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
        try withExtendedLifetime(owner) {
            try body(UnsafeRawBufferPointer(start: bytes, count: shape.count * elements.byteCount))
        }
    }

    /// The same matrix as Float32, scales applied: for products of many rows, where reading it costs little.
    public func widened() -> NDArray { gather(shape.rows) { $0 } }

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
                    hk_widen(elements.kernel, bytes + from * columns * elements.byteCount, to, columns)
                    guard let scales else { continue }
                    switch outputAxis {
                    case .rows: hk_scale(to, scales.pointer[from], columns)
                    case .columns: hk_multiply(to, scales.pointer, columns)
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
