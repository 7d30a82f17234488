#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// The same random numbers on every run: SplitMix64 (Steele, Lea and Flood 2014).
public struct SeededNumbers: RandomNumberGenerator {
    private var state: UInt64

    /// Numbers from a seed.
    public init(seed: UInt64) { state = seed }

    /// Returns the next 64 random bits.
    public mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    /// A normal number that Float32 can hold, so that an oracle in Double starts from what the kernels get.
    public mutating func normal(mean: Double = 0, standardDeviation: Double = 1) -> Double {
        let u = Double.random(in: 0x1p-53...1, using: &self)
        let angle = Double.random(in: 0..<2 * .pi, using: &self)
        return Double(Float(mean + standardDeviation * (-2 * log(u)).squareRoot() * cos(angle)))
    }

    /// `count` such numbers.
    public mutating func normals(_ count: Int, mean: Double = 0, standardDeviation: Double = 1) -> [Double] {
        (0..<count).map { _ in normal(mean: mean, standardDeviation: standardDeviation) }
    }

    /// `count` indices below `limit`.
    public mutating func indices(_ count: Int, below limit: Int) -> [Int32] {
        (0..<count).map { _ in Int32.random(in: 0..<Int32(limit), using: &self) }
    }
}
