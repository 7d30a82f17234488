public import NumericCore

/// An array and its place on a tape, if it has one. Never `Sendable`: bytes cross threads, graphs do not.
public struct Tensor {
    /// The origin of a tensor, which decides where its gradient goes.
    enum Origin {
        /// Data, or a result with nothing recorded upstream.
        case constant
        /// A weight; it has a gradient when the tape records it.
        case parameter(Parameter)
        /// The result of a recorded operation.
        case node(Tape.Node)
    }

    /// The numbers.
    public let value: NDArray
    let origin: Origin

    init(value: NDArray, origin: Origin) {
        self.value = value
        self.origin = origin
    }

    /// Data: it has no gradient.
    public init(constant value: NDArray) { self.init(value: value, origin: .constant) }

    /// The shape of the numbers.
    public var shape: Shape { value.shape }

    /// The destination of a tensor's gradient, without its numbers. A pullback captures it instead of an input that it does not read
    /// again, so that the numbers are freed as soon as the forward pass is done with them.
    package struct Place { let origin: Origin }

    /// The destination of this tensor's gradient.
    package var place: Place { Place(origin: origin) }

    /// Makes the output of an operation. This is the only way to make one, so none lacks a pullback.
    ///
    /// Outside a tape, or if no recorded parameter is upstream, the pullback and all it captured are dropped at once.
    /// - Parameters:
    ///   - name: the name of the operation, for messages.
    ///   - inputs: every tensor that `pullback` may send a gradient to.
    ///   - pullback: adds to the gradients of the inputs, given that of the output.
    package static func result(
        _ name: StaticString, of inputs: Tensor..., value: NDArray, pullback: @escaping Tape.Pullback
    ) -> Tensor {
        guard let tape = Tape.current, inputs.contains(where: tape.records) else { return Tensor(constant: value) }
        return Tensor(value: value, origin: .node(tape.append(name, shape: value.shape, pullback)))
    }
}
