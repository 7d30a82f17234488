public import NumericCore

/// An array and its place on a tape, if it has one. Never `Sendable`: bytes cross threads, graphs do not.
public struct Tensor {
    /// Where a tensor comes from, and so where its gradient goes.
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

    public var shape: Shape { value.shape }

    /// Where a tensor's gradient goes, without its numbers: what a pullback captures of an input it does not read again, so
    /// that the numbers can go as soon as the forward pass is done with them.
    package struct Place { let origin: Origin }

    package var place: Place { Place(origin: origin) }

    /// The one door for results: an operation makes its output here, and cannot without a pullback.
    ///
    /// Outside a tape, or when no recorded parameter is upstream, the pullback and all it captured are dropped at once.
    /// - Parameters:
    ///   - name: of the operation, for messages.
    ///   - inputs: every tensor that `pullback` may send a gradient to.
    ///   - pullback: adds to the gradients of the inputs, given that of the output.
    package static func result(
        _ name: StaticString, of inputs: Tensor..., value: NDArray, pullback: @escaping Tape.Pullback
    ) -> Tensor {
        guard let tape = Tape.current, inputs.contains(where: tape.records) else { return Tensor(constant: value) }
        return Tensor(value: value, origin: .node(tape.append(name, shape: value.shape, pullback)))
    }
}
