public import NumericCore

/// A named weight of a model: what every pass reads and, unless it is read-only, the optimizer changes in place.
///
/// Each parameter is by itself trainable or read-only, owned or memory-mapped, Float32 or quantized.
public final class Parameter {
    /// The checkpoint's name, such as `h.0.attn.c_attn.weight`.
    public let name: String
    /// The values to multiply with, in as many bits as they are stored.
    public let matrix: WeightMatrix
    /// The memory that the optimizer writes; `nil` for a read-only weight, which may lie in a file mapping.
    public let buffer: MutableArray?

    /// A weight that can be trained.
    public init(name: String, buffer: MutableArray) {
        self.name = name
        self.buffer = buffer
        matrix = .dense(buffer.frozen())
    }

    /// A read-only weight.
    public init(name: String, array: NDArray) {
        self.name = name
        matrix = .dense(array)
        buffer = nil
    }

    /// A read-only weight matrix in fewer bits, for layers that multiply with ``matrix``.
    public init(name: String, quantized: QuantizedMatrix) {
        self.name = name
        matrix = .quantized(quantized)
        buffer = nil
    }

    /// The shape in which the values are stored.
    public var shape: Shape { matrix.shape }

    /// The number of values.
    public var count: Int { shape.count }

    /// The values as Float32, as every pass reads them; a later optimizer step shows through. Traps for a quantized weight.
    public var array: NDArray {
        guard case .dense(let array) = matrix else {
            fatalError("Parameter: \(name) is stored as \(matrix.dtype.rawValue), not as float32")
        }
        return array
    }

    /// The weight as an input of operations; on a tape that records it, a leaf. Traps for a quantized weight.
    public var tensor: Tensor { Tensor(value: array, origin: .parameter(self)) }
}
