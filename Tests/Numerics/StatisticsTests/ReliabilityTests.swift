import Foundation
import Statistics
import Testing
import TestSupport

@Suite("Reliability")
struct ReliabilityTests {
    /// Rows of two classes whose first class has the given probability of more than a half.
    private func predictions(_ confidences: [Double], right: [Bool]) throws -> ClassPredictions {
        try ClassPredictions(
            probabilities: confidences.flatMap { [$0, 1 - $0] }, labels: right.map { $0 ? 0 : 1 }, classCount: 2)
    }

    @Test("a confidence on a boundary belongs to the bin below it")
    func boundaries() throws {
        let predictions = try predictions([0.75, 0.7500001, 1, 0.5625], right: [true, true, false, false])
        let reliability = Reliability(predictions, .equalWidth, binCount: 4)
        #expect(reliability.bins.map(\.lower) == [0.5, 0.75])
        #expect(reliability.bins.map(\.upper) == [0.75, 1])
        #expect(reliability.bins.map(\.count) == [2, 2])
        #expect(reliability.bins.map(\.accuracy) == [0.5, 0.5])
        // |0.5 − 0.65625| / 2 + |0.5 − 0.87500005| / 2.
        #expect((reliability.error - 0.265625025).magnitude < 1e-12)
    }

    @Test("rows of equal confidence stay together in bins of equal mass, so that the order of rows does not matter")
    func equalConfidences() throws {
        let confidences = [0.6, 0.7, 0.7, 0.7, 0.7, 0.8, 0.9]
        let right = [true, true, false, true, false, true, true]
        let reliability = Reliability(try predictions(confidences, right: right), .equalMass, binCount: 3)
        #expect(reliability.bins.map(\.count) == [5, 2])
        #expect(reliability.bins.map(\.lower) == [0.6, 0.8])
        #expect(reliability.bins.map(\.upper) == [0.7, 0.9])
        let reversed = Reliability(
            try predictions(confidences.reversed(), right: right.reversed()), .equalMass, binCount: 3)
        #expect(reversed.bins.map(\.count) == [5, 2])
        #expect((reversed.error - reliability.error).magnitude < 1e-15)
    }

    @Test("the error that chance leaves of one row in a bin is 2 p (1 − p), of two rows that of their three outcomes")
    func chanceByHand() throws {
        let one = Reliability(try predictions([0.9], right: [true]), .equalWidth)
        #expect((one.errorIfCalibrated - 0.18).magnitude < 1e-15)
        #expect((one.deviationIfCalibrated - (0.09 - 0.18 * 0.18).squareRoot()).magnitude < 1e-15)
        // S is 0, 1, 2 with probabilities 0.02, 0.26, 0.72 around 1.7; two rows.
        let two = Reliability(try predictions([0.9, 0.8], right: [true, true]), .equalWidth, binCount: 1)
        #expect((two.errorIfCalibrated - (0.02 * 1.7 + 0.26 * 0.7 + 0.72 * 0.3) / 2).magnitude < 1e-15)
    }

    @Test("which way confidence is off is the sum over bins, whatever a temperature would do")
    func direction() throws {
        let right = [true, false, true, false]
        #expect(
            (try Reliability(predictions([0.9, 0.9, 0.8, 0.8], right: right), .equalWidth).overconfidence - 0.35)
                .magnitude < 1e-15)
        let under = try Reliability(predictions([0.6, 0.6, 0.7, 0.7], right: [true, true, true, true]), .equalMass)
        #expect((under.overconfidence + 0.35).magnitude < 1e-15)
        // Too sure below and too modest above: an error without a direction.
        let both = try Reliability(predictions([0.6, 0.6, 0.9, 0.9], right: [true, false, true, true]), .equalWidth)
        #expect(both.overconfidence.magnitude < 1e-15 && both.error > 0.09)
    }

    @Test("a certain classifier leaves nothing to chance")
    func certain() throws {
        let reliability = Reliability(try predictions([1, 1, 1], right: [true, false, true]), .equalMass)
        #expect(reliability.errorIfCalibrated == 0 && reliability.deviationIfCalibrated == 0)
        #expect((reliability.error - 1.0 / 3).magnitude < 1e-15)
    }

    @Test("above many rows the normal distribution takes over without a step")
    func manyRows() throws {
        // 40,000 rows of 0.51 have a variance of 9,996, and 40,040 one of 10,006: the exact sum and the normal one.
        let errors = try [40_000, 40_040].map { count in
            let rows = try predictions(
                [Double](repeating: 0.51, count: count), right: [Bool](repeating: true, count: count))
            return Reliability(rows, .equalWidth).errorIfCalibrated * Double(count).squareRoot()
        }
        #expect((errors[0] / errors[1] - 1).magnitude < 2e-5)
        // E|Z| of a normal Z.
        #expect((errors[0] - (0.51 * 0.49 * 2 / Double.pi).squareRoot()).magnitude < 1e-5)
    }
}
