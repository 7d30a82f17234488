import Foundation
import Metrics
import Testing

@Suite("Classification report")
struct ClassificationReportTests {
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

    @Test("a report survives JSON, and a confusion matrix that is not square or counts below 0 does not")
    func json() throws {
        let report = try report()
        #expect(try JSONDecoder().decode(ClassificationReport.self, from: JSONEncoder().encode(report)) == report)
        let square = try JSONDecoder().decode(ConfusionMatrix.self, from: Data("[[1,2],[3,4]]".utf8))
        #expect(square[label: 1, predicted: 0] == 3 && square.total == 10)
        for text in ["[[1,2]]", "[[1,2],[3]]", "[[1,-2],[3,4]]", "[[9223372036854775807,1],[1,1]]", "3"] {
            #expect(throws: DecodingError.self) {
                try JSONDecoder().decode(ConfusionMatrix.self, from: Data(text.utf8))
            }
        }
    }

    @Test("labels from a file cannot move the cursor of a terminal or break the table")
    func hostileLabels() throws {
        var table = TextTable([("label", .left), ("n", .right)])
        table.add(["\u{1B}[2Jred\n\u{202E}", "1"])
        table.add([String(repeating: "x", count: 60), "22"])
        let lines = table.description.split(separator: "\n")
        #expect(lines.count == 3)
        #expect(lines[1].hasPrefix("\u{FFFD}[2Jred\u{FFFD}\u{FFFD}  "))
        #expect(lines[2] == String(repeating: "x", count: 39) + "…  22")
        #expect(lines.allSatisfy { $0.count == 44 })
    }
}
