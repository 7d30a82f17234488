import Checkpoints
import Files
import Foundation
import HeadlineData
import Settings
import Testing
import TestSupport
import Training

/// `checkpoints/README.md` against the files of real runs.
@Suite("The description of run states")
struct RunStateDocumentTests {
    @Test("every name it mentions is in the run state of a generator or a classifier, and weights are named as it says")
    func names() throws {
        let text = try readFile(repositoryRoot.appendingPathComponent("checkpoints/README.md").path)
        let documented = String(decoding: text, as: UTF8.self)
            .matches(of: /(?:model|optimizer\/[a-z_]+|metadata)\/[a-zA-Z0-9_.]+/).map { String($0.output) }
        #expect(documented.count >= 6)
        try withTemporaryFolder { folder in
            try TinyRun(in: folder, named: "generator").go()
            let sample = try readFile(repositoryRoot.appendingPathComponent("data/sample/headlines.jsonl").path)
            let lines = sample.split(separator: UInt8(ascii: "\n")).prefix(60)
            try AtomicFile.write(Array(lines.joined(separator: [UInt8(ascii: "\n")])), to: "\(folder)/headlines.jsonl")
            var classifier = ClassifierSettings()
            classifier.output = ConfiguredPath("\(folder)/classifier")
            classifier.data.train = ConfiguredPath("\(folder)/headlines.jsonl")
            classifier.data.split.method = .stratified
            classifier.tokenizer.vocabularySize = 300
            (classifier.model.layers, classifier.model.hiddenSize, classifier.model.heads) = (2, 16, 2)
            classifier.model.contextLength = 48
            classifier.batches.steps = 6
            classifier.batches.headlinesPerStep = 8
            classifier.logging.tensorBoard = false
            _ = try TrainingRun<ClassifierSetup>(classifier, resume: false).train(
                progress: EventList(), stopSignal: { nil })
            var names: Set<String> = []
            for (run, prefix) in [("generator", "transformer."), ("classifier", "")] {
                let path = "\(folder)/\(run)"
                let state = try RunStateReader(path: "\(path)/\(RunStateLayout.fileName(step: 6))")
                names.formUnion(state.names + state.metadataNames.map { "metadata/\($0)" })
                let weights = state.names.filter { $0.hasPrefix("model/") }.map { prefix + $0.dropFirst(6) }
                #expect(try Set(weights) == Set(SafetensorsFile(path: "\(path)/last/model.safetensors").names))
            }
            for name in documented { #expect(names.contains(name), "\(name)") }
        }
    }
}
