import Preconditions

/// A pseudorandom number generator: SplitMix64 (Steele, Lea and Flood, "Fast splittable pseudorandom number generators",
/// OOPSLA 2014).
///
/// Written out here because splits, training orders and resampled intervals must be the same on every machine and with every
/// version of Swift, which the standard library promises for none of its generators and shuffles.
package struct SplitMix64 {
    private var state: UInt64

    /// Starts the sequence of a seed.
    package init(seed: UInt64) { state = seed }

    /// Starts an independent sequence for each pair of numbers.
    package init(seed: UInt64, stream: UInt64) {
        state = Self.mix(Self.mix(seed &+ Self.increment) ^ (stream &* 0xD1B5_4A32_D192_ED03 &+ Self.increment))
    }

    /// Returns the next 64 bits.
    package mutating func next() -> UInt64 {
        state &+= Self.increment
        return Self.mix(state)
    }

    /// Returns a number in `0 ..< bound`, each equally likely (Lemire, "Fast random integer generation in an interval",
    /// ACM Transactions on Modeling and Computer Simulation 29, 2019). Traps unless `bound` is positive.
    package mutating func below(_ bound: Int) -> Int {
        require(bound > 0, "SplitMix64.below: the bound \(bound) is not positive")
        let bound = UInt64(bound)
        var product = next().multipliedFullWidth(by: bound)
        if product.low < bound {
            let threshold = (0 &- bound) % bound
            while product.low < threshold { product = next().multipliedFullWidth(by: bound) }
        }
        return Int(truncatingIfNeeded: product.high)
    }

    /// Shuffles the elements in place, every order equally likely (Fisher and Yates; Durstenfeld's form, 1964).
    package mutating func shuffle<Element>(_ elements: inout [Element]) {
        guard elements.count > 1 else { return }
        for last in stride(from: elements.count - 1, to: 0, by: -1) { elements.swapAt(last, below(last + 1)) }
    }

    /// Returns the number at an index, from 0, of the sequence of a seed.
    package static func number(_ index: UInt64, ofSeed seed: UInt64) -> UInt64 {
        mix(seed &+ (index &+ 1) &* increment)
    }

    /// Scrambles 64 bits: the output function of the generator, also a good hash of one word.
    @inlinable
    package static func mix(_ value: UInt64) -> UInt64 {
        var bits = value
        bits = (bits ^ (bits >> 30)) &* 0xBF58_476D_1CE4_E5B9
        bits = (bits ^ (bits >> 27)) &* 0x94D0_49BB_1331_11EB
        return bits ^ (bits >> 31)
    }

    private static let increment: UInt64 = 0x9E37_79B9_7F4A_7C15
}
