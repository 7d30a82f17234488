import Evaluation
import Files
import Foundation
import HeadlineData
import Inference
import Metrics
import Reports
import TestSupport
import Testing

@Suite("Evaluation of a classifier")
struct ClassifierEvaluationTests {
    @Test("figures are those of the lines that are written beside them")
    func figuresOfLines() throws {
        try withTemporaryFolder { folder in
            try SmallClassifier.write(to: "\(folder)/model")
            let file = try TopicFile.write(60, seed: 2, to: "\(folder)/data.jsonl")
            let data = try EvaluationData(labelled(file))
            let evaluation = try ClassifierEvaluation(folder: "\(folder)/model", data: data, quickContext)
            let lines = try evaluation.predictionLines.split(separator: UInt8(ascii: "\n")).map {
                try JSONValue(parsing: Array($0))
            }
            #expect(lines.count == 60)
            let right = lines.count { $0["label"] == $0["predicted"] }
            let nats = lines.reduce(0.0) { $0 - log($1["probabilityOfLabel"]?.number ?? 0) } / 60
            let document = evaluation.json()
            let metrics = try #require(document["metrics"])
            #expect(metrics["accuracy"]?["value"]?.number == Double(right) / 60)
            let found = try #require(metrics["negativeLogLikelihood"]?["value"]?.number)
            #expect(abs(found - nats) < 1e-9)
            // What `headline classify` would say.
            let said = try Classifier(folder: "\(folder)/model").classify(data.texts)
            #expect(said.map { $0.candidates[0].label } == lines.compactMap { $0["predicted"]?.string })
            #expect(Set(ClassifierEvaluation.measureNames) == Set(metrics.object?.map(\.key) ?? []))
            #expect(document["schema"]?.string == "headlinekit.classifier-evaluation/1")
            #expect(
                document["data"]?["evaluated"]?["sha256"]?.string == SHA256Digest.of(try readFile(file)).hexadecimal)
            let weights = try SHA256Digest.ofFile("\(folder)/model/model.safetensors").hexadecimal
            #expect(document["model"]?["sha256"]?.string == weights)
            for form in [evaluation.report().html, evaluation.report().markdown] {
                #expect(form.contains(weights) && form.contains(data.source.digest) && form.contains("evaluate test"))
            }
        }
    }

    @Test("before the temperature is what the same weights say that were exported without one")
    func temperature() throws {
        try withTemporaryFolder { folder in
            // In this order the random weights are right more often than not, so that some temperature is best.
            let labels = ["kitchen", "harbour"]
            try SmallClassifier.write(to: "\(folder)/plain", labels: labels)
            try SmallClassifier.write(to: "\(folder)/divided", labels: labels, temperature: 2.5)
            let data = try EvaluationData(labelled(try TopicFile.write(60, seed: 2, to: "\(folder)/data.jsonl")))
            let plain = try ClassifierEvaluation(folder: "\(folder)/plain", data: data, quickContext).calibration
            let divided = try ClassifierEvaluation(folder: "\(folder)/divided", data: data, quickContext).calibration
            #expect(plain.temperature == nil && plain.before == nil)
            #expect(divided.temperature == 2.5)
            let before = try #require(divided.before)
            #expect(abs(before.error - plain.after.error) < 1e-5)
            #expect(abs(divided.after.error - plain.after.error) > 1e-3)
            #expect(abs(divided.refitted.scaling.temperature * 2.5 / plain.refitted.scaling.temperature - 1) < 1e-3)
        }
    }

    @Test("a model that a simple baseline beats is not to be shipped, and the report says which and by how much")
    func baselines() throws {
        try withTemporaryFolder { folder in
            try SmallClassifier.write(to: "\(folder)/model")
            let training = try TopicFile.write(200, seed: 3, to: "\(folder)/train.jsonl")
            let file = try TopicFile.write(60, seed: 2, to: "\(folder)/data.jsonl")
            var request = labelled(file, training: training)
            request.allowedLeakage = 1
            let data = try EvaluationData(request)
            let evaluation = try ClassifierEvaluation(folder: "\(folder)/model", data: data, quickContext)
            #expect(evaluation.baselines.map(\.baseline) == ClassifierBaseline.allCases)
            // The words of the topics never mix.
            for baseline in evaluation.baselines where baseline.baseline != .majority {
                #expect(baseline.scores.accuracy == 1 && baseline.comparison.verdict == .aIsBetter)
            }
            #expect(evaluation.verdict.outcome == .bad)
            #expect(evaluation.verdict.reasons.contains { $0.hasPrefix("Fix first: ") })
            #expect(evaluation.summary.contains("do not ship it"))
            #expect(evaluation.report().html.contains("Against baselines"))
            var none = ClassifierEvaluation.Options()
            none.baselines = []
            let without = try ClassifierEvaluation(
                folder: "\(folder)/model", data: data, options: none, quickContext)
            #expect(without.baselines.isEmpty && !without.report().html.contains("Against baselines"))
        }
    }

    @Test("a word pulls by what the label loses without it")
    func words() throws {
        try withTemporaryFolder { folder in
            try SmallClassifier.write(to: "\(folder)/model")
            try AtomicFile.write(
                #"{"headline": "ferry stew", "category": "harbour"}"# + "\n", to: "\(folder)/data.jsonl")
            let data = try EvaluationData(labelled("\(folder)/data.jsonl"))
            let evaluation = try ClassifierEvaluation(folder: "\(folder)/model", data: data, quickContext)
            let classifier = try Classifier(folder: "\(folder)/model")
            let said = try classifier.classify(["ferry stew", "stew", "ferry"])
            let label = said[0].candidates[0].label
            let logs = said.map { prediction in
                log(prediction.candidates.first { $0.label == label }?.probability ?? 0)
            }
            let expected = [("ferry", logs[0] - logs[1]), ("stew", logs[0] - logs[2])].filter { $0.1 >= 0.1 }
            let found = evaluation.words.headlines[0] ?? []
            #expect(Set(found.map(\.word)) == Set(expected.map(\.0)))
            for pull in found {
                let nats = try #require(expected.first { $0.0 == pull.word }?.1)
                #expect(abs(pull.nats - nats) < 1e-5)
            }
        }
    }

    @Test("the card takes the figures in place of the old ones and keeps the rest")
    func card() throws {
        try withTemporaryFolder { folder in
            try SmallClassifier.write(to: "\(folder)/model")
            let data = try EvaluationData(labelled(try TopicFile.write(20, seed: 2, to: "\(folder)/data.jsonl")))
            let evaluation = try ClassifierEvaluation(folder: "\(folder)/model", data: data, quickContext)
            for _ in 0..<2 { try evaluation.updateCard() }
            let card = String(decoding: try readFile("\(folder)/model/README.md"), as: UTF8.self)
            #expect(card.hasPrefix("# Small\n") && card.contains("## Limits\n\nMany.") && !card.contains("\nold\n"))
            #expect(card.components(separatedBy: "## Evaluation").count == 2)
            #expect(card.contains(data.source.digest) && card.contains("| accuracy |") && card.contains("| harbour |"))
        }
    }

    @Test("labels that lose most of their headlines to another are found, and doubtful labels")
    func confusions() throws {
        // Ten of class 0, of which seven go to class 1 and three stay; ten of class 1, all right.
        let labels = [Int](repeating: 0, count: 10) + [Int](repeating: 1, count: 10)
        var rows: [Double] = []
        for row in 0..<20 {
            let third = Double(row) / 1_000
            rows += row < 7 || row >= 10 ? [0.1, 0.9 - third, third] : [0.8, 0.2, 0]
        }
        let predictions = try ClassPredictions(probabilities: rows, labels: labels, classCount: 3)
        let pairs = LabelConfusion.all(ConfusionMatrix(predictions), labels: ["a", "b", "c"], predictions)
        #expect(pairs.count == 1 && pairs[0].first == 0 && pairs[0].second == 1)
        #expect(pairs[0].rows == Array(0..<7) && pairs[0].reverseRows.isEmpty && pairs[0].kept == 3)
        #expect(pairs[0].isSwallowed && pairs[0].share == 0.35)
        // Class 1 usually gets about 0.885 from its own: the first rows reach that, and 0.1 is below what class 0 gets.
        let alone = ClassifierErrors(predictions, others: [])
        #expect(alone.count == 7 && alone.mostConfident == Array(0..<7))
        #expect(alone.suspectedLabels.map(\.row) == Array(0..<7))
        // A witness that agrees on rows 2 and 3 only.
        let second: [Double] = [0, 1, 0]
        let first: [Double] = [1, 0, 0]
        let witness = try ClassPredictions(
            probabilities: (0..<20).flatMap { (row: Int) in row == 2 || row == 3 || row >= 10 ? second : first },
            labels: labels, classCount: 3)
        #expect(ClassifierErrors(predictions, others: [witness]).suspectedLabels.map(\.row) == [2, 3])
    }
}
