import NumericCore

extension Tensor {
    /// The elementwise sum of two tensors of one shape.
    public static func + (a: Tensor, b: Tensor) -> Tensor {
        let places = (a.place, b.place)
        return .result("add", of: a, b, value: a.value + b.value) { dOutput, gradients in
            gradients.add(dOutput, to: places.0)
            gradients.add(dOutput, to: places.1)
        }
    }
}
