import Evaluation
import Files
import Inference
import JSON
import ModelFolders
import Reports
import Statistics
import Testing
import TestSupport

@Suite("Comparison of two models")
struct ModelComparisonTests {
    @Test("classifiers: the difference is that of the evaluations, whatever the order of the labels")
    func classifiers() throws {
        try withTemporaryFolder { folder in
            try SmallClassifier.write(to: "\(folder)/a")
            try SmallClassifier.write(to: "\(folder)/b", seed: 8)
            try SmallClassifier.write(to: "\(folder)/turned", labels: ["kitchen", "harbour"], seed: 8)
            let data = try EvaluationData(labeled(try TopicFile.write(60, seed: 2, to: "\(folder)/data.jsonl")))
            func accuracy(_ name: String) throws -> Double {
                try ClassifierEvaluation(folder: "\(folder)/\(name)", data: data, quickContext).classification.scores
                    .accuracy
            }
            for other in ["b", "turned"] {
                let comparison = try ModelComparison("\(folder)/a", "\(folder)/\(other)", data: data, quickContext)
                let decisive = comparison.decisive
                let (first, second) = (try accuracy("a"), try accuracy(other))
                #expect(decisive.difference.name == "accuracy" && decisive.comparison.a == first)
                #expect(decisive.comparison.b == second)
                let test = try #require(comparison.test)
                let gap = Double(test.onlySecond - test.onlyFirst) / 60
                #expect(abs(gap - decisive.comparison.difference.estimate) < 1e-12)
                #expect(
                    comparison.verdict.sentence.lowercased() == decisive.comparison.outcome.sentence().lowercased()
                        + ".")
                #expect(comparison.metrics.allSatisfy { ModelComparison.metricNames(.classifier).contains($0.name) })
                #expect(!comparison.isOfOneModel)
            }
            // The weights of b under other labels are another model, the same under the same labels is not.
            #expect(
                try !ModelComparison("\(folder)/b", "\(folder)/turned", data: data, quickContext).isOfOneModel)
            let itself = try ModelComparison("\(folder)/a", "\(folder)/a", data: data, quickContext)
            #expect(itself.verdict.sentence == "A and B are the same model." && itself.test?.probability == 1)
            #expect(itself.verdict.outcome == .caution && itself.verdict.reasons[0].contains("the same SHA-256"))
            #expect(itself.report().html.contains("cannot tell them apart"))
            #expect(itself.report().markdown.contains("McNemar's test: the probability"))
            #expect(itself.json()["figures"]?.array?[0]["bMinusA"]?["low"]?.isNull == true)
        }
    }

    @Test("classifiers of different labels are refused")
    func otherLabels() throws {
        try withTemporaryFolder { folder in
            try SmallClassifier.write(to: "\(folder)/a")
            try SmallClassifier.write(to: "\(folder)/b", labels: ["harbour", "weather"])
            let data = try EvaluationData(labeled(try TopicFile.write(10, seed: 2, to: "\(folder)/data.jsonl")))
            do {
                _ = try ModelComparison("\(folder)/a", "\(folder)/b", data: data, quickContext)
                Issue.record("different labels were compared")
            } catch {
                #expect("\(error)".contains("different labels") && "\(error)".contains("kitchen"))
            }
        }
    }

    @Test("generators: perplexity per token only where tokens are the same")
    func generators() throws {
        try withTemporaryFolder { folder in
            try SmallGenerator.write(to: "\(folder)/a")
            try SmallGenerator.write(to: "\(folder)/b", seed: 9)
            try SmallGenerator.write(to: "\(folder)/other", vocabulary: 280)
            let file = try TopicFile.write(30, seed: 2, to: "\(folder)/data.jsonl")
            let data = try EvaluationData(.init(data: file, isLabeled: false))
            let comparison = try ModelComparison("\(folder)/a", "\(folder)/b", data: data, quickContext)
            #expect(comparison.compared.map(\.difference.name) == ["bitsPerByte", "perplexity", "perplexityPerWord"])
            let signs = Set(comparison.compared.map { $0.comparison.difference.estimate > 0 })
            #expect(signs.count == 1 && comparison.test == nil)
            let mixed = try ModelComparison("\(folder)/a", "\(folder)/other", data: data, quickContext)
            #expect(mixed.compared.map(\.difference.name) == ["bitsPerByte", "perplexityPerWord"])
            #expect(mixed.json()["schema"]?.string == "headlinekit.comparison/1")
            #expect(mixed.predictionLines.split(separator: UInt8(ascii: "\n")).count == 30)
        }
    }
}
