#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// The standard normal distribution.
enum NormalDistribution {
    /// Returns the probability of a value up to z.
    static func cumulative(_ z: Double) -> Double { erfc(-z / 2.0.squareRoot()) / 2 }

    /// Returns the p-quantile, by bisection: exact to the last bits. p must lie within 0 and 1; at either end the result is the
    /// outermost value whose probability a Double can represent.
    static func quantile(_ p: Double) -> Double {
        var (low, high) = (-40.0, 40.0)
        for _ in 0..<70 {
            let middle = (low + high) / 2
            if cumulative(middle) < p { low = middle } else { high = middle }
        }
        return (low + high) / 2
    }
}

/// Returns the p-quantile of Student's t distribution by the expansion of Abramowitz and Stegun, "Handbook of mathematical
/// functions", 26.7.5. For p = 0.975 it is accurate to 2 % with 3 degrees of freedom and to 0.01 %
/// from 10 on; fewer than 3 are treated as 3.
func studentQuantile(_ p: Double, degreesOfFreedom: Int) -> Double {
    let (z, freedom) = (NormalDistribution.quantile(p), Double(max(degreesOfFreedom, 3)))
    let square = z * z
    let first = z * (square + 1) / 4
    let second = z * ((5 * square + 16) * square + 3) / 96
    let third = z * (((3 * square + 19) * square + 17) * square - 15) / 384
    return z + (first + (second + third / freedom) / freedom) / freedom
}
