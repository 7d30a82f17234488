package import NumericCore

/// The gradient of an operation's output while it is being added up.
enum PartialGradient {
    case none
    /// One contribution, perhaps also another tensor's: it may be written only when nobody else holds it.
    case sum(NDArray)

    mutating func take() -> NDArray? {
        defer { self = .none }
        guard case .sum(let array) = self else { return nil }
        return array
    }
}

/// Where pullbacks send gradients: into the flat buffer for parameters, into the node for everything else. They always add.
package struct GradientSink {
    let gradients: Gradients

    /// Whether a gradient of this tensor is wanted at all.
    func wants(_ tensor: Tensor) -> Bool {
        switch tensor.origin {
        case .constant: return false
        case .parameter(let parameter): return gradients.contains(parameter)
        case .node: return true
        }
    }

    /// Lets `write` put a gradient of the tensor's shape into place: it must add when told to accumulate, and set every
    /// element otherwise. Not called when no gradient is wanted.
    package func add(to tensor: Tensor, _ write: (_ target: MutableArray, _ accumulate: Bool) -> Void) {
        switch tensor.origin {
        case .constant: return
        case .parameter(let parameter):
            guard let region = gradients.region(of: parameter) else { return }
            write(region, true)
        case .node(let node):
            if let present = node.gradient.take() {
                let target = MutableArray(continuing: present)
                write(target, true)
                node.gradient = .sum(target.frozen())
            } else {
                let target = MutableArray(shape: node.shape)
                write(target, false)
                node.gradient = .sum(target.frozen())
            }
        }
    }

    /// Adds a finished array; the first contribution to a node is kept as it is, without a copy.
    package func add(_ gradient: NDArray, to tensor: Tensor) {
        if case .node(let node) = tensor.origin, case .none = node.gradient {
            precondition(gradient.shape == node.shape, "gradient of \(node.name): \(gradient.shape) for \(node.shape)")
            node.gradient = .sum(gradient)
            return
        }
        add(to: tensor) { target, _ in target.add(gradient) }
    }
}
