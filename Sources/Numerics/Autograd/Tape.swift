package import NumericCore
import Preconditions

/// The record of one forward pass, from which gradients are computed.
///
///     let tape = Tape(into: gradients, dropout: source)
///     let loss = tape.record { model.loss(batch) }
///     tape.backward(from: loss)
///
/// Outside `record` nothing is recorded, so inference costs and keeps nothing. Recording *is* training mode: dropout acts
/// inside `record` and nowhere else, whether or not its input has a gradient. `suspended` leaves that mode for a while, as
/// for a reference model or a teacher. A tape serves one pass.
public final class Tape {
    /// Adds to the gradients of an operation's inputs, given the gradient of its output.
    package typealias Pullback = (_ dOutput: NDArray, _ gradients: GradientSink) -> Void

    /// The source of the dropout bits of a pass.
    public struct DropoutSource: Sendable {
        /// The seed of the run.
        public var seed: UInt64
        /// The optimizer step.
        public var step: Int
        /// The row, within the whole step, of this micro-batch's first token.
        public var firstRow: Int

        /// The bits of one micro-batch.
        public init(seed: UInt64, step: Int, firstRow: Int) {
            self.seed = seed
            self.step = step
            self.firstRow = firstRow
        }
    }

    /// One recorded operation.
    final class Node {
        let name: StaticString
        let shape: Shape
        var pullback: Pullback?
        /// The gradient of the output, as far as it has been accumulated.
        var gradient: NDArray?

        init(name: StaticString, shape: Shape, pullback: @escaping Pullback) {
            self.name = name
            self.shape = shape
            self.pullback = pullback
        }
    }

    /// The gradients that this pass adds to; their parameters are the recorded ones.
    let gradients: Gradients
    private let dropoutSource: DropoutSource?
    private var dropoutCalls: UInt32 = 0
    private var nodes: [Node] = []
    private var consumed = false

    /// A tape that records the parameters of `gradients`. Without a source of bits, dropout of a probability above 0 traps.
    public init(into gradients: Gradients, dropout: DropoutSource?) {
        self.gradients = gradients
        dropoutSource = dropout
    }

    /// `@unchecked Sendable`: a binding is visible only inside the synchronous body of `record`, on the thread that runs it.
    private struct Binding: @unchecked Sendable { let tape: Tape }
    @TaskLocal private static var binding: Binding?

    /// The tape whose `record` is running on this thread, unless it is suspended.
    static var current: Tape? { binding?.tape }

    /// Runs the forward pass `body` and records it.
    public func record(_ body: () throws -> Tensor) rethrows -> Tensor {
        require(!consumed && nodes.isEmpty, "Tape: a tape records one pass")
        return try Self.$binding.withValue(Binding(tape: self)) { try body() }
    }

    /// Runs `body` as if no tape were recording: nothing is recorded, dropout is the identity, and no dropout call is counted, so
    /// what comes before and after draws the bits that it would draw without `body`. Outside `record` it only runs `body`.
    ///
    /// Results of operations in `body` are constants. A tensor that `body` only passes on keeps its place on the tape;
    /// ``Tensor/init(constant:)`` makes it a constant.
    public static func suspended<Result>(_ body: () throws -> Result) rethrows -> Result {
        try $binding.withValue(nil) { try body() }
    }

    /// Adds the gradients of the scalar `loss` to the tape's ``Gradients`` and lets go of all that was recorded.
    public func backward(from loss: Tensor) {
        require(loss.value.count == 1, "backward: the loss has shape \(loss.shape), expected a scalar")
        require(!consumed, "backward: this tape has been used")
        consumed = true
        let sink = GradientSink(gradients: gradients)
        sink.add(NDArray([1], shape: loss.shape), to: loss)
        while let node = nodes.popLast() {
            // Letting go of the pullback after its call frees the activations it holds before the next one allocates.
            guard let pullback = node.pullback else { continue }
            node.pullback = nil
            guard let gradient = node.gradient else { continue }
            node.gradient = nil
            pullback(gradient, sink)
        }
    }

    /// Returns true if a gradient of this tensor is wanted.
    func records(_ tensor: Tensor) -> Bool {
        switch tensor.origin {
        case .constant: return false
        case .parameter(let parameter): return gradients.contains(parameter)
        case .node: return true
        }
    }

    /// Records an operation.
    func append(_ name: StaticString, shape: Shape, _ pullback: @escaping Pullback) -> Node {
        let node = Node(name: name, shape: shape, pullback: pullback)
        nodes.append(node)
        return node
    }

    /// The bits of the next dropout call of this pass.
    func nextDropoutBits(probability: Float) -> DropoutBits {
        guard let source = dropoutSource else {
            fatalError("dropout: probability \(probability) on a tape without a source of bits")
        }
        defer { dropoutCalls += 1 }
        return DropoutBits(
            seed: source.seed, step: UInt32(source.step), ordinal: dropoutCalls, firstRow: UInt32(source.firstRow),
            probability: probability)
    }
}
