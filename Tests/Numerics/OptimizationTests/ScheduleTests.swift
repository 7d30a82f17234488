import Optimization
import Testing

@Suite("Learning-rate schedules and clipping")
struct ScheduleTests {
    /// Decay, warm-up, total, floor, and the rate at some steps of a peak of 1.
    struct Case: Sendable {
        let decay: LearningRateSchedule.Decay
        let warmUp: Int
        let total: Int
        let minimumRatio: Double
        let rates: [Int: Double]
    }

    @Test(
        "Rates follow their definition at the bounds and in between",
        arguments: [
            Case(decay: .constant, warmUp: 0, total: 10, minimumRatio: 0.1, rates: [0: 1, 5: 1, 9: 1, 50: 1]),
            Case(decay: .constant, warmUp: 4, total: 10, minimumRatio: 0, rates: [0: 0.25, 1: 0.5, 3: 1, 4: 1, 9: 1]),
            Case(decay: .linear, warmUp: 0, total: 10, minimumRatio: 0, rates: [0: 1, 5: 0.5, 9: 0.1, 10: 0, 99: 0]),
            Case(
                decay: .linear, warmUp: 2, total: 12, minimumRatio: 0.5, rates: [0: 0.5, 1: 1, 2: 1, 7: 0.75, 12: 0.5]),
            Case(
                decay: .cosine, warmUp: 3, total: 13, minimumRatio: 0.1,
                rates: [0: 1.0 / 3, 2: 1, 3: 1, 8: 0.55, 13: 0.1, 1_000: 0.1]),
            // cos 60° = 1/2 a third of the way, cos 120° = −1/2 two thirds of it.
            Case(decay: .cosine, warmUp: 0, total: 9, minimumRatio: 0, rates: [0: 1, 3: 0.75, 6: 0.25, 9: 0]),
            Case(decay: .linear, warmUp: 5, total: 5, minimumRatio: 0, rates: [4: 1, 5: 1, 6: 0]),
            Case(decay: .cosine, warmUp: 5, total: 3, minimumRatio: 0.2, rates: [0: 0.2, 2: 0.6, 4: 1]),
        ])
    func rates(_ example: Case) {
        for peak in [1, 3e-4] {
            let schedule = LearningRateSchedule(
                peak: peak, warmUpSteps: example.warmUp, totalSteps: example.total, decay: example.decay,
                minimumRatio: example.minimumRatio)
            for (step, rate) in example.rates {
                #expect((schedule(step) - peak * rate).magnitude < 1e-12, "step \(step)")
            }
        }
    }

    @Test("A decay never rises")
    func monotone() {
        for decay in LearningRateSchedule.Decay.allCases {
            let schedule = LearningRateSchedule(
                peak: 1, warmUpSteps: 7, totalSteps: 100, decay: decay, minimumRatio: 0.05)
            let rates = (0..<120).map { schedule($0) }
            #expect(zip(rates, rates.dropFirst()).prefix(6).allSatisfy { $0 < $1 })
            #expect(zip(rates, rates.dropFirst()).dropFirst(6).allSatisfy { $0 >= $1 })
        }
    }

    @Test(
        "Clipping brings a long gradient to the limit and leaves a short one alone",
        arguments: [
            (0, 1, 1), (0.5, 1, 1), (2, 1, 0.5), (1e6, 1, 1e-6), (10, 2.5, 0.25), (1e-30, 0.1, 1),
        ] as [(Double, Double, Double)])
    func clipping(_ norm: Double, _ limit: Double, _ factor: Double) {
        // clip_grad_norm_ divides by norm + 1e-6.
        #expect((clippingFactor(norm: norm, limit: limit) / factor - 1).magnitude < 1e-5)
        #expect(clippingFactor(norm: norm, limit: limit) <= 1)
        #expect(clippingFactor(norm: norm, limit: nil) == 1)
    }
}
