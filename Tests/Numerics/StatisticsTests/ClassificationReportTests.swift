import Foundation
import Statistics
import Testing

@Suite("Classification report")
struct ClassificationReportTests {
    private func report() throws -> ClassificationReport {
        let predictions = try ClassPredictions(
            probabilities: [0.7, 0.2, 0.1, 0.6, 0.3, 0.1, 0.2, 0.5, 0.3, 0.1, 0.2, 0.7], labels: [0, 1, 1, 2],
            classCount: 3)
        return ClassificationReport(predictions, labels: ["arts", "world news", "money"], baselines: [])
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
}
