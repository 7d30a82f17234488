/// The random numbers of splits and of training order: SplitMix64 (Steele, Lea and Flood, "Fast splittable pseudorandom
/// number generators", OOPSLA 2014). Written out here because the order of a run must be the same on every machine and
/// with every version of Swift, which the standard library promises for none of its generators and shuffles.
package struct SeededGenerator {
    private var state: UInt64

    package init(seed: UInt64) { state = seed }

    /// An independent sequence for each pair of numbers.
    package init(seed: UInt64, stream: UInt64) {
        state = Self.mix(Self.mix(seed &+ Self.increment) ^ (stream &* 0xD1B5_4A32_D192_ED03 &+ Self.increment))
    }

    /// The next 64 bits.
    package mutating func next() -> UInt64 {
        state &+= Self.increment
        return Self.mix(state)
    }

    /// A number in `0 ..< bound`, every one equally likely (Lemire, "Fast random integer generation in an interval",
    /// 2019). Traps unless `bound` is positive.
    package mutating func below(_ bound: Int) -> Int {
        precondition(bound > 0, "SeededGenerator.below: the bound \(bound) is not positive")
        let bound = UInt64(bound)
        var product = next().multipliedFullWidth(by: bound)
        if product.low < bound {
            let threshold = (0 &- bound) % bound
            while product.low < threshold { product = next().multipliedFullWidth(by: bound) }
        }
        return Int(product.high)
    }

    /// Puts the elements in random order in place, every order equally likely (Fisher and Yates; Durstenfeld's form,
    /// 1964).
    package mutating func shuffle<Element>(_ elements: inout [Element]) {
        guard elements.count > 1 else { return }
        for last in stride(from: elements.count - 1, to: 0, by: -1) { elements.swapAt(last, below(last + 1)) }
    }

    private static let increment: UInt64 = 0x9E37_79B9_7F4A_7C15

    private static func mix(_ value: UInt64) -> UInt64 {
        var z = value
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
