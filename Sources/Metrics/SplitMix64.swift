/// The random numbers of this module: SplitMix64 (Steele, Lea and Flood, "Fast splittable pseudorandom number generators",
/// OOPSLA 2014), the same on every machine and with every version of Swift. Written out here because this module depends
/// on no other.
struct SplitMix64 {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    /// The next 64 bits.
    mutating func next() -> UInt64 {
        state &+= Self.increment
        return Self.mix(state)
    }

    /// A number in `0 ..< bound`, every one equally likely (Lemire, "Fast random integer generation in an interval",
    /// ACM Transactions on Modeling and Computer Simulation 29, 2019). `bound` must be positive.
    mutating func below(_ bound: UInt64) -> Int {
        var product = next().multipliedFullWidth(by: bound)
        if product.low < bound {
            let threshold = (0 &- bound) % bound
            while product.low < threshold { product = next().multipliedFullWidth(by: bound) }
        }
        return Int(truncatingIfNeeded: product.high)
    }

    /// The number at an index, from 0, of the sequence of a seed.
    static func number(_ index: UInt64, ofSeed seed: UInt64) -> UInt64 { mix(seed &+ (index &+ 1) &* increment) }

    private static let increment: UInt64 = 0x9E37_79B9_7F4A_7C15

    private static func mix(_ value: UInt64) -> UInt64 {
        var bits = value
        bits = (bits ^ (bits >> 30)) &* 0xBF58_476D_1CE4_E5B9
        bits = (bits ^ (bits >> 27)) &* 0x94D0_49BB_1331_11EB
        return bits ^ (bits >> 31)
    }
}
