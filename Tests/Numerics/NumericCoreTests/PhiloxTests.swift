import NumericCore
import Testing

@Suite("Philox")
struct PhiloxTests {
    /// Random123's known-answer vectors for philox4x32-10.
    @Test(
        "The words are those of Random123",
        arguments: [
            (0, SIMD4(0, 0, 0, 0), SIMD4(0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8)),
            (
                UInt64.max, SIMD4(repeating: .max),
                SIMD4(0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd)
            ),
            (
                0x299f_31d0_a409_3822, SIMD4(0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344),
                SIMD4(0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1)
            ),
        ] as [(UInt64, SIMD4<UInt32>, SIMD4<UInt32>)])
    func knownAnswers(key: UInt64, counter: SIMD4<UInt32>, expected: SIMD4<UInt32>) {
        #expect(Philox(key: key).words(counter.x, counter.y, counter.z, counter.w) == expected)
    }

    @Test("Uniform numbers lie in 0 ..< 1 with mean 1/2 and variance 1/12, and streams differ")
    func uniform() {
        let numbers = (0..<20_000).map { Philox(key: 1).uniform($0, stream: 7) }
        #expect(numbers.allSatisfy { $0 >= 0 && $0 < 1 })
        let mean = numbers.reduce(0, +) / 20_000
        let variance = numbers.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 20_000
        // Five deviations of the two estimates.
        #expect((mean - 0.5).magnitude < 5 * (1.0 / 12 / 20_000).squareRoot())
        #expect((variance - 1.0 / 12).magnitude < 5 * (1.0 / 180 / 20_000).squareRoot())
        #expect(Philox(key: 1).uniform(0, stream: 7) != Philox(key: 1).uniform(0, stream: 8))
        #expect(Philox(key: 1).uniform(0, stream: 7) != Philox(key: 2).uniform(0, stream: 7))
        #expect(Philox(key: 1).uniform(1 << 40, stream: 7) != Philox(key: 1).uniform(0, stream: 7))
    }
}
