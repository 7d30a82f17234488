import CKernels
import Preconditions

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Counter-based random numbers (Philox4x32-10; Salmon et al., SC 2011): a word is a function of the key and four counters, so
/// there is no state to save, and any part of a stream can be computed in any order.
public struct Philox: Sendable {
    /// The key, from the run's seed.
    public let key: UInt64

    /// The generator of a key.
    public init(key: UInt64) { self.key = key }

    /// The four words of one counter.
    public func words(_ c0: UInt32, _ c1: UInt32, _ c2: UInt32, _ c3: UInt32) -> SIMD4<UInt32> {
        var out: (UInt32, UInt32, UInt32, UInt32) = (0, 0, 0, 0)
        withUnsafeMutableBytes(of: &out) { bytes in
            if let words = bytes.baseAddress?.assumingMemoryBound(to: UInt32.self) {
                hk_philox(key, c0, c1, c2, c3, words)
            }
        }
        return SIMD4(out.0, out.1, out.2, out.3)
    }

    /// A number in `0 ..< 1` with 53 random bits, for counter `(index, stream)`.
    public func uniform(_ index: UInt64, stream: UInt64) -> Double {
        let w = words(
            UInt32(truncatingIfNeeded: index), UInt32(index >> 32), UInt32(truncatingIfNeeded: stream),
            UInt32(stream >> 32))
        return Double((UInt64(w.x) << 32 | UInt64(w.y)) >> 11) * 0x1p-53
    }

    /// Fills `array` with normal numbers of the given standard deviation around 0 (Box-Muller in Double), element i from counter i of
    /// `stream`.
    public func fillNormal(_ array: MutableArray, standardDeviation: Double, stream: UInt64) {
        let out = array.pointer
        let count = array.count
        Parallelism.run((count + 1) / 2, grain: 16_384) { pairs in
            for pair in pairs {
                let w = words(
                    UInt32(truncatingIfNeeded: pair), UInt32(pair >> 32), UInt32(truncatingIfNeeded: stream),
                    UInt32(stream >> 32))
                // u lies in (0, 1], so its logarithm is finite.
                let u = (Double((UInt64(w.x) << 32 | UInt64(w.y)) >> 11) + 1) * 0x1p-53
                let angle = 2 * Double.pi * Double((UInt64(w.z) << 32 | UInt64(w.w)) >> 11) * 0x1p-53
                let radius = standardDeviation * (-2 * log(u)).squareRoot()
                out[2 * pair] = Float(radius * cos(angle))
                if 2 * pair + 1 < count { out[2 * pair + 1] = Float(radius * sin(angle)) }
            }
        }
    }
}

/// The source of one dropout call's bits: a function of seed, step, ordinal of the call, row of the token within the whole step,
/// and column. The cut of a step into micro-batches cannot change them.
public struct DropoutBits: Sendable {
    /// The seed of the run.
    public let seed: UInt64
    /// The optimizer step.
    public let step: UInt32
    /// The index of the dropout call within the forward pass.
    public let ordinal: UInt32
    /// The row, within the whole step, of the first row that the call sees.
    public let firstRow: UInt32
    /// The probability of dropping an element, `0 ..< 1`.
    public let probability: Float

    /// The bits of one call. Traps unless the probability is in `0 ..< 1`.
    public init(seed: UInt64, step: UInt32, ordinal: UInt32, firstRow: UInt32, probability: Float) {
        require(probability >= 0 && probability < 1, "dropout: probability \(probability), expected 0 ..< 1")
        self.seed = seed
        self.step = step
        self.ordinal = ordinal
        self.firstRow = firstRow
        self.probability = probability
    }

    /// Words below this drop their element.
    var keepThreshold: UInt32 { UInt32(min(Double(UInt32.max), Double(probability) * 0x1p32)) }
    /// The factor on kept elements, which preserves their expectation.
    var keepScale: Float { 1 / (1 - probability) }
}
