import Preconditions

#if _endian(big)
    #error("Checkpoints are little-endian and are written as they lie in memory; this machine would need byte swaps.")
#endif

/// Conversions between Float32 and the 16-bit formats of checkpoints, over contiguous memory.
///
/// Written with integers, so that they run on every machine and vectorize; `Float16` is missing on some.
package enum HalfPrecision {
    /// Converts IEEE 754 binary16 to binary32, exactly; the payload of a NaN is kept. `source` need not be aligned.
    package static func widen(float16 source: UnsafeRawBufferPointer, into target: UnsafeMutableBufferPointer<Float>) {
        require(source.count == 2 * target.count, "widen: \(source.count) bytes for \(target.count) elements")
        for index in 0..<target.count {
            let half = UInt32(source.loadUnaligned(fromByteOffset: 2 * index, as: UInt16.self))
            let magnitude = (half & 0x7FFF) << 13
            // The exponents differ in bias by 112; the product is exact for subnormal numbers too.
            let finite = (Float(bitPattern: magnitude) * 0x1p112).bitPattern
            let bits = magnitude >= 0x0F80_0000 ? magnitude | 0x7F80_0000 : finite
            target[index] = Float(bitPattern: bits | (half & 0x8000) << 16)
        }
    }

    /// Converts bfloat16 to binary32, exactly: the upper half of the bits. `source` need not be aligned.
    package static func widen(bfloat16 source: UnsafeRawBufferPointer, into target: UnsafeMutableBufferPointer<Float>) {
        require(source.count == 2 * target.count, "widen: \(source.count) bytes for \(target.count) elements")
        for index in 0..<target.count {
            let upper = UInt32(source.loadUnaligned(fromByteOffset: 2 * index, as: UInt16.self))
            target[index] = Float(bitPattern: upper << 16)
        }
    }

    /// Converts binary32 to binary16, rounded to the nearest, ties to even. Infinities and NaN are kept. Returns the
    /// index of the first finite number that is too large (65,520 and beyond would round to infinity), if there is one.
    package static func narrow(
        _ source: UnsafeBufferPointer<Float>, intoFloat16 target: UnsafeMutableBufferPointer<UInt16>
    ) -> Int? {
        require(source.count == target.count, "narrow: \(source.count) elements into \(target.count)")
        var overflows = false
        for index in 0..<source.count {
            let bits = source[index].bitPattern
            let magnitude = bits & 0x7FFF_FFFF
            overflows = overflows || (magnitude >= 0x477F_F000 && magnitude < 0x7F80_0000)
            target[index] = half(of: magnitude) | UInt16(truncatingIfNeeded: bits >> 16 & 0x8000)
        }
        guard overflows else { return nil }
        return source.firstIndex { $0.isFinite && $0.magnitude >= 65_520 }
    }

    /// Converts binary32 to bfloat16, rounded to the nearest, ties to even. Infinities and NaN are kept.
    package static func narrow(
        _ source: UnsafeBufferPointer<Float>, intoBFloat16 target: UnsafeMutableBufferPointer<UInt16>
    ) {
        require(source.count == target.count, "narrow: \(source.count) elements into \(target.count)")
        for index in 0..<source.count {
            let bits = source[index].bitPattern
            let rounded = (bits &+ 0x7FFF &+ (bits >> 16 & 1)) >> 16
            // Rounding could carry a NaN into an infinity; it becomes quiet instead.
            target[index] = UInt16(truncatingIfNeeded: source[index].isNaN ? bits >> 16 | 0x40 : rounded)
        }
    }

    private static func half(of magnitude: UInt32) -> UInt16 {
        if magnitude >= 0x7F80_0000 {
            // A NaN keeps the upper part of its payload and becomes quiet, so that it cannot turn into infinity.
            return magnitude == 0x7F80_0000 ? 0x7C00 : 0x7E00 | UInt16(truncatingIfNeeded: magnitude >> 13 & 0x1FF)
        }
        if magnitude >= 0x477F_F000 { return 0x7C00 }
        if magnitude < 0x3880_0000 {
            // Below 2⁻¹⁴ the result is a multiple of 2⁻²⁴, the last place of floats around 0.5: adding 0.5 rounds to
            // it.
            let sum = Float(bitPattern: magnitude) + 0.5
            return UInt16(truncatingIfNeeded: sum.bitPattern - Float(0.5).bitPattern)
        }
        let rounded = magnitude + 0xFFF + (magnitude >> 13 & 1)
        return UInt16(truncatingIfNeeded: (rounded >> 13) - (112 << 10))
    }
}
