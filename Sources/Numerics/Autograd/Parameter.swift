public import NumericCore

/// A named weight of a model: a buffer that the optimizer changes in place and every pass reads.
public final class Parameter {
    /// The checkpoint's name, such as `h.0.attn.c_attn.weight`.
    public let name: String
    /// What passes read.
    private let values: WeightMatrix
    /// Where the optimizer writes; `nil` for weights loaded for inference, which may lie in a read-only file mapping.
    public let buffer: MutableArray?

    /// A weight that can be trained.
    public init(name: String, buffer: MutableArray) {
        self.name = name
        self.buffer = buffer
        values = .dense(buffer.frozen())
    }

    /// A weight that can only be read.
    public init(name: String, array: NDArray) {
        self.name = name
        values = .dense(array)
        buffer = nil
    }

    /// A weight matrix in fewer bits, that can only be read, and only by layers that ask for ``matrix``.
    public init(name: String, quantized: QuantizedMatrix) {
        self.name = name
        values = .quantized(quantized)
        buffer = nil
    }

    public var shape: Shape { values.shape }

    /// The values as every pass reads them; a later optimizer step shows through. Traps for a compact weight.
    public var array: NDArray {
        guard case .dense(let array) = values else { fatalError("Parameter: \(name) is no array of Float32") }
        return array
    }

    /// The values as a matrix to multiply with, in as many bits as they are stored.
    public var matrix: WeightMatrix { values }

    /// The weight as an input of operations; on a tape that records it, a leaf.
    public var tensor: Tensor { Tensor(value: array, origin: .parameter(self)) }
}
