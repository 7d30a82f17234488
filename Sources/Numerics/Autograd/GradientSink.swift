package import NumericCore
import Preconditions

/// The destination of the gradients that pullbacks compute: the flat buffer for parameters, the node for everything else. They
/// are always added.
package struct GradientSink {
    let gradients: Gradients

    /// Lets `write` put a gradient of the tensor's shape into place: it must add if told to accumulate, and set every element
    /// otherwise. `write` is not called if no gradient is wanted.
    package func add(to place: Tensor.Place, _ write: (_ target: MutableArray, _ accumulate: Bool) -> Void) {
        switch place.origin {
        case .constant: return
        case .parameter(let parameter):
            guard let region = gradients.region(of: parameter) else { return }
            write(region, true)
        case .node(let node):
            // A contribution passed on by another operation may be shared, so it is written only if this node alone holds it.
            let accumulate = node.gradient != nil
            let target = accumulate ? MutableArray(continuing: &node.gradient) : MutableArray(shape: node.shape)
            write(target, accumulate)
            node.gradient = target.frozen()
        }
    }

    /// Adds a finished array. A node keeps its first contribution as it is, without a copy.
    package func add(_ gradient: NDArray, to place: Tensor.Place) {
        if case .node(let node) = place.origin, node.gradient == nil {
            require(gradient.shape == node.shape, "gradient of \(node.name): \(gradient.shape) for \(node.shape)")
            node.gradient = gradient
            return
        }
        add(to: place) { target, _ in target.add(gradient) }
    }

    /// Lets `write` put a gradient of `tensor` into place, as above, for a pullback that holds its numbers anyway.
    package func add(to tensor: Tensor, _ write: (_ target: MutableArray, _ accumulate: Bool) -> Void) {
        add(to: tensor.place, write)
    }

    /// Adds a finished gradient of `tensor`, for a pullback that holds its numbers anyway.
    package func add(_ gradient: NDArray, to tensor: Tensor) { add(gradient, to: tensor.place) }
}
