package import NumericCore
import Preconditions

/// Where pullbacks send gradients: into the flat buffer for parameters, into the node for everything else. They always add.
package struct GradientSink {
    let gradients: Gradients

    /// Lets `write` put a gradient of the tensor's shape into place: it must add when told to accumulate, and set every
    /// element otherwise. Not called when no gradient is wanted.
    package func add(to place: Tensor.Place, _ write: (_ target: MutableArray, _ accumulate: Bool) -> Void) {
        switch place.origin {
        case .constant: return
        case .parameter(let parameter):
            guard let region = gradients.region(of: parameter) else { return }
            write(region, true)
        case .node(let node):
            // A contribution passed on by another operation may be somebody else's too, so it is written only when alone.
            let accumulate = node.gradient != nil
            let target = accumulate ? MutableArray(continuing: &node.gradient) : MutableArray(shape: node.shape)
            write(target, accumulate)
            node.gradient = target.frozen()
        }
    }

    /// Adds a finished array; the first contribution to a node is kept as it is, without a copy.
    package func add(_ gradient: NDArray, to place: Tensor.Place) {
        if case .node(let node) = place.origin, node.gradient == nil {
            require(gradient.shape == node.shape, "gradient of \(node.name): \(gradient.shape) for \(node.shape)")
            node.gradient = gradient
            return
        }
        add(to: place) { target, _ in target.add(gradient) }
    }

    /// The same for a tensor whose numbers the pullback holds anyway.
    package func add(to tensor: Tensor, _ write: (_ target: MutableArray, _ accumulate: Bool) -> Void) {
        add(to: tensor.place, write)
    }

    /// The same for a tensor whose numbers the pullback holds anyway.
    package func add(_ gradient: NDArray, to tensor: Tensor) { add(gradient, to: tensor.place) }
}
