import Foundation
import NumericCore
import Testing
import TestSupport

@Suite("The kernels' exponential")
struct ExponentialTests {
    /// -87 to 0 in steps that meet every phase of the reduction by ln 2, and its bounds.
    private static let arguments: [Float] =
        (0...8_700).map { -Float($0) / 100 } + (0...125).map { -(Float($0) + 0.5) * 0.693_147_18 }
        + [-1e-8, -1e-4, -1e-38]

    @Test("Softmax of two logits has the relative accuracy of Float32 from 1 down to e^-87, all of it normal numbers")
    func softmaxAccuracy() {
        var worst = 0.0
        for x in Self.arguments {
            let logits = MutableArray(shape: [1, 2])
            logits.assign(NDArray([0, x], shape: [1, 2]))
            let losses = logits.crossEntropy(targets: [0], differentiate: true)
            let exponential = exp(Double(max(x, -87)))
            let expected = exponential / (1 + exponential)
            let error = (Double(logits.frozen().elements[1]) - expected).magnitude / expected
            worst = max(worst, error)
            // 1.5e-7 for the series, the rest for rounding x − log Σ to Float32 where the two are of one size.
            #expect(error < 1.5e-7 + 6e-8 * min(Double(x.magnitude), 17), "at \(x)")
            // The sum 1 + e^x is of size 1 and taken in Float32: its logarithm has an error of 6e-8, large or small.
            #expect((losses[0] - log1p(exponential)).magnitude < 1.2e-7, "at \(x)")
        }
        print("softmax of two logits: worst relative error \(worst)")
    }

    @Test("GELU follows its definition to Float32 accuracy from -1e4 to 1e4, and is exact at both ends")
    func gelu() {
        let positive = Self.arguments.map { -$0 / 10 } + [20, 100, 1e4]
        let x = positive + positive.map { -$0 }
        let y = NDArray(x, shape: [x.count]).gelu(.tanh).elements
        for (x, y) in zip(x, y) {
            // 1 + tanh is a difference of numbers of size 1, so the error is one of x, not of the result.
            #expect((Double(y) - Oracle.gelu(Double(x))).magnitude <= 2.5e-7 * Double(x.magnitude), "at \(x)")
        }
        #expect(NDArray([1e4, -1e4], shape: [2]).gelu(.tanh).elements == [1e4, 0])
    }

    @Test(
        "Exact GELU's erf is right to 2e-7 from -1e4 to 1e4, its tails in relation to their size, and both ends are exact"
    )
    func exactGELU() {
        let positive = Self.arguments.map { -$0 / 10 } + (0...2_000).map { Float($0) / 1_000 } + [20, 100, 1e4]
        let x = positive + positive.map { -$0 }
        let y = NDArray(x, shape: [x.count]).gelu(.erf).elements
        var (worst, worstTail) = (0.0, 0.0)
        for (x, y) in zip(x, y) where x != 0 {
            let expected = Oracle.exactGELU(Double(x))
            // erf = 2 Φ − 1 and GELU = x Φ.
            worst = max(worst, 2 * (Double(y) - expected).magnitude / Double(x.magnitude))
            guard (-12 ... -1).contains(x) else { continue }
            // e^(-x² / 2) of a rounded x² / 2.
            let allowed = 5e-7 + 6e-8 * Double(x * x / 2)
            let error = (Double(y) - expected).magnitude / expected.magnitude
            worstTail = max(worstTail, error / allowed)
        }
        print("erf: worst error \(worst), of a tail \(worstTail) of what is allowed")
        #expect(worst <= 2e-7 && worstTail <= 1)
        #expect(NDArray([1e4, -1e4, 0, -0.0], shape: [4]).gelu(.erf).elements == [1e4, 0, 0, 0])
        #expect(NDArray([.nan], shape: [1]).gelu(.erf).scalar.isNaN)
    }

    @Test("tanh has the relative accuracy of Float32 from 1e-30 to infinity, on both sides")
    func hyperbolicTangent() {
        let positive =
            Self.arguments.map { -$0 / 5 } + (0...2_000).map { Float($0) / 1_500 } + [1e-30, 1e-4, 20, 1e4, .infinity]
        let x = positive + positive.map { -$0 }
        let y = NDArray(x, shape: [x.count]).tanh().elements
        var worst = 0.0
        for (x, y) in zip(x, y) where x != 0 {
            let expected = tanh(Double(x))
            worst = max(worst, ((Double(y) - expected) / expected).magnitude)
        }
        print("tanh: worst relative error \(worst)")
        #expect(worst <= 2e-7)
        #expect(NDArray([0, 1e4, -1e4], shape: [3]).tanh().elements == [0, 1, -1])
        #expect(NDArray([.nan], shape: [1]).tanh().scalar.isNaN)
    }

    @Test("Far-off logits keep the accuracy of their differences", arguments: [Float(0), -60, 300, -1e4, 1e4])
    func shiftedLogits(_ shift: Float) {
        var numbers = SeededNumbers(seed: 4)
        // Multiples of 1/64 stay exact under every shift.
        let base = (0..<1_031).map { _ in Float((numbers.normal(standardDeviation: 3) * 64).rounded()) / 64 }
        let logits = MutableArray(shape: [1, 1_031])
        logits.assign(NDArray(base.map { $0 + shift }, shape: [1, 1_031]))
        let losses = logits.crossEntropy(targets: [5], differentiate: true)
        var expected = Oracle.softmax(base.map(Double.init))
        #expect((losses[0] + log(expected[5])).magnitude < 1e-6)
        expected[5] -= 1
        #expect(relativeError(logits.frozen().elements.map(Double.init), to: expected) < 1e-6)
    }

    @Test("A NaN among the logits is not hidden")
    func notANumber() {
        let logits = MutableArray(shape: [1, 3])
        logits.assign(NDArray([1, .nan, 2], shape: [1, 3]))
        #expect(logits.crossEntropy(targets: [0], differentiate: false)[0].isNaN)
    }
}
