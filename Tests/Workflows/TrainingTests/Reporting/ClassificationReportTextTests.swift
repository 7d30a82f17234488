import Baselines
import Statistics
import Testing
import Training

@Suite("Classification report as text")
struct ClassificationReportTextTests {
    private func report(baselines: [Baseline] = []) throws -> ClassificationReport {
        let predictions = try ClassPredictions(
            probabilities: [0.7, 0.2, 0.1, 0.6, 0.3, 0.1, 0.2, 0.5, 0.3, 0.1, 0.2, 0.7], labels: [0, 1, 1, 2],
            classCount: 3)
        return ClassificationReport(predictions, labels: ["arts", "world news", "money"], baselines: baselines)
    }

    @Test("the table of classes is aligned")
    func classTable() throws {
        let expected = """
            label                             support  precision  recall     F1
            arts                                    1      0.500   1.000  0.667
            world news                              2      1.000   0.500  0.667
            money                                   1      1.000   1.000  1.000
            mean of the labels (macro)              4                     0.778
            mean of the headlines (weighted)        4                     0.750
            """
        #expect(try report().classTable == expected)
    }

    @Test("the comparison names the most accurate classifier")
    func comparison() throws {
        let majority = Baseline(
            "majority", try MajorityBaseline(trainingCounts: [3, 2, 1]).predictions(for: [0, 1, 1, 2]))
        // By hand: the classifier's NLL is −log(0.7 · 0.3 · 0.5 · 0.7) / 4, the majority's −log(4/9 · 1/9 · 2/9) / 4.
        let expected = """
                        accuracy   top 3  macro F1  weighted F1     MCC     NLL   Brier
            classifier    0.7500  1.0000    0.7778       0.7500  0.7000  0.6526  0.3800
            majority      0.2500  1.0000    0.1333       0.1000  0.0000  1.1281  0.6914
            By accuracy classifier is best: 0.7500, majority 0.2500.
            """
        #expect(try report(baselines: [majority]).comparison() == expected)
    }

    @Test("equally accurate classifiers are said to be equal")
    func equalClassifiers() throws {
        let same = Baseline("twin", try ClassPredictions(probabilities: [1, 0, 1, 0], labels: [0, 1], classCount: 2))
        let report = ClassificationReport(
            try ClassPredictions(probabilities: [0.5, 0.5, 0.75, 0.25], labels: [0, 1], classCount: 2),
            labels: ["a", "b"], baselines: [same])
        #expect(report.comparison().hasSuffix("\nBy accuracy classifier and twin are equal: 0.5000."))
    }

    @Test("the calibration lines name what a perfectly calibrated classifier would score")
    func calibrationLines() throws {
        let lines = try report().calibrationLines.split(separator: "\n")
        #expect(lines.count == 2)
        #expect(lines[0].hasPrefix("ECE 0.4250; a perfectly calibrated classifier of these confidences scores 0."))
        #expect(lines[1].hasPrefix("adaptive ECE "))
        #expect(lines.allSatisfy { $0.hasSuffix(" on 4 headlines") })
    }

    @Test("the table of a calibration is aligned and ends with the temperature")
    func calibrationTable() throws {
        // Twice as sure as it is right.
        let labels = (0..<40).map { $0 % 4 == 0 ? 1 : 0 }
        let logits = try ClassLogits(labels.flatMap { _ in [3.0, 0] }, labels: labels, classCount: 2)
        let lines = CalibrationReport(logits, seed: 1).table.split(separator: "\n")
        #expect(lines.count == 5)
        #expect(lines[4].hasPrefix("The temperature is 2."))
        #expect(Set(lines[0..<4].map(\.count)).count == 1)
    }
}
