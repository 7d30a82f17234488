import CKernels
import Preconditions

/// Layer normalization of rows, with the two statistics per row that the pullback needs.
public struct LayerNormalization: Sendable {
    /// `[N, C]`: `(x − mean) / √(variance + ε) · scale + shift`.
    public let output: NDArray
    private let input: NDArray
    private let scale: NDArray
    private let mean: NDArray
    private let inverseStandardDeviation: NDArray

    /// Normalizes the rows of `input`, `[N, C]`, with the biased variance (Ba, Kiros and Hinton 2016, as PyTorch's
    /// `LayerNorm`); `scale` and `shift` are `[C]`.
    public init(_ input: NDArray, scale: NDArray, shift: NDArray, epsilon: Float) {
        let (rows, columns) = (input.shape.rows, input.shape.columns)
        require(
            scale.count == columns && shift.count == columns,
            "layerNorm: \(input.shape) with scale \(scale.shape) and shift \(shift.shape)")
        let output = MutableArray(shape: input.shape)
        let mean = MutableArray(shape: [rows])
        let inverseStandardDeviation = MutableArray(shape: [rows])
        Parallelism.run(rows, grain: Parallelism.rowGrain(columns: columns)) { range in
            let (first, at) = (range.lowerBound, range.lowerBound * columns)
            hk_layer_norm(
                input.pointer + at, scale.pointer, shift.pointer, epsilon, output.pointer + at, mean.pointer + first,
                inverseStandardDeviation.pointer + first, range.count, columns)
        }
        self.output = output.frozen()
        self.input = input
        self.scale = scale
        self.mean = mean.frozen()
        self.inverseStandardDeviation = inverseStandardDeviation.frozen()
    }

    /// Writes the gradient of the input to `dInput`, `[N, C]`, or adds it when `accumulate`.
    public func pullBack(_ dOutput: NDArray, into dInput: MutableArray, accumulate: Bool) {
        let (rows, columns) = (input.shape.rows, input.shape.columns)
        require(
            dOutput.shape == input.shape && dInput.shape == input.shape, "layerNorm pullback: \(dOutput.shape)")
        Parallelism.run(rows, grain: Parallelism.rowGrain(columns: columns)) { range in
            let (first, at) = (range.lowerBound, range.lowerBound * columns)
            hk_layer_norm_backward(
                input.pointer + at, scale.pointer, mean.pointer + first, inverseStandardDeviation.pointer + first,
                dOutput.pointer + at, dInput.pointer + at, accumulate, range.count, columns)
        }
    }

    /// Adds the gradient of the scale, `[C]`. That of the shift is the column sums of `dOutput`.
    public func addScaleGradient(_ dOutput: NDArray, to dScale: MutableArray) {
        let (rows, columns) = (input.shape.rows, input.shape.columns)
        require(
            dOutput.shape == input.shape && dScale.count == columns,
            "layerNorm pullback: \(dOutput.shape) into a scale of \(dScale.shape)")
        Parallelism.run(columns, grain: columnGrain) { range in
            hk_layer_norm_add_scale_gradient(
                input.pointer, mean.pointer, inverseStandardDeviation.pointer, dOutput.pointer, dScale.pointer, rows,
                columns, range.lowerBound, range.upperBound)
        }
    }
}
