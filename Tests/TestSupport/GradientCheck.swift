/// A comparison of gradients with central differences of an oracle in Double.
///
/// The cotangent must be random: a constant one hides a pullback that permutes, and hides nearly everything for
/// normalization and softmax, whose gradients under it vanish.
public struct GradientCheck: Sendable {
    /// The inputs, flattened.
    public var inputs: [[Double]]
    /// The gradient of the loss with respect to the output, flattened.
    public var cotangent: [Double]
    /// The output as a function of the inputs.
    public var oracle: @Sendable ([[Double]]) -> [Double]

    /// A check of the gradients of `oracle` at `inputs`.
    public init(
        inputs: [[Double]], cotangent: [Double], oracle: @escaping @Sendable ([[Double]]) -> [Double]
    ) {
        self.inputs = inputs
        self.cotangent = cotangent
        self.oracle = oracle
    }

    /// Half the distance of the two points of a difference. In Double the error is about step² and 1e-16 / step, both
    /// 1e-10 and less here.
    private static let step = 1e-5

    /// Σ output · cotangent.
    private func loss(_ inputs: [[Double]]) -> Double {
        zip(oracle(inputs), cotangent).reduce(0) { $0 + $1.0 * $1.1 }
    }

    /// The gradient of input `index`, numerically.
    public func numericalGradient(ofInput index: Int) -> [Double] {
        inputs[index].indices.map { element in
            var (above, below) = (inputs, inputs)
            above[index][element] += Self.step
            below[index][element] -= Self.step
            return (loss(above) - loss(below)) / (2 * Self.step)
        }
    }

    /// The largest difference between `gradient` and the numerical one, in units of the latter's largest entry.
    public func error(of gradient: [Float], ofInput index: Int) -> Double {
        relativeError(gradient.map(Double.init), to: numericalGradient(ofInput: index))
    }
}

/// The largest difference of two lists, in units of the largest entry of `expected`; infinite when one is not finite or
/// their counts differ, and the plain difference when all of `expected` is 0.
public func relativeError(_ actual: [Double], to expected: [Double]) -> Double {
    let scale = expected.map(\.magnitude).max() ?? 0
    let error = largestDifference(actual, expected)
    return scale > 0 ? error / scale : error
}

/// The largest absolute difference of two lists; infinite when an entry is not finite or the counts differ.
public func largestDifference(_ a: [Double], _ b: [Double]) -> Double {
    guard a.count == b.count else { return .infinity }
    var worst = 0.0
    for (x, y) in zip(a, b) {
        let difference = (x - y).magnitude
        guard difference.isFinite else { return .infinity }
        worst = max(worst, difference)
    }
    return worst
}
