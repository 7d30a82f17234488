import Foundation
import Statistics
import Testing
import TestSupport

private struct SampleFixture: Decodable {
    struct Summary: Decodable {
        let mean, deviation: Double
        let quantiles: [Double]
    }
    struct Case: Decodable {
        let samples: [String]
        let distinct, repetition: [Double]
        let selfBLEU, largestShareDifference, distance, duplicateShare: Double
        let lengths, realLengths: Summary
    }
    let real: [String]
    let cases: [String: Case]

    init() throws {
        let data = try Data(contentsOf: fixture("metrics/sample-statistics.json"))
        self = try JSONDecoder().decode(Self.self, from: data)
    }
}

@Suite("Sample statistics")
struct SampleStatisticsTests {
    @Test("every figure equals that of nltk, scipy or a plain definition in Python")
    func equalsPython() throws {
        let example = try SampleFixture()
        #expect(example.cases.count == 4)
        for (name, expected) in example.cases {
            let found = SampleStatistics(samples: expected.samples, real: example.real)
            #expect(largestDifference(found.distinct, expected.distinct) < 1e-12, "\(name)")
            #expect(largestDifference(found.repetition, expected.repetition) < 1e-12, "\(name)")
            for (figure, found, wanted) in [
                ("self-BLEU", try #require(found.selfBLEU), expected.selfBLEU),
                ("share difference", found.lengths.largestShareDifference, expected.largestShareDifference),
                ("distance", found.lengths.distance, expected.distance),
                ("duplicates", found.duplicateShare, expected.duplicateShare),
            ] {
                #expect((found - wanted).magnitude < 1e-12, "\(figure) of \(name): \(found), expected \(wanted)")
            }
            for (summary, wanted) in [
                (found.lengths.samples, expected.lengths), (found.lengths.real, expected.realLengths),
            ] {
                let figures = [summary.mean, summary.deviation, summary.tenth, summary.median, summary.ninetieth]
                #expect(largestDifference(figures, [wanted.mean, wanted.deviation] + wanted.quantiles) < 1e-12)
            }
        }
    }

    @Test("a single sample has no self-BLEU, and samples without words have no runs of words")
    func littleToJudge() {
        let single = SampleStatistics(samples: ["a b a"], real: ["a b"])
        #expect(single.selfBLEU == nil && single.count == 1)
        #expect(largestDifference(single.distinct, [2.0 / 3, 1, 1]) < 1e-15)
        #expect(single.lengths.samples.longest == 3 && single.lengths.real.shortest == 2)
        let empty = SampleStatistics(samples: ["", " "], real: ["a"])
        #expect(empty.distinct == [0, 0, 0] && empty.repetition == [0, 0, 0] && empty.selfBLEU == 0)
        #expect(empty.lengths.distance == 1 && empty.lengths.largestShareDifference == 1)
    }

    @Test("lengths that are the same are no distance apart, whatever their order and number")
    func equalLengths() {
        let comparison = LengthComparison([3, 1, 2], real: [1, 2, 3, 3, 2, 1])
        #expect(comparison.distance == 0 && comparison.largestShareDifference == 0)
        #expect(LengthComparison([7], real: [4]).distance == 3)
    }
}
