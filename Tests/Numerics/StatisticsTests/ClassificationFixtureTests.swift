import Foundation
import Statistics
import Testing
import TestSupport

/// A case of `Tests/Fixtures/metrics/classification.json`: probabilities, labels, and what scikit-learn says about them.
struct ClassificationCase: Decodable {
    struct Expected: Decodable {
        let accuracy, macroF1, weightedF1, matthewsCorrelation, negativeLogLikelihood, brierScore: Double
        let calibrationError, adaptiveError: Double
        let top, precision, recall, f1, simulatedError, simulatedAdaptiveError: [Double]
        let support: [Int]
        let confusion: [[Int]]
    }
    let probabilities: [Double]
    let labels: [Int]
    let classes: Int
    let expected: Expected

    func predictions() throws -> ClassPredictions {
        try ClassPredictions(probabilities: probabilities, labels: labels, classCount: classes)
    }

    static func all() throws -> [String: ClassificationCase] {
        let data = try Data(contentsOf: fixture("metrics/classification.json"))
        return try JSONDecoder().decode([String: ClassificationCase].self, from: data)
    }
}

@Suite("Classification metrics")
struct ClassificationFixtureTests {
    @Test("every figure of a report equals scikit-learn's on the same probabilities")
    func equalsScikitLearn() throws {
        let cases = try ClassificationCase.all()
        #expect(cases.count == 6)
        for (name, example) in cases {
            let expected = example.expected
            let predictions = try example.predictions()
            let report = ClassificationReport(predictions, labels: (0..<example.classes).map { "class \($0)" })
            let scores = report.scores
            // Rounding of sums of a few hundred terms is below 1e-13.
            for (figure, found, wanted) in [
                ("accuracy", scores.accuracy, expected.accuracy), ("macro F1", scores.macroF1, expected.macroF1),
                ("weighted F1", scores.weightedF1, expected.weightedF1),
                ("MCC", scores.matthewsCorrelation, expected.matthewsCorrelation),
                ("NLL", scores.negativeLogLikelihood, expected.negativeLogLikelihood),
                ("Brier", scores.brierScore, expected.brierScore),
                ("ECE", report.reliability.error, expected.calibrationError),
                ("adaptive ECE", report.adaptiveReliability.error, expected.adaptiveError),
            ] {
                #expect((found - wanted).magnitude < 1e-12, "\(figure) of \(name): \(found), expected \(wanted)")
            }
            #expect(largestDifference(report.classes.map(\.precision), expected.precision) < 1e-12, "\(name)")
            #expect(largestDifference(report.classes.map(\.recall), expected.recall) < 1e-12, "\(name)")
            #expect(largestDifference(report.classes.map(\.f1), expected.f1) < 1e-12, "\(name)")
            let top = (1...expected.top.count).map(predictions.topAccuracy)
            #expect(largestDifference(top, expected.top) < 1e-12, "\(name)")
            #expect(report.classes.map(\.support) == expected.support, "\(name)")
            #expect(report.classes.map(\.predicted) == expected.confusion.columnSums, "\(name)")
            for label in 0..<example.classes {
                let row = (0..<example.classes).map { report.confusion[label: label, predicted: $0] }
                #expect(row == expected.confusion[label], "\(name)")
            }
            #expect(scores.topThreeAccuracy == predictions.topAccuracy(3))
            #expect(report.count == example.labels.count && report.confusion.total == report.count)
            #expect(predictions.accuracy == scores.accuracy)
        }
    }

    @Test("the error of a perfectly calibrated model is the mean of simulations that draw labels from its confidences")
    func expectedErrorEqualsSimulations() throws {
        for (name, example) in try ClassificationCase.all() {
            let predictions = try example.predictions()
            for (binning, simulated) in [
                (Reliability.Binning.equalWidth, example.expected.simulatedError),
                (.equalMass, example.expected.simulatedAdaptiveError),
            ] {
                let reliability = Reliability(predictions, binning)
                // 20,000 draws: six standard errors of the mean; of the deviation, 3 %.
                let allowed = 6 * simulated[1] / 20_000.0.squareRoot()
                let difference = (reliability.errorIfCalibrated - simulated[0]).magnitude
                #expect(difference < allowed, "\(binning) of \(name)")
                #expect(
                    (reliability.deviationIfCalibrated / simulated[1] - 1).magnitude < 0.03, "\(binning) of \(name)")
            }
        }
    }
}

extension [[Int]] {
    fileprivate var columnSums: [Int] {
        indices.map { column in reduce(0) { $0 + $1[column] } }
    }
}
