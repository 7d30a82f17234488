import Autograd
import Files
import Foundation
import HeadlineData
import Inference
import JSON
import Settings
import Testing
import TestSupport
import Text
import Tokenization
import Training

@Suite("Training a classifier")
struct ClassifierTaskTests {
    /// Settings of a classifier that trains in a moment on the first headlines of the sample.
    private func settings(in folder: String) throws -> ClassifierSettings {
        let sample = try readFile(repositoryRoot.appendingPathComponent("data/sample/headlines.jsonl").path)
        let lines = sample.split(separator: UInt8(ascii: "\n")).prefix(60)
        try AtomicFile.write(Array(lines.joined(separator: [UInt8(ascii: "\n")])), to: "\(folder)/headlines.jsonl")
        var settings = ClassifierSettings()
        settings.output = ConfiguredPath("\(folder)/run")
        settings.data.train = ConfiguredPath("\(folder)/headlines.jsonl")
        settings.data.split.method = .stratified
        settings.tokenizer.vocabularySize = 300
        settings.model.layers = 2
        settings.model.hiddenSize = 16
        settings.model.heads = 2
        settings.model.contextLength = 48
        settings.batches.steps = 6
        settings.batches.headlinesPerStep = 8
        settings.evaluation.everySteps = 3
        settings.optimizer.learningRate = 1e-2
        settings.logging.tensorBoard = false
        return settings
    }

    @Test("a step counts its headlines, or their class weights")
    func counts() throws {
        try withTemporaryFolder { folder in
            var settings = try settings(in: folder)
            let plain = try ClassifierSetup(settings, restoring: true) { _ in }.classifier
            settings.loss.classWeights = .balanced
            let weighted = try ClassifierSetup(settings, restoring: true) { _ in }.classifier
            var steps = try StepSequence(plain.plan)
            var (headlines, weights) = (0.0, 0.0)
            repeat {
                let next = steps.next()
                let step = try #require(next)
                #expect(step.headlines.count <= 8)
                #expect(plain.lossCount(of: step) == Double(step.headlines.count))
                headlines += plain.lossCount(of: step)
                weights += weighted.lossCount(of: step)
            } while steps.cursor.epoch == 0
            #expect(headlines == Double(plain.plan.lengths.count))
            // Class weights have mean 1 over the training headlines.
            #expect(abs(weights - headlines) <= 1e-4 * headlines)
        }
    }

    @Test("the learning rate decays from the head to the embeddings, and what is frozen is not trained")
    func fineTuning() throws {
        try withTemporaryFolder { folder in
            var settings = try settings(in: folder)
            settings.fineTuning.layerDecay = 0.5
            let task = try ClassifierSetup(settings, restoring: true) { _ in }.classifier
            for parameter in task.allParameters {
                let expected =
                    parameter.name.hasPrefix("bert.embeddings.")
                    ? 0.125
                    : parameter.name.hasPrefix("bert.encoder.layer.0.")
                        ? 0.25 : parameter.name.hasPrefix("bert.encoder.layer.1.") ? 0.5 : 1
                #expect(task.learningRateScale(of: parameter) == expected, "\(parameter.name)")
            }
            #expect(task.trainedParameters.count == task.allParameters.count)
            settings.fineTuning.freezeEmbeddings = true
            settings.fineTuning.freezeLayers = 1
            let frozen = try ClassifierSetup(settings, restoring: true) { _ in }.classifier.trainedParameters.map(
                \.name)
            #expect(!frozen.isEmpty)
            #expect(!frozen.contains { $0.hasPrefix("bert.embeddings.") || $0.hasPrefix("bert.encoder.layer.0.") })
            #expect(frozen.count { $0.hasPrefix("bert.encoder.layer.1.") } == 16)
        }
    }

