import Checkpoints
import Testing

@Suite("16-bit floats")
struct HalfPrecisionTests {
    private func widened(
        _ patterns: [UInt16], _ convert: (UnsafeRawBufferPointer, UnsafeMutableBufferPointer<Float>) -> Void
    ) -> [Float] {
        [Float](unsafeUninitializedCapacity: patterns.count) { target, count in
            patterns.withUnsafeBytes {
                convert($0, UnsafeMutableBufferPointer(rebasing: target[..<patterns.count]))
            }
            count = patterns.count
        }
    }

    private func narrowed(_ values: [Float]) -> (patterns: [UInt16], overflow: Int?) {
        var overflow: Int?
        let patterns = [UInt16](unsafeUninitializedCapacity: values.count) { target, count in
            overflow = values.withUnsafeBufferPointer {
                HalfPrecision.narrow($0, intoFloat16: UnsafeMutableBufferPointer(rebasing: target[..<values.count]))
            }
            count = values.count
        }
        return (patterns, overflow)
    }

    private static let allPatterns = (0...UInt16.max).map { $0 }

    @Test("All 65,536 patterns of F16 widen to the number the machine says, NaN with its payload")
    func float16() {
        let values = widened(Self.allPatterns) { HalfPrecision.widen(float16: $0, into: $1) }
        var wrong: [UInt16] = []
        for (pattern, value) in zip(Self.allPatterns, values) {
            let expected = Float(Float16(bitPattern: pattern))
            if expected.isNaN {
                let payload = UInt32(pattern & 0x3FF) << 13
                let sign = UInt32(pattern & 0x8000) << 16
                if value.bitPattern != sign | 0x7F80_0000 | payload { wrong.append(pattern) }
            } else if value.bitPattern != expected.bitPattern {
                wrong.append(pattern)
            }
        }
        #expect(wrong == [])
    }

    @Test("All 65,536 patterns of BF16 widen to the float with the same upper half")
    func bfloat16() {
        let values = widened(Self.allPatterns) { HalfPrecision.widen(bfloat16: $0, into: $1) }
        #expect(values.map(\.bitPattern) == Self.allPatterns.map { UInt32($0) << 16 })
    }

    @Test("BF16 is the nearest number of eight bits, ties to even, and NaN stays NaN")
    func narrowingToBFloat16() {
        let cases: [(value: Float, pattern: UInt16)] = [
            (1, 0x3F80), (1 + 0x1p-8, 0x3F80), ((1 + 0x1p-8).nextUp, 0x3F81), (1 + 3 * 0x1p-8, 0x3F82),
            ((1 + 3 * 0x1p-8).nextDown, 0x3F81), (-0.0, 0x8000), (-1 - 0x1p-8, 0xBF80), (.infinity, 0x7F80),
            (-.infinity, 0xFF80), (.greatestFiniteMagnitude, 0x7F80), (.leastNonzeroMagnitude, 0),
        ]
        let patterns = narrowedToBFloat16(cases.map(\.value))
        for (pattern, (value, expected)) in zip(patterns, cases) { #expect(pattern == expected, "\(value)") }
        let none = narrowedToBFloat16([.nan, Float(bitPattern: 0x7F80_0001), -.nan])
        #expect(none.allSatisfy { Float(bitPattern: UInt32($0) << 16).isNaN })
        #expect(
            narrowedToBFloat16(Self.allPatterns.map { Float(bitPattern: UInt32($0) << 16) }.filter { !$0.isNaN })
                == Self.allPatterns.filter { !Float(bitPattern: UInt32($0) << 16).isNaN })
    }

    private func narrowedToBFloat16(_ values: [Float]) -> [UInt16] {
        [UInt16](unsafeUninitializedCapacity: values.count) { target, count in
            values.withUnsafeBufferPointer {
                HalfPrecision.narrow($0, intoBFloat16: UnsafeMutableBufferPointer(rebasing: target[..<values.count]))
            }
            count = values.count
        }
    }

    @Test("Unaligned bytes widen to the same numbers")
    func unaligned() {
        let bytes: [UInt8] = [0xFF, 0x00, 0x3C, 0x00, 0xC0]
        var values = [Float](repeating: 0, count: 2)
        bytes.withUnsafeBytes { raw in
            values.withUnsafeMutableBufferPointer {
                HalfPrecision.widen(float16: UnsafeRawBufferPointer(rebasing: raw[1...]), into: $0)
            }
        }
        #expect(values == [1, -2])
    }

    @Test("Every F16 number comes back from Float32 as it was, and NaN stays NaN")
    func roundTrip() {
        let values = widened(Self.allPatterns) { HalfPrecision.widen(float16: $0, into: $1) }
        let (patterns, overflow) = narrowed(values)
        #expect(overflow == nil)
        let wrong = zip(Self.allPatterns, patterns).filter { before, after in
            Float16(bitPattern: before).isNaN ? !Float16(bitPattern: after).isNaN : before != after
        }
        #expect(wrong.isEmpty)
    }

    @Test("Numbers between two F16 numbers, on the middle and one place beside it, round as the machine rounds")
    func rounding() {
        var values: [Float] = []
        for pattern in UInt16(0)..<0x7BFF {
            let low = Float(Float16(bitPattern: pattern))
            let high = Float(Float16(bitPattern: pattern + 1))
            let middle = (low + high) / 2
            for value in [middle, middle.nextUp, middle.nextDown] { values += [value, -value] }
        }
        // The last number that rounds down to 65,504, tiny ones, and all exponents under seeded bits.
        values += [Float(65_520).nextDown, .leastNonzeroMagnitude, 0x1p-25, Float(0x1p-25).nextUp, 0, -0]
        var state: UInt64 = 7
        for _ in 0..<1_000_000 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            let value = Float(bitPattern: UInt32(state >> 32))
            if value.isFinite && value.magnitude < 65_520 { values.append(value) }
        }
        let (patterns, overflow) = narrowed(values)
        #expect(overflow == nil)
        let wrong = zip(values, patterns).filter { Float16($0).bitPattern != $1 }
        #expect(wrong.isEmpty, "\(wrong.prefix(5))")
    }

    @Test("The first finite number that would become infinite is found, and infinity is none")
    func overflow() {
        #expect(narrowed([1, -65_519.996, .infinity, .nan, -65_520, 70_000]).overflow == 4)
        #expect(narrowed([.infinity, -.infinity, 65_504]).overflow == nil)
        #expect(narrowed([.infinity, -.infinity]).patterns == [0x7C00, 0xFC00])
        #expect(narrowed([.greatestFiniteMagnitude]).overflow == 0)
    }
}
