import Autograd
import NumericCore
import Testing
import TestSupport

/// Operations with the mistakes that a gradient check exists to find.
private enum WrongOperation: String, CaseIterable {
    case scaledPullback, forgottenDeviation, forgottenProjection, overwritingLookup, constantShift

    func callAsFunction(_ x: Tensor) -> Tensor {
        switch self {
        case .scaledPullback:
            return .result("wrong", of: x, value: x.value.gelu(.tanh)) { dOutput, gradients in
                let scaled = MutableArray(shape: dOutput.shape)
                scaled.setGELUPullback(.tanh, x: x.value, dy: dOutput, accumulate: false)
                scaled.scale(by: 1.01)
                gradients.add(scaled.frozen(), to: x)
            }
        case .forgottenDeviation, .forgottenProjection, .constantShift:
            return layerNorm(x)
        case .overwritingLookup:
            return .result("wrong", of: x, value: x.value.gatherRows([1, 0, 1])) { dOutput, gradients in
                let target = MutableArray(shape: x.shape, repeating: 0)
                target.scatterAdd(dOutput.rows(1..<3), at: [0, 1])
                gradients.add(target.frozen(), to: x)
            }
        }
    }

    /// Layer normalization with scale 1 and shift 0 whose pullback forgets 1/σ, the two projections, or one row.
    private func layerNorm(_ x: Tensor) -> Tensor {
        let one = NDArray([Float](repeating: 1, count: x.shape.columns), shape: [x.shape.columns])
        let zero = NDArray([Float](repeating: 0, count: x.shape.columns), shape: [x.shape.columns])
        let normalization = LayerNormalization(x.value, scale: one, shift: zero, epsilon: 1e-5)
        return .result("wrong", of: x, value: normalization.output) { dOutput, gradients in
            let right = MutableArray(shape: x.shape)
            normalization.pullBack(dOutput, into: right, accumulate: false)
            let matrix = Matrix(
                rows: x.shape.rows, columns: x.shape.columns, right.frozen().elements.map(Double.init))
            let upstream = dOutput.elements
            let wrong = (0..<matrix.rows).flatMap { row -> [Float] in
                let values = x.value.rows(row..<row + 1).elements.map(Double.init)
                let mean = values.reduce(0, +) / Double(values.count)
                let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)
                let standardDeviation = (variance + 1e-5).squareRoot()
                return matrix.row(row).enumerated().map { column, d in
                    switch self {
                    case .forgottenDeviation: return Float(d * standardDeviation)
                    case .forgottenProjection: return upstream[row * values.count + column] / Float(standardDeviation)
                    default: return row == 0 ? Float(d) + 1e-3 : Float(d)
                    }
                }
            }
            gradients.add(NDArray(wrong, shape: x.shape), to: x)
        }
    }

    func oracle(_ x: [Double]) -> [Double] {
        let matrix = Matrix(rows: 3, columns: 8, x)
        switch self {
        case .scaledPullback: return x.map(Oracle.gelu)
        case .overwritingLookup: return Oracle.rows([1, 0, 1], of: matrix).elements
        default:
            return Oracle.layerNorm(
                matrix, scale: Matrix(rows: 1, columns: 8) { _, _ in 1 },
                shift: Matrix(rows: 1, columns: 8) { _, _ in 0 },
                epsilon: 1e-5
            ).elements
        }
    }
}

@Suite("The gradient check itself")
struct GradientCheckTests {
    @Test("A wrong pullback is rejected by a margin of ten and more", arguments: WrongOperation.allCases)
    fileprivate func rejectsWrongPullback(_ wrong: WrongOperation) {
        var numbers = SeededNumbers(seed: 3)
        let input = numbers.normals(24, standardDeviation: 2)
        let cotangent = numbers.normals(24)
        let recorded = RecordedOperation(
            inputs: [NDArray(input.map { Float($0) }, shape: [3, 8])], wiring: .parameters, cotangent: cotangent
        ) { wrong($0[0]) }
        #expect(relativeError(recorded.output, to: wrong.oracle(input)) < 2e-6, "the forward pass is right")
        let check = GradientCheck(inputs: [input], cotangent: cotangent) { wrong.oracle($0[0]) }
        #expect(check.error(of: recorded.gradients[0], ofInput: 0) > 2e-5)
    }

    @Test("Central differences of a known function are right to 1e-9")
    func differences() {
        let check = GradientCheck(inputs: [[0.5, -2]], cotangent: [3, -1]) { x in
            [x[0][0] * x[0][0] * x[0][1], x[0][1] * x[0][1] * x[0][1]]
        }
        #expect(largestDifference(check.numericalGradient(ofInput: 0), [-6, 0.75 - 12]) < 1e-9)
    }

    @Test("A NaN or a missing entry is an infinite error")
    func notFinite() {
        #expect(relativeError([.nan, 1], to: [0, 1]) == .infinity)
        #expect(relativeError([1], to: [1, 1]) == .infinity)
        #expect(relativeError([0, .infinity], to: [0, 0]) == .infinity)
    }
}
