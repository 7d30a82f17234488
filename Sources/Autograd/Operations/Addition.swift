import NumericCore

extension Tensor {
    /// The elementwise sum of two tensors of one shape.
    public static func + (a: Tensor, b: Tensor) -> Tensor {
        .result("add", of: a, b, value: a.value + b.value) { dOutput, gradients in
            gradients.add(dOutput, to: a)
            gradients.add(dOutput, to: b)
        }
    }
}
