import Autograd
import NumericCore
import TestSupport

/// The way the inputs of an operation reach it in a test.
enum Wiring: CaseIterable {
    /// As parameters: pullbacks add into the flat buffer.
    case parameters
    /// As results of another operation: pullbacks write into fresh memory.
    case results
    /// As results that the operation gets twice, the two outputs added: pullbacks add to what the first one wrote.
    case sharedResults
}

/// The output of an operation and the gradients of its inputs under a cotangent.
struct RecordedOperation {
    let output: [Double]
    let gradients: [[Float]]

    /// Runs `operation` on a tape with `inputs` as trainable parameters.
    init(
        inputs: [NDArray], wiring: Wiring, cotangent: [Double]?, dropout: Tape.DropoutSource? = nil,
        _ operation: ([Tensor]) -> Tensor
    ) {
        let parameters = inputs.enumerated().map { index, array in
            let buffer = MutableArray(shape: array.shape)
            buffer.assign(array)
            return Parameter(name: "input\(index)", buffer: buffer)
        }
        let store = Gradients(of: parameters)
        let tape = Tape(into: store, dropout: dropout)
        var output: [Double] = []
        let loss = tape.record {
            let tensors = parameters.map { wiring == .parameters ? $0.tensor : $0.tensor.passedOn() }
            var y = operation(tensors)
            output = y.value.elements.map(Double.init)
            if wiring == .sharedResults { y = y + operation(tensors) }
            return cotangent.map { y.dot(NDArray($0.map { Float($0) }, shape: y.shape)) } ?? y
        }
        poisonPool(like: inputs)
        tape.backward(from: loss)
        self.output = output
        let count: Float = wiring == .sharedResults ? 2 : 1
        gradients = parameters.map { store.region(of: $0)!.frozen().elements.map { $0 / count } }
    }
}

/// Leaves NaN in free blocks of these sizes: a pullback that adds to fresh memory, or multiplies it by 0, shows.
func poisonPool(like arrays: [NDArray]) {
    let poisoned = arrays.flatMap { array in (0..<4).map { _ in MutableArray(shape: array.shape, repeating: .nan) } }
    withExtendedLifetime(poisoned) {}
}

extension Tensor {
    /// The same numbers as the result of an operation.
    func passedOn() -> Tensor {
        .result("passedOn", of: self, value: value) { dOutput, gradients in gradients.add(dOutput, to: self) }
    }

    /// Σ self · cotangent, as a scalar: puts a chosen cotangent on `self`.
    func dot(_ cotangent: NDArray) -> Tensor {
        let sum = zip(value.elements, cotangent.elements).reduce(0) { $0 + Double($1.0) * Double($1.1) }
        return .result("dot", of: self, value: NDArray(scalar: Float(sum))) { dOutput, gradients in
            guard dOutput.scalar == 1 else { fatalError("dot: must be the last operation") }
            gradients.add(cotangent, to: self)
        }
    }
}
