import Evaluation
import Files
import HeadlineData
import Inference
import ModelFolders
import Testing
import TestSupport
import Text

@Suite("Refusals of an evaluation")
struct RefusalTests {
    /// Runs `body`, which must throw an error of this status whose one sentence says all of `says`.
    private func refused(
        _ status: Text.ErrorCategory, _ says: String..., sourceLocation: SourceLocation = #_sourceLocation,
        _ body: () throws -> Void
    ) {
        do {
            try body()
            Testing.Issue.record("nothing was refused", sourceLocation: sourceLocation)
        } catch {
            let text = "\(error)"
            #expect((error as? any ReportableError)?.category == status, "\(error)", sourceLocation: sourceLocation)
            for part in says { #expect(text.contains(part), "\(text)", sourceLocation: sourceLocation) }
            #expect(!text.contains("\n"), sourceLocation: sourceLocation)
        }
    }

    @Test("labels the model does not know, a missing column of labels, an empty file")
    func data() throws {
        try withTemporaryFolder { folder in
            try SmallClassifier.write(to: "\(folder)/model")
            func file(_ name: String, _ text: String) throws -> String {
                try AtomicFile.write(text, to: "\(folder)/\(name)")
                return "\(folder)/\(name)"
            }
            let foreign = try file(
                "foreign.csv", "headline,category\nferry runs,harbour\nstew burns,kitchn\ntide turns,weather\n")
            refused(
                .invalidInput, "foreign.csv", "line 3", "kitchn", "1 more", "labels.map", "did you mean \"kitchen\""
            ) {
                let data = try EvaluationData(labeled(foreign))
                _ = try ClassifierEvaluation(folder: "\(folder)/model", data: data, quickContext)
            }
            let plain = try file("plain.csv", "headline\nferry runs\n")
            refused(.invalidInput, "plain.csv", "no column holds labels") { _ = try EvaluationData(labeled(plain)) }
            let empty = try file("empty.csv", "")
            refused(.invalidInput, "empty.csv", "empty") { _ = try EvaluationData(labeled(empty)) }
            refused(.invalidInput, "nowhere.csv", "does not exist") {
                _ = try EvaluationData(labeled("\(folder)/nowhere.csv"))
            }
        }
    }

    @Test("a model of the other kind")
    func otherKind() throws {
        try withTemporaryFolder { folder in
            try SmallClassifier.write(to: "\(folder)/classifier")
            try SmallGenerator.write(to: "\(folder)/generator")
            refused(.invalidRequest, "holds a classifier", "expected a generator") {
                _ = try ModelIdentity("\(folder)/classifier", expected: .generator)
            }
            refused(.invalidRequest, "holds a generator", "expected a classifier") {
                _ = try ModelIdentity("\(folder)/generator", expected: .classifier)
            }
            refused(.invalidRequest, "two models of one kind") {
                _ = try ModelComparison.kind(of: "\(folder)/classifier", "\(folder)/generator")
            }
        }
    }

    @Test("scores that are not finite")
    func notFinite() throws {
        try withTemporaryFolder { folder in
            let (classifier, generator) = ("\(folder)/classifier", "\(folder)/generator")
            try SmallClassifier.write(to: classifier, biases: [.infinity, .infinity])
            try SmallGenerator.write(to: generator, damage: .nan)
            try SmallGenerator.write(to: "\(folder)/sound")
            let file = try TopicFile.write(4, seed: 2, to: "\(folder)/data.jsonl")
            let data = try EvaluationData(labeled(file))
            refused(.invalidInput, "\(classifier): ", "line 1", "data.jsonl", "not finite", "diverged") {
                _ = try ClassifierEvaluation(folder: classifier, data: data, quickContext)
            }
            refused(.invalidInput, "\(generator): ", "line 1", "data.jsonl", "not finite", "diverged") {
                _ = try GeneratorEvaluation(
                    folder: generator, data: data, base: nil, samples: .init(), quickContext)
            }
            refused(.invalidInput, "\(generator): ", "line 1", "not finite") {
                _ = try GeneratorEvaluation(
                    folder: "\(folder)/sound", data: data, base: generator, samples: .init(), quickContext)
            }
            // The same holds for a classifier that labels samples.
            var request = GeneratedSamples.Request()
            (request.count, request.openings, request.classifier) = (2, 1, classifier)
            request.sampling.maximumNewTokens = 8
            refused(.invalidInput, "\(classifier): ", "the headline \"", "not finite", "diverged") {
                _ = try GeneratorEvaluation(
                    folder: "\(folder)/sound", data: data, base: nil, samples: request, quickContext)
            }
        }
    }

    @Test("headlines that also appear in the training file, unless they are allowed")
    func leakage() throws {
        try withTemporaryFolder { folder in
            let lines = TopicFile.lines(20, seed: 4)
            try AtomicFile.write(lines.joined(separator: "\n"), to: "\(folder)/train.jsonl")
            let own = [#"{"headline": "Plumber sues the moon over a late delivery of gravel", "category": "kitchen"}"#]
            try AtomicFile.write((lines.prefix(1) + own).joined(separator: "\n"), to: "\(folder)/data.jsonl")
            var request = labeled("\(folder)/data.jsonl", training: "\(folder)/train.jsonl")
            refused(.invalidInput, "data.jsonl", "1 of its 2 headlines", "50.0 %", "more than the 2.0 % allowed") {
                _ = try EvaluationData(request)
            }
            request.allowedLeakage = 0.5
            let data = try EvaluationData(request)
            #expect(data.leakage?.overlap.exact == 1 && data.leakage?.share == 0.5)
            request.heldOut = try EvaluationData.HeldOut("random:0.5:1")
            refused(.invalidRequest, "a training file and a held-out part") { _ = try EvaluationData(request) }
        }
    }

    @Test("the held-out part is the one that training holds out, and the rest is the training data")
    func heldOut() throws {
        try withTemporaryFolder { folder in
            let file = try TopicFile.write(40, seed: 5, to: "\(folder)/data.jsonl")
            var request = labeled(file)
            request.heldOut = try EvaluationData.HeldOut("stratified:0.25:7")
            let data = try EvaluationData(request)
            let rows = try LabeledRows(HeadlineTable(readingFrom: file)).rows
            let split = try Split(of: rows, method: .stratified, fraction: 0.25, seed: 7)
            #expect(data.headlines == split.validation.map { rows[$0] })
            #expect(data.training == split.training.map { rows[$0] } && data.training.count > 20)
            for text in ["stratified", "halves:0.2:1", "random:2:1", "random:0.2:-1", "random:0:1"] {
                refused(.invalidRequest, text, "stratified:0.2:1") {
                    _ = try EvaluationData.HeldOut(text)
                }
            }
        }
    }

    @Test("unknown baselines")
    func baselines() throws {
        #expect(try ClassifierBaseline.list("none").isEmpty)
        #expect(try ClassifierBaseline.list("naive-bayes,majority,naive-bayes") == [.naiveBayes, .majority])
        refused(.invalidRequest, "`bayes`", "naive-bayes") { _ = try ClassifierBaseline.list("bayes") }
        refused(.invalidRequest, "naive-bayes") { _ = try ClassifierBaseline.list("") }
    }
}
