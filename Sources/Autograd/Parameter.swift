public import NumericCore

/// A named weight of a model: a buffer that the optimizer changes in place and every pass reads.
public final class Parameter {
    /// The checkpoint's name, such as `h.0.attn.c_attn.weight`.
    public let name: String
    /// The values as every pass reads them; a later optimizer step shows through.
    public let array: NDArray
    /// Where the optimizer writes; `nil` for weights loaded for inference, which may lie in a read-only file mapping.
    public let buffer: MutableArray?

    /// A weight that can be trained.
    public init(name: String, buffer: MutableArray) {
        self.name = name
        self.buffer = buffer
        array = buffer.frozen()
    }

    /// A weight that can only be read.
    public init(name: String, array: NDArray) {
        self.name = name
        self.array = array
        buffer = nil
    }

    public var shape: Shape { array.shape }

    /// The weight as an input of operations; on a tape that records it, a leaf.
    public var tensor: Tensor { Tensor(value: array, origin: .parameter(self)) }
}