    /// How a run ends whose weights diverge at once, and whose skipped steps are let pass.
    /// - Parameter signal: the signal that has arrived after so many steps.
    private func diverged(in folder: String, signal: (Int) -> Int32?) throws -> TrainingError? {
        var settings = try settings(in: folder)
        settings.optimizer.learningRate = 1e10
        settings.lossSpikeGuard.patience = 1_000
        let events = EventList()
        return #expect(throws: TrainingError.self) {
            try TrainingRun<ClassifierSetup>(settings, resume: false).train(
                progress: events, stopSignal: { signal(events.steps.count) })
        }
    }

    @Test("a run whose weights diverge ends as failed at the next evaluation, and no model is called the best")
    func diverging() throws {
        try withTemporaryFolder { folder in
            let error = try diverged(in: folder) { _ in nil }
            let text = error?.description ?? ""
            #expect(text.contains("after step 3 is not finite") && text.contains("diverged"), "\(text)")
            #expect(error?.category == .failure)
            #expect(!pathExists("\(folder)/run/best") && !pathExists("\(folder)/run/last"))
            let record = try readFile("\(folder)/run/metrics.jsonl").split(separator: UInt8(ascii: "\n")).map {
                try JSONValue(parsing: Array($0))
            }
            #expect(record.last?["kind"]?.string == "stopped")
            let evaluation = record.last { $0["kind"]?.string == "evaluation" }
            #expect(evaluation?["step"]?.integer == 3 && evaluation?["loss"]?.isNull == true)
        }
    }

    @Test("a signal that finds diverged weights saves the run, and writes no model of them")
    func stoppedDiverging() throws {
        try withTemporaryFolder { folder in
            let error = try diverged(in: folder) { $0 == 2 ? 15 : nil }
            #expect(error?.description.contains("no model folder was written") == true)
            #expect(pathExists("\(folder)/run/step-000002.h5") && !pathExists("\(folder)/run/last"))
        }
    }

    @Test("a run keeps the model of the best macro-F1, and its export gives the probabilities that were evaluated")
    func run() throws {
        try withTemporaryFolder { folder in
            let settings = try settings(in: folder)
            let events = EventList()
            let result = try TrainingRun<ClassifierSetup>(settings, resume: false).train(
                progress: events, stopSignal: { nil })
            #expect(result.outcome == .finished)
            let evaluations = events.evaluations
            #expect(evaluations.map(\.step) == [0, 3, 6])
            let best = try #require(evaluations.last { $0.isBest })
            let highest = evaluations.dropFirst().compactMap { $0.result.value("macroF1") }.max()
            #expect(best.result.value("macroF1") == highest)
            #expect(result.summary?.contains("naive Bayes") == true)
            // The card does not judge the temperature by the headlines it was fitted to.
            let table = try #require(result.summary?.split(separator: "\n"))
            let crossFitted = try #require(table.first { $0.hasPrefix("after, cross-fitted") })
            let card = String(decoding: try readFile("\(folder)/run/best/README.md"), as: UTF8.self)
            let numbers = crossFitted.split(separator: " ").compactMap { Double($0) }
            let row = String(format: "| expected calibration error, 15 bins | %.4f |", numbers[2])
            #expect(card.contains(row), "\(card)")

            // The exported head is divided by a temperature, which changes no label: accuracy is what the evaluation said.
            let classifier = try Classifier(folder: "\(folder)/run/best")
            var held: [String] = []
            let data = try HeadlineTable(readingFrom: "\(folder)/headlines.jsonl", format: nil, columns: ColumnNames())
            let split = try Split(of: data.rows, method: .stratified, fraction: 0.1, seed: 1)
            let rows = split.validation.map { data.rows[$0] }
            held = rows.map(\.text)
            let predictions = try classifier.classify(held)
            let right = zip(predictions, rows).count { $0.candidates[0].label == $1.category }
            #expect(Double(right) / Double(rows.count) == best.result.value("accuracy"))
            for prediction in predictions {
                #expect(abs(prediction.candidates.reduce(0) { $0 + $1.probability } - 1) < 1e-9)
            }
        }
    }
}
