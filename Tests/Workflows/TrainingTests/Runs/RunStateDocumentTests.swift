import Checkpoints
import Files
import Foundation
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
            let generator = try TinyRun(in: folder, named: "generator", steps: 1)
            try generator.go()
            var classifier = ClassifierSettings()
            classifier.output = ConfiguredPath("\(folder)/classifier")
            classifier.data.train = ConfiguredPath("\(folder)/labeled.jsonl")
            let headlines = (0..<40).map { "{\"headline\":\"word\($0) is new\",\"category\":\"\($0 % 2)\"}\n" }
            try AtomicFile.write(headlines.joined(), to: "\(folder)/labeled.jsonl")
            classifier.tokenizer.vocabularySize = 100
            (classifier.model.layers, classifier.model.hiddenSize, classifier.model.heads) = (1, 16, 2)
            classifier.model.contextLength = 48
            classifier.batches.steps = 1
            classifier.batches.headlinesPerStep = 8
            classifier.logging.tensorBoard = false
            _ = try TrainingRun<ClassifierSetup>(classifier, resume: false).train(
                progress: EventList(), stopSignal: { nil })
            var names: Set<String> = []
            for (run, prefix) in [("generator", "transformer."), ("classifier", "")] {
                let path = "\(folder)/\(run)"
                let state = try RunStateReader(path: "\(path)/\(RunStateLayout.fileName(step: 1))")
                names.formUnion(state.names + state.metadataNames.map { "metadata/\($0)" })
                let weights = state.names.filter { $0.hasPrefix("model/") }.map { prefix + $0.dropFirst(6) }
                #expect(try Set(weights) == Set(SafetensorsFile(path: "\(path)/last/model.safetensors").names))
            }
            for name in documented { #expect(names.contains(name), "\(name)") }
        }
    }
}
