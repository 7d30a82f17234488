import Evaluation
import Files
import Foundation
import HeadlineData
import Inference
import JSON
import Reports
import Statistics
import Testing
import TestSupport

@Suite("Evaluation of a classifier")
struct ClassifierEvaluationTests {
    @Test("metrics match the lines of predictions.jsonl")
    func figuresOfLines() throws {
        try withTemporaryFolder { folder in
            try SmallClassifier.write(to: "\(folder)/model")
            let file = try TopicFile.write(60, seed: 2, to: "\(folder)/data.jsonl")
            let data = try EvaluationData(labeled(file))
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
            #expect(Set(ClassifierEvaluation.metricNames) == Set(metrics.object?.map(\.key) ?? []))
            #expect(document["schema"]?.string == "headlinekit.classifier-evaluation/1")
            #expect(
                document["data"]?["evaluated"]?["sha256"]?.string == SHA256Digest.of(try readFile(file)).hexadecimal)
            let weights = try SHA256Digest.ofFile("\(folder)/model/model.safetensors").hexadecimal
            #expect(document["model"]?["sha256"]?.string == weights)
            for form in [evaluation.report().html, evaluation.report().markdown] {
                #expect(form.contains(weights) && form.contains(data.source.digest) && form.contains("evaluate test"))
                for word in ["Brier score", "Matthews correlation", "macro-F1, weighted F1", "calibration error"] {
                    #expect(form.contains(word))
                }
            }
        }
    }

    @Test("before the temperature is what the same weights say that were exported without one")
    func temperature() throws {
        try withTemporaryFolder { folder in
            // The bias says harbour of nearly all headlines, and most are of the harbour: some temperature is best.
            let biases: [Float] = [2, 0]
            try SmallClassifier.write(to: "\(folder)/plain", biases: biases)
            try SmallClassifier.write(to: "\(folder)/divided", temperature: 2.5, biases: biases)
            let lines = TopicFile.lines(90, seed: 2).enumerated().filter { $0.offset % 6 < 3 || $0.offset % 2 == 0 }
            let file = "\(folder)/data.jsonl"
            try AtomicFile.write(lines.map(\.element).joined(separator: "\n") + "\n", to: file)
            let data = try EvaluationData(labeled(file))
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
            var request = labeled(file, training: training)
            request.allowedLeakage = 1
            let data = try EvaluationData(request)
            let evaluation = try ClassifierEvaluation(folder: "\(folder)/model", data: data, quickContext)
            #expect(evaluation.baselines.map(\.baseline) == ClassifierBaseline.allCases)
            // The words of the topics never mix.
            for baseline in evaluation.baselines where baseline.baseline != .majority {
                #expect(baseline.scores.accuracy == 1 && baseline.comparison.outcome == .aIsBetter)
            }
            #expect(evaluation.verdict.outcome == .bad)
            #expect(evaluation.verdict.reasons.contains { $0.hasPrefix("Fix first: ") })
            #expect(evaluation.summary.contains("Don't ship this yet"))
            #expect(evaluation.report().html.contains("Comparison with baselines"))
            var none = ClassifierEvaluation.Options()
            none.baselines = []
            let without = try ClassifierEvaluation(
                folder: "\(folder)/model", data: data, options: none, quickContext)
            #expect(without.baselines.isEmpty && !without.report().html.contains("Comparison with baselines"))
            #expect(evaluation.verdict.reasons.contains { $0.hasPrefix("It is worse than the best baseline, ") })
            // A training row of another label teaches the baselines nothing, and is counted.
            let foreign = #"{"headline": "rain over the moor tomorrow", "category": "weather"}"# + "\n"
            try AtomicFile.write(
                String(decoding: readFile(training), as: UTF8.self) + foreign, to: "\(folder)/more.jsonl")
            request.training = "\(folder)/more.jsonl"
            var one = ClassifierEvaluation.Options()
            one.baselines = [.majority]
            let more = try ClassifierEvaluation(
                folder: "\(folder)/model", data: EvaluationData(request), options: one, quickContext)
            #expect(more.unknownTraining == 1 && more.json()["unknownTrainingHeadlines"]?.integer == 1)
            #expect(more.report().markdown.contains("1 headline of the training file"))
        }
    }

    @Test("a figure has one value wherever it stands, also where probabilities are 0")
    func oneValue() throws {
        try withTemporaryFolder { folder in
            try SmallClassifier.write(to: "\(folder)/model", temperature: 1e-4)
            try SmallClassifier.write(to: "\(folder)/other", seed: 8)
            let data = try EvaluationData(labeled(try TopicFile.write(60, seed: 2, to: "\(folder)/data.jsonl")))
            let evaluation = try ClassifierEvaluation(folder: "\(folder)/model", data: data, quickContext)
            let scores = evaluation.classification.scores
            func value(_ name: String) -> Double { evaluation.metrics.first { $0.name == name }?.value ?? .nan }
            // Sums of the same 60 numbers, added in the same order.
            #expect(scores.negativeLogLikelihood > 10)
            #expect(abs(value("negativeLogLikelihood") - scores.negativeLogLikelihood) < 1e-12)
            #expect(abs(value("brierScore") - scores.brierScore) < 1e-12)
            #expect(evaluation.predictions.nats.max() == -log(Double.ulpOfOne))
            let comparison = try ModelComparison("\(folder)/model", "\(folder)/other", data: data, quickContext)
            let nats = try #require(comparison.compared.first { $0.difference.name == "negativeLogLikelihood" })
            #expect(abs(nats.comparison.a - scores.negativeLogLikelihood) < 1e-12)
        }
    }

    @Test("a model that gives one label to everything is not told to merge labels, nor to label a part alone")
    func collapsed() throws {
        try withTemporaryFolder { folder in
            let labels = ["harbour", "kitchen", "weather"]
            let file = try TopicFile.write(80, seed: 2, to: "\(folder)/data.jsonl")
            for biases: [Float] in [[0, 0, 90], [90, 0, 0]] {
                try SmallClassifier.write(to: "\(folder)/model", labels: labels, biases: biases)
                let evaluation = try ClassifierEvaluation(
                    folder: "\(folder)/model", data: EvaluationData(labeled(file)), quickContext)
                #expect(evaluation.verdict.outcome == .bad)
                let reasons = evaluation.verdict.reasons.joined(separator: "\n")
                #expect(!reasons.contains("label map") && !reasons.contains("the model assigns most"), "\(reasons)")
                #expect(
                    reasons.contains(
                        "Even among its 30 most confident headlines, it is right less than 80 % of the time."))
            }
        }
    }

    @Test("calibration is judged by confidence and accuracy, not by the temperature that would be best")
    func direction() throws {
        try withTemporaryFolder { folder in
            // All are given the first label: half of them have it, or all.
            let all = TopicFile.lines(600, seed: 2)
            let cases: [(lines: [String], temperature: Double, says: String)] = [
                (all, 1, "it is overconfident"), (all.filter { $0.contains("harbour") }, 24, "it is underconfident"),
            ]
            for (lines, temperature, says) in cases {
                try SmallClassifier.write(to: "\(folder)/model", temperature: temperature, biases: [24, 0])
                try AtomicFile.write(lines.joined(separator: "\n"), to: "\(folder)/data.jsonl")
                let evaluation = try ClassifierEvaluation(
                    folder: "\(folder)/model", data: EvaluationData(labeled("\(folder)/data.jsonl")), quickContext)
                let gap =
                    evaluation.predictions.confidences.reduce(0, +) / Double(lines.count)
                    - evaluation.classification.scores.accuracy
                #expect(abs(evaluation.calibration.after.overconfidence - gap) < 1e-12)
                let reasons = evaluation.verdict.reasons.joined(separator: "\n")
                #expect(reasons.contains(says), "\(reasons)")
            }
        }
    }

    /// Writes a model to `folder` that is biased to label `kitchens` of some texts as kitchen; returns the texts and the order in
    /// which it is inclined to.
    private func writeModel(
        sayingKitchen kitchens: Int, of count: Int, in folder: String
    ) throws -> (texts: [String], order: [Int]) {
        let texts = (0..<count).map { "ferry stew \($0) tide oven \($0 * 7 % 31)" }
        try SmallClassifier.write(to: "\(folder)/first")
        let margins = try Classifier(folder: "\(folder)/first").scores(texts).map { $0.logits[1] - $0.logits[0] }
        let order = texts.indices.sorted { margins[$0] > margins[$1] }
        let boundary = (margins[order[kitchens - 1]] + margins[order[kitchens]]) / 2
        try SmallClassifier.write(to: "\(folder)/model", biases: [boundary, 0])
        return (texts, order)
    }

    @Test("a model is held to the most frequent label headline by headline, not by whether their intervals overlap")
    func frequentLabel() throws {
        try withTemporaryFolder { folder in
            let (texts, order) = try writeModel(sayingKitchen: 15, of: 500, in: folder)
            /// The verdict where that is right `right` times, and thirteen more are of the kitchen.
            func reasons(right: Int) throws -> String {
                let kitchen = Set(order[..<right] + order[20..<33])
                let lines = texts.enumerated().map {
                    #"{"headline": "\#($1)", "category": "\#(kitchen.contains($0) ? "kitchen" : "harbour")"}"#
                }
                try AtomicFile.write(lines.joined(separator: "\n"), to: "\(folder)/data.jsonl")
                let evaluation = try ClassifierEvaluation(
                    folder: "\(folder)/model", data: EvaluationData(labeled("\(folder)/data.jsonl")), quickContext)
                #expect(evaluation.classification.confusion[label: 1, predicted: 1] == right)
                return ([evaluation.verdict.sentence] + evaluation.verdict.reasons).joined(separator: "\n")
            }
            // Twelve won and three lost are a difference, though 0.968 has an interval that holds 0.950.
            let better = try reasons(right: 12)
            #expect(!better.contains("predicting the most frequent label is right"), "\(better)")
            let same = try reasons(right: 8)
            #expect(same.contains("most frequent label is right 95.8 % of the time, which may be as good"), "\(same)")
        }
    }

    @Test("a model that is right on everything, but compared with nothing, is not called good")
    func uncompared() throws {
        try withTemporaryFolder { folder in
            // It gives each label to one half; what it says is what the file has.
            let (texts, _) = try writeModel(sayingKitchen: 200, of: 400, in: folder)
            let said = try Classifier(folder: "\(folder)/model").classify(texts).map { $0.candidates[0].label }
            #expect((150...250).contains(said.count { $0 == "kitchen" }))
            let lines = zip(texts, said).map { #"{"headline": "\#($0)", "category": "\#($1)"}"# }
            try AtomicFile.write(lines.joined(separator: "\n"), to: "\(folder)/data.jsonl")
            let evaluation = try ClassifierEvaluation(
                folder: "\(folder)/model", data: EvaluationData(labeled("\(folder)/data.jsonl")), quickContext)
            #expect(evaluation.classification.scores.accuracy == 1 && evaluation.verdict.outcome == .caution)
            #expect(evaluation.verdict.reasons.contains { $0.contains("no baseline was compared") })
            #expect(!evaluation.summary.contains("beats"))
        }
    }

    @Test("one headline has no interval, and five of five right have a wide one")
    func fewHeadlines() throws {
        try withTemporaryFolder { folder in
            try SmallClassifier.write(to: "\(folder)/model", biases: [90, 0])
            try AtomicFile.write(
                (0..<5).map { #"{"headline": "ferry \#($0)", "category": "harbour"}"# }.joined(separator: "\n"),
                to: "\(folder)/five.jsonl")
            try AtomicFile.write(#"{"headline": "ferry", "category": "harbour"}"#, to: "\(folder)/one.jsonl")
            func evaluation(_ file: String) throws -> ClassifierEvaluation {
                try ClassifierEvaluation(
                    folder: "\(folder)/model", data: EvaluationData(labeled("\(folder)/\(file)")), quickContext)
            }
            let (one, five) = (try evaluation("one.jsonl"), try evaluation("five.jsonl"))
            #expect(one.metrics.allSatisfy { $0.interval == nil })
            #expect(one.json()["metrics"]?["accuracy"]?["low"]?.isNull == true)
            #expect(!one.report().markdown.contains("1.000, 1.000"))
            let accuracy = try #require(five.metrics.first { $0.name == "accuracy" })
            #expect(accuracy.value == 1 && (accuracy.interval?.lower ?? 1) < 0.6)
            // A metric with the same value in every resample has none.
            #expect(five.metrics.first { $0.name == "macroF1" }?.interval == nil)
            let table = five.report().markdown
            #expect(table.contains("too few to tell") && !table.contains("1.000, 1.000"))
        }
    }

    @Test("a word pulls by what the label loses without it")
    func words() throws {
        try withTemporaryFolder { folder in
            try SmallClassifier.write(to: "\(folder)/model")
            try AtomicFile.write(
                #"{"headline": "ferry stew", "category": "harbour"}"# + "\n", to: "\(folder)/data.jsonl")
            let data = try EvaluationData(labeled("\(folder)/data.jsonl"))
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

    @Test("the card replaces old metrics by new ones and keeps the rest")
    func card() throws {
        try withTemporaryFolder { folder in
            try SmallClassifier.write(to: "\(folder)/model")
            let data = try EvaluationData(labeled(try TopicFile.write(20, seed: 2, to: "\(folder)/data.jsonl")))
            let evaluation = try ClassifierEvaluation(folder: "\(folder)/model", data: data, quickContext)
            for _ in 0..<2 { try evaluation.updateCard() }
            let card = String(decoding: try readFile("\(folder)/model/README.md"), as: UTF8.self)
            #expect(card.hasPrefix("# Small\n") && card.contains("## Limits\n\nMany.") && !card.contains("\nold\n"))
            #expect(card.components(separatedBy: "## Evaluation").count == 2)
            #expect(card.contains(data.source.digest) && card.contains("| accuracy |") && card.contains("| harbour |"))
            #expect(card.contains("Probabilities are not calibrated."))
            try SmallClassifier.write(to: "\(folder)/divided", temperature: 2.5)
            let divided = try ClassifierEvaluation(folder: "\(folder)/divided", data: data, quickContext)
            for _ in 0..<2 { try divided.updateCard() }
            let other = String(decoding: try readFile("\(folder)/divided/README.md"), as: UTF8.self)
            #expect(other.components(separatedBy: "divided by the temperature 2.5000").count == 2)
        }
    }

    @Test("headlines whose words are left out are dealt over the labels, then over the file")
    func dealing() {
        let rows = Array(0..<100)
        let labels = rows.map { $0 < 90 ? 0 : $0 < 96 ? 1 : 2 }
        #expect(WordPulls.dealt(rows, by: labels, 9) == [0, 30, 60, 90, 92, 94, 96, 97, 98])
        #expect(WordPulls.dealt(rows, by: labels, 14).count { $0 < 90 } == 5)
        #expect(WordPulls.dealt(rows, by: labels, 200) == rows && WordPulls.dealt([], by: [], 5).isEmpty)
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
