/// The weights of logistic regression on N rows of F columns and K classes, stored as 2 N K numbers instead of F K.
///
/// Starting from 0 along gradients of the objective, the weights are always W = Xᵀ A for some A of shape `[N, K]` (the
/// representer theorem: Kimeldorf and Wahba, "Some results on Tchebycheffian spline functions", 1971). So A and X W are
/// stored; together they give every length and angle, and there are far fewer classes than columns per headline.
struct RowSpaceVector {
    /// A, `[N, K]`.
    var coordinates: [Double]
    /// X W, `[N, K]`.
    var image: [Double]
    /// `[K]`: a bias for each class, in units of its own.
    var biases: [Double]

    /// Returns the dot product over all weights and biases.
    func dot(_ other: RowSpaceVector) -> Double {
        sumOfProducts(coordinates, other.image) + sumOfProducts(biases, other.biases)
    }

    /// The same weights with biases of 0, since biases are not penalized.
    var withoutBiases: RowSpaceVector {
        RowSpaceVector(
            coordinates: coordinates, image: image, biases: [Double](repeating: 0, count: biases.count))
    }

    /// The squared norm, 0 if rounding makes it negative.
    var squaredLength: Double { max(dot(self), 0) }

    /// self ← scale · self + factor · other.
    mutating func combine(scale: Double = 1, adding factor: Double, of other: RowSpaceVector) {
        combineNumbers(&coordinates, scale, factor, other.coordinates)
        combineNumbers(&image, scale, factor, other.image)
        combineNumbers(&biases, scale, factor, other.biases)
    }
}

/// Returns the sum of products, eight partial sums at a time for SIMD.
private func sumOfProducts(_ a: [Double], _ b: [Double]) -> Double {
    precondition(a.count == b.count)
    return a.withUnsafeBufferPointer { a in
        b.withUnsafeBufferPointer { b in
            var sums = SIMD8<Double>.zero
            let whole = a.count & ~7
            for start in stride(from: 0, to: whole, by: 8) {
                for lane in 0..<8 { sums[lane] += a[start + lane] * b[start + lane] }
            }
            var sum = sums.sum()
            for index in whole..<a.count { sum += a[index] * b[index] }
            return sum
        }
    }
}

private func combineNumbers(_ numbers: inout [Double], _ scale: Double, _ factor: Double, _ others: [Double]) {
    precondition(numbers.count == others.count)
    numbers.withUnsafeMutableBufferPointer { numbers in
        others.withUnsafeBufferPointer { others in
            for index in 0..<numbers.count { numbers[index] = scale * numbers[index] + factor * others[index] }
        }
    }
}
