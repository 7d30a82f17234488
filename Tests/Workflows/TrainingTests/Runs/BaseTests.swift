import Files
import Foundation
import HeadlineData
import Inference
import JSON
import ModelFolders
import Settings
import Testing
import TestSupport
import Text
import Tokenization
import Training

@Suite("What a run takes from a base model")
struct BaseTests {
    /// A generator that was trained in a moment, with a vocabulary of `entries`; returns its model folder.
    private func generator(in folder: String, entries: Int) throws -> String {
        var run = try TinyRun(in: folder, named: "base-\(entries)", steps: 3)
        run.settings.tokenizer.vocabularySize = entries
        try run.go()
        return "\(run.path)/last"
    }

    @Test("fresh weights in a base's sizes take the vocabulary of the tokenizer that is named, larger or smaller")
    func freshWeights() throws {
        try withTemporaryFolder { folder in
            let base = try generator(in: folder, entries: 300)
            for entries in [280, 400] {
                var run = try TinyRun(in: folder, named: "fresh-\(entries)", steps: 3)
                run.settings.model.base = ConfiguredPath(base)
                run.settings.model.freshWeights = true
                run.settings.tokenizer.folder = ConfiguredPath(try generator(in: folder, entries: entries))
                #expect(try run.go().outcome == .finished)
                let model = try GeneratorFolder(path: "\(run.path)/last")
                let configuration = try JSONValue(parsing: try readFile("\(model.path)/config.json"))
                #expect(configuration["vocab_size"]?.integer == entries)
                #expect(model.tokenizer.vocabularySize == entries)
            }
        }
    }

    @Test("entries of one kind in many layers are named together, and none is left out")
    func names() {
        let masks = (0..<6).flatMap { ["h.\($0).attn.bias", "h.\($0).attn.masked_bias"] }
        let cases: [(names: [String], text: String)] = [
            ([], ""), (["lm_head.weight"], "lm_head.weight"),
            (masks + ["lm_head.weight"], "h.{0…5}.attn.bias, h.{0…5}.attn.masked_bias, lm_head.weight"),
            (["transformer.h.3.attn.bias"], "transformer.h.3.attn.bias"),
            (["h.0.attn.bias", "h.1.attn.bias"], "h.{0, 1}.attn.bias"),
            (["h.10.a", "h.2.a", "h.4.a"], "h.{2, 4, 10}.a"), (["cls.bias", "a.0", "cls.x"], "cls.bias, a.0, cls.x"),
        ]
        for (names, text) in cases { #expect(shortList(ofEntries: names) == text) }
    }

    @Test(
        "a classifier's vocabulary that is smaller than its base is said, and one that spells hardly a word is refused")
    func smallVocabulary() throws {
        try withTemporaryFolder { folder in
            let headlines = "\(folder)/headlines.jsonl"
            let sample = try readFile(repositoryRoot.appendingPathComponent("data/sample/headlines.jsonl").path)
            try AtomicFile.write(
                Array(sample.split(separator: UInt8(ascii: "\n")).prefix(60).joined(separator: [UInt8(ascii: "\n")])),
                to: headlines)
            var settings = ClassifierSettings()
            settings.data.train = ConfiguredPath(headlines)
            settings.data.split.method = .stratified
            settings.tokenizer.vocabularySize = 300
            settings.model.hiddenSize = 16
            settings.model.heads = 2
            settings.batches.steps = 2
            settings.logging.tensorBoard = false
            settings.output = ConfiguredPath("\(folder)/run")
            _ = try TrainingRun<ClassifierSetup>(settings, resume: false).train(
                progress: EventList(), stopSignal: { nil })
            let base = "\(folder)/run/last"
            settings.model.base = ConfiguredPath(base)

            let entries = try WordPieceTokenizer(folder: base).tokens
            func setUp(_ tokens: some Sequence<String>) throws -> [String] {
                try? FileManager.default.removeItem(atPath: "\(base)/tokenizer.json")
                try AtomicFile.write(tokens.joined(separator: "\n") + "\n", to: "\(base)/vocab.txt")
                var notes: [String] = []
                _ = try ClassifierSetup(settings, restoring: false) { notes.append($0) }
                return notes
            }
            #expect(!(try setUp(entries).contains { $0.contains("has room for") || $0.contains("[UNK]") }))
            let shorter = try setUp(entries.dropLast(10))
            #expect(
                shorter.contains { $0.contains("its vocabulary has 290 entries and its model has room for 300") },
                "\(shorter)")
            let error = #expect(throws: TrainingError.self) { try setUp(entries.prefix(5) + ["the", "of"]) }
            let text = error?.description ?? ""
            #expect(text.contains("[UNK]") && text.contains("7 entries") && text.contains("model.base"), "\(text)")
            #expect(error?.category == .invalidInput)
        }
    }
}
