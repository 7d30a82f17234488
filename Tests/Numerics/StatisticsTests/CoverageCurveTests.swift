import Foundation
import Statistics
import Testing
import TestSupport

private struct CoverageCase: Decodable {
    let probabilities, accuracies: [Double]
    let labels: [Int]
    let area: Double
}

@Suite("Coverage curve")
struct CoverageCurveTests {
    @Test("accuracies and area equal numpy's, rows of equal confidence in the mean order")
    func equalsNumPy() throws {
        let data = try Data(contentsOf: fixture("metrics/coverage.json"))
        let cases = try JSONDecoder().decode([String: CoverageCase].self, from: data)
        #expect(cases.count == 3)
        for (name, example) in cases {
            let predictions = try ClassPredictions(
                probabilities: example.probabilities, labels: example.labels, classCount: 4)
            let curve = CoverageCurve(predictions)
            #expect(largestDifference(curve.accuracies, example.accuracies) < 1e-12, "\(name)")
            #expect((curve.area - example.area).magnitude < 1e-12, "\(name)")
            #expect((curve.accuracy(atCoverage: 1) - predictions.accuracy).magnitude < 1e-12, "\(name)")
        }
    }

    @Test("a share of rows is rounded up, and the coverage at an accuracy is the largest share that keeps it")
    func shares() throws {
        // Confidences 0.9, 0.8, 0.7, 0.6: right, wrong, right, right.
        let curve = CoverageCurve(
            try ClassPredictions(
                probabilities: [0.7, 0.3, 0.9, 0.1, 0.4, 0.6, 0.8, 0.2], labels: [0, 0, 1, 1], classCount: 2))
        #expect(largestDifference(curve.accuracies, [1, 0.5, 2.0 / 3, 0.75]) < 1e-15)
        for (share, accuracy) in [(0, 1.0), (0.25, 1), (0.26, 0.5), (0.5, 0.5), (0.75, 2.0 / 3), (1, 0.75)] {
            #expect((curve.accuracy(atCoverage: share) - accuracy).magnitude < 1e-15, "\(share)")
        }
        for (accuracy, share) in [(1.0, 0.25), (0.75, 1), (0.76, 0.25), (0, 1)] {
            #expect(curve.coverage(atAccuracy: accuracy) == share)
        }
        #expect(curve.points(2).map(\.coverage) == [0.5, 1] && curve.points(2).map(\.accuracy) == [0.5, 0.75])
        let wrong = CoverageCurve(try ClassPredictions(probabilities: [1, 0], labels: [1], classCount: 2))
        #expect(wrong.coverage(atAccuracy: 0.5) == 0)
    }
}
