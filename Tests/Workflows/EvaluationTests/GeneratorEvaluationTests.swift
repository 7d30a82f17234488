import Baselines
import Evaluation
import Files
import Foundation
import HeadlineData
import Inference
import JSON
import ModelFolders
import Reports
import Statistics
import Testing
import TestSupport
import Tokenization

@Suite("Evaluation of a generator")
struct GeneratorEvaluationTests {
    private var request: GeneratedSamples.Request {
        var request = GeneratedSamples.Request()
        (request.count, request.openings, request.completions, request.consistencyOpenings) = (12, 3, 2, 8)
        request.sampling.maximumNewTokens = 8
        return request
    }

    private func unlabeled(_ data: String, training: String? = nil) throws -> EvaluationData {
        var request = EvaluationData.Request(data: data, isLabeled: false)
        request.training = training
        request.allowedLeakage = 1
        return try EvaluationData(request)
    }

    @Test("perplexities and bits match the lines of predictions.jsonl")
    func figures() throws {
        try withTemporaryFolder { folder in
            try SmallGenerator.write(to: "\(folder)/model")
            let data = try unlabeled(try TopicFile.write(30, seed: 2, to: "\(folder)/data.jsonl"))
            let evaluation = try GeneratorEvaluation(
                folder: "\(folder)/model", data: data, base: nil, samples: request, quickContext)
            let lines = try evaluation.predictionLines.split(separator: UInt8(ascii: "\n")).map {
                try JSONValue(parsing: Array($0))
            }
            let nats = lines.compactMap { $0["nats"]?.number }.reduce(0, +)
            let tokens = lines.compactMap { $0["tokens"]?.integer }.reduce(0, +)
            let words = data.texts.reduce(0) { $0 + $1.split(separator: " ").count }
            let bytes = data.texts.reduce(0) { $0 + $1.utf8.count }
            let metrics = try #require(evaluation.json()["metrics"])
            func isNear(_ name: String, _ expected: Double) -> Bool {
                abs((metrics[name]?["value"]?.number ?? 0) / expected - 1) < 1e-9
            }
            #expect(lines.count == 30 && isNear("perplexity", exp(nats / Double(tokens))))
            #expect(isNear("perplexityPerWord", exp(nats / Double(words))))
            #expect(isNear("bitsPerByte", nats / log(2) / Double(bytes)))
            for line in lines {
                let sum = line["tokenNats"]?.array?.compactMap(\.number).reduce(0, +) ?? 0
                #expect(abs(sum - (line["nats"]?.number ?? 0)) < 1e-9)
            }
            let known = Set(GeneratorEvaluation.metricNames)
            #expect(metrics.object?.allSatisfy { known.contains($0.key) } == true)
            #expect(evaluation.samples.texts.count <= 12 && evaluation.samples.page.count == 3)
            // The page is what `headline complete` writes.
            let generator = try GeneratorFolder(path: "\(folder)/model")
            let prompt = evaluation.samples.page[1]
            let again = try Generator(generator.load(for: .inference).model, generator.tokenizer)
                .complete(prompt.text, count: 2, options: request.sampling)
            #expect(again == prompt.completions)
            #expect(prompt.original?.hasPrefix(prompt.text) == true)
            #expect(evaluation.report().html.contains("Completions"))
            #expect(
                evaluation.report().html.contains("distinct-n") && evaluation.report().html.contains("bits per byte"))
            #expect(evaluation.verdict.outcome != .good)
            #expect(evaluation.verdict.reasons.contains { $0.contains("no baseline was compared") })
        }
    }

    @Test("baselines learn from the training file, and the untuned model is judged alike")
    func baselines() throws {
        try withTemporaryFolder { folder in
            try SmallGenerator.write(to: "\(folder)/model")
            try SmallGenerator.write(to: "\(folder)/other", vocabulary: 290)
            let training = try TopicFile.write(100, seed: 3, to: "\(folder)/train.jsonl")
            let data = try unlabeled(
                try TopicFile.write(30, seed: 2, to: "\(folder)/data.jsonl"), training: training)
            let evaluation = try GeneratorEvaluation(
                folder: "\(folder)/model", data: data, base: "\(folder)/model", samples: request, quickContext)
            #expect(evaluation.baselines.map(\.name) == ["unigram", "trigram", "base"])
            let tokenizer = try GeneratorFolder(path: "\(folder)/model").tokenizer
            let end = try #require(tokenizer.endOfText)
            let unigram = UnigramModel(
                data.training.flatMap { tokenizer.encode($0.text) + [end] }, vocabularySize: tokenizer.vocabularySize)
            let targets = data.texts.map { tokenizer.encode($0) + [end] }
            let nats = targets.reduce(0.0) { $0 + unigram.nats(of: $1) }
            let expected = exp(nats / Double(targets.reduce(0) { $0 + $1.count }))
            let found = try #require(evaluation.baselines[0].perplexity?.estimate)
            #expect(abs(found / expected - 1) < 1e-9)
            // Random weights know less than frequencies, and as much as themselves.
            #expect(evaluation.baselines[0].comparison?.outcome == .aIsBetter)
            let base = evaluation.baselines[2]
            #expect(base.comparison?.outcome == .undecided && base.comparison?.difference.estimate == 0)
            #expect(evaluation.verdict.reasons.contains { $0.contains("is this model: their weights have the same") })
            #expect(!evaluation.verdict.reasons.contains { $0.contains("fine-tuning has not improved") })
            #expect(evaluation.verdict.outcome == .bad && evaluation.summary.contains("Don't ship this yet"))
            // With other tokens there is no perplexity to compare, but there are bits.
            let other = try GeneratorEvaluation(
                folder: "\(folder)/model", data: data, base: "\(folder)/other", samples: request, quickContext
            ).baselines[2]
            #expect(other.perplexity == nil && other.bitsPerByte != nil && other.comparison != nil)
        }
    }

    @Test("samples without a word are counted, and no ending of a headline")
    func emptySamples() throws {
        try withTemporaryFolder { folder in
            try SmallGenerator.write(to: "\(folder)/model", endings: 5)
            let data = try unlabeled(try TopicFile.write(30, seed: 2, to: "\(folder)/data.jsonl"))
            var request = request
            request.count = 100
            let evaluation = try GeneratorEvaluation(
                folder: "\(folder)/model", data: data, base: nil, samples: request, quickContext)
            let samples = evaluation.samples
            let empty = 100 - samples.texts.count
            #expect(empty > 0 && samples.emptyShare.estimate == Double(empty) / 100)
            #expect(samples.naturalEndings.count == samples.texts.count)
            #expect(evaluation.metrics.contains { $0.name == "emptyShare" && $0.value == Double(empty) / 100 })
            #expect(evaluation.json()["samples"]?["emptyShare"]?["value"]?.number == Double(empty) / 100)
            #expect(evaluation.json()["samples"]?["drawn"]?.integer == 100)
            #expect(evaluation.report().markdown.contains("\(empty) of 100 are empty"))
            #expect(
                ([evaluation.verdict.sentence] + evaluation.verdict.reasons).contains { $0.contains("are empty") })
            // Four issues with advice, and no word less of the others.
            #expect(evaluation.verdict.reasons.count { $0.hasPrefix("Fix first: ") || $0.hasPrefix("Then: ") } == 4)
            #expect(evaluation.verdict.reasons.last?.hasPrefix("Also: ") == true, "\(evaluation.verdict.reasons)")
        }
    }

    @Test("samples are compared with equally many real headlines, even if there are fewer of those")
    func fewRealOnes() throws {
        try withTemporaryFolder { folder in
            try SmallGenerator.write(to: "\(folder)/model")
            let data = try unlabeled(try TopicFile.write(5, seed: 2, to: "\(folder)/data.jsonl"))
            let samples = try GeneratorEvaluation(
                folder: "\(folder)/model", data: data, base: nil, samples: request, quickContext
            ).samples
            #expect(samples.texts.count > 5 && samples.statistics.count == 5 && samples.reference.count == 5)
            #expect(
                samples.statistics
                    == SampleStatistics(
                        samples: Array(
                            samples.texts.indices.filter { index in
                                (0..<5).contains { $0 * samples.texts.count / 5 == index }
                            }.map { samples.texts[$0] }), real: data.texts))
        }
    }

    @Test("samples that appear in the training file are counted and shown as copies")
    func copies() throws {
        try withTemporaryFolder { folder in
            try SmallGenerator.write(to: "\(folder)/model")
            let file = try TopicFile.write(20, seed: 2, to: "\(folder)/data.jsonl")
            let first = try GeneratorEvaluation(
                folder: "\(folder)/model", data: unlabeled(file), base: nil, samples: request, quickContext)
            #expect(first.samples.copiedShare == nil)
            let written = first.samples.texts
            try AtomicFile.write(written.dropFirst(3).joined(separator: "\n"), to: "\(folder)/train.txt")
            let second = try GeneratorEvaluation(
                folder: "\(folder)/model", data: unlabeled(file, training: "\(folder)/train.txt"), base: nil,
                samples: request, quickContext)
            #expect(second.samples.texts == written)
            let share = try #require(second.samples.copiedShare?.estimate)
            #expect(share >= Double(written.count - 3) / Double(written.count) && share <= 1)
            #expect(
                ([second.verdict.sentence] + second.verdict.reasons).contains { $0.contains("copy training headlines") }
            )
        }
    }

    @Test("a classifier says which categories samples are of")
    func categories() throws {
        try withTemporaryFolder { folder in
            try SmallGenerator.write(to: "\(folder)/model")
            try SmallClassifier.write(to: "\(folder)/classifier")
            let data = try unlabeled(try TopicFile.write(30, seed: 2, to: "\(folder)/data.jsonl"))
            var request = request
            request.classifier = "\(folder)/classifier"
            let evaluation = try GeneratorEvaluation(
                folder: "\(folder)/model", data: data, base: nil, samples: request, quickContext)
            let categories = try #require(evaluation.samples.categories)
            #expect(Set(categories.mix.map(\.label)) == ["harbour", "kitchen"])
            #expect(abs(categories.mix.reduce(0) { $0 + $1.real } - 1) < 1e-9)
            #expect(categories.consistency?.count == 8 && (0...1).contains(categories.distance))
            #expect(evaluation.samples.page.allSatisfy { $0.categories.count == 2 })
            let names = evaluation.metrics.map(\.name)
            #expect(names.contains("categoryDistance") && names.contains("categoryConsistency"))
            let digest = try SHA256Digest.ofFile("\(folder)/classifier/model.safetensors").hexadecimal
            #expect(evaluation.json()["classifier"]?["sha256"]?.string == digest)
            #expect(evaluation.json()["base"]?.isNull == true)
            #expect(evaluation.report().html.contains(digest))
            // Where everything has one label, nothing can be said of completions that keep to it.
            try SmallClassifier.write(to: "\(folder)/collapsed", biases: [90, 0])
            request.classifier = "\(folder)/collapsed"
            let other = try GeneratorEvaluation(
                folder: "\(folder)/model", data: data, base: nil, samples: request, quickContext)
            #expect(other.samples.categories?.chance == 1 && other.samples.categories?.canTell == false)
            #expect(!other.verdict.reasons.contains { $0.contains("category of their prompt") })
        }
    }

    @Test("a label map gives the slices of categories new names, and what is left out is said")
    func slices() throws {
        try withTemporaryFolder { folder in
            try SmallGenerator.write(to: "\(folder)/model")
            let extra = #"{"headline": "rain over the moor tomorrow", "category": "weather"}"#
            try AtomicFile.write(
                (TopicFile.lines(30, seed: 2) + [extra]).joined(separator: "\n"), to: "\(folder)/data.jsonl")
            var reading = EvaluationData.Request(data: "\(folder)/data.jsonl", isLabeled: false)
            reading.map = try LabelMap([("harbour", "coast")], name: "map")
            let evaluation = try GeneratorEvaluation(
                folder: "\(folder)/model", data: EvaluationData(reading), base: nil, samples: request, quickContext)
            let slices = try #require(evaluation.slices.first { $0.title == "category" })
            #expect(Set(slices.rows.map(\.name)) == ["coast", "kitchen"])
            #expect(slices.omission == "Not shown: 1 with fewer than 5 headlines.")
            #expect(evaluation.report().markdown.contains("Not shown: 1 with fewer than 5 headlines"))
        }
    }

    @Test("a seed beyond what integers hold stays as it is")
    func largeSeed() throws {
        try withTemporaryFolder { folder in
            try SmallGenerator.write(to: "\(folder)/model")
            let data = try unlabeled(try TopicFile.write(5, seed: 2, to: "\(folder)/data.jsonl"))
            for (seed, text) in [(UInt64.max, "\"18446744073709551615\""), (7, "7")] {
                let context = EvaluationContext(
                    bootstrap: Bootstrap(seed: seed, resamples: 100), command: "evaluate test")
                let document = try GeneratorEvaluation(
                    folder: "\(folder)/model", data: data, base: nil, samples: request, context
                ).json()
                #expect(String(decoding: try #require(document["seed"]).serialized(), as: UTF8.self) == text)
            }
        }
    }
}
