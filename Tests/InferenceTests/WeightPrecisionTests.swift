import Autograd
import Files
import Foundation
import Inference
import Models
import NumericCore
import TestSupport
import Testing
import Tokenization

@Suite("Folders in fewer bits")
struct WeightPrecisionTests {
    @Test("a generator in bfloat16 or int8 completes nearly as before, from a smaller file that says what it is")
    func generator() throws {
        try withTemporaryFolder { folder in
            let tiny = try TinyGenerator()
            try tiny.write(to: "\(folder)/whole")
            let whole = try GeneratorFolder(path: "\(folder)/whole")
            let headlines = ["Scientists discover a new star", "AI could soon write the news", "Markets"]
            let before = try HeadlineScorer(folder: "\(folder)/whole").scores(of: headlines)
            func size(_ name: String) throws -> Int { try readFile("\(folder)/\(name)/model.safetensors").count }
            for (precision, share, tolerance) in [(WeightPrecision.bfloat16, 0.55, 0.05), (.int8, 0.45, 0.05)] {
                let name = precision.rawValue
                try whole.export(try whole.load(for: .reading), precision: precision, to: "\(folder)/\(name)")
                #expect(Double(try size(name)) < share * Double(try size("whole")))
                #expect(try ModelKind(ofFolder: "\(folder)/\(name)") == .generator)
                let after = try HeadlineScorer(folder: "\(folder)/\(name)").scores(of: headlines)
                for (before, after) in zip(before, after) {
                    #expect(before.targets == after.targets)
                    // Weights of deviation 0.3 in 8 bits: the cost of a token moves by some hundredths of a nat.
                    for (a, b) in zip(before.nats, after.nats) { #expect(abs(a - b) < 0.3) }
                }
                func mean(_ scores: [HeadlineScorer.Score]) -> Double {
                    scores.flatMap(\.nats).reduce(0, +) / Double(scores.flatMap(\.nats).count)
                }
                #expect(abs(mean(after) - mean(before)) < tolerance)
                #expect(try GenerationText.complete("\(folder)/\(name)").hasPrefix("AI"))
            }
            let config = String(decoding: try readFile("\(folder)/int8/config.json"), as: UTF8.self)
            #expect(config.contains("headlinekit_gpt2_int8"))
            #expect(throws: FileError.self) { try GeneratorFolder(path: "\(folder)/int8").load(for: .training) }
        }
    }

    private enum GenerationText {
        static func complete(_ folder: String) throws -> String {
            let folder = try GeneratorFolder(path: folder)
            let generator = try Generator(folder.load(for: .inference).model, folder.tokenizer)
            return try generator.complete("AI", count: 1, options: SamplingOptions())[0].headline
        }
    }

    @Test("a classifier in int8 gives nearly the same logits, few rows and many", arguments: [false, true])
    func classifier(_ isMean: Bool) throws {
        try withTemporaryFolder { folder in
            let tiny = try TinyClassifier(pooling: isMean ? .mean : .cls)
            try tiny.write(to: "\(folder)/whole")
            let whole = try ClassifierFolder(path: "\(folder)/whole")
            try whole.export(try whole.load(for: .reading), precision: .int8, to: "\(folder)/int8")
            let small = try ClassifierFolder(path: "\(folder)/int8")
            #expect(small.configuration.isInt8 && small.configuration.model == whole.configuration.model)
            let (a, b) = (try whole.load(for: .inference).model, try small.load(for: .inference).model)
            for lengths in [[3, 5], [Int](repeating: 12, count: 9)] {
                let tokens = (0..<lengths.reduce(0, +)).map { Int32($0 * 7 % 50) }
                let segments = Segments(lengths: lengths)
                let (x, y) = (a(tokens, segments).value.elements, b(tokens, segments).value.elements)
                for (x, y) in zip(x, y) { #expect(abs(x - y) < 0.05 * max(1, abs(x))) }
                #expect(x != y)
            }
            #expect(throws: FileError.self) { try small.load(for: .training) }
        }
    }

    @Test("scores are the model's own log-probabilities, the end of text included unless a headline is cut")
    func scores() throws {
        let tiny = try TinyGenerator(positions: 16)
        let end = try #require(tiny.tokenizer.endOfText)
        let headlines = ["AI could soon", "", String(repeating: "q", count: 40), "New law"]
        let scorer = try HeadlineScorer(tiny.model, tiny.tokenizer)
        var seen: [Int] = []
        let scores = scorer.scores(of: headlines) { seen.append($0) }
        #expect(seen.last == 4)
        #expect(scores.map(\.isCut) == [false, false, true, false])
        for (headline, score) in zip(headlines, scores) {
            let ids = tiny.tokenizer.encode(headline)
            #expect(score.targets == (score.isCut ? Array(ids.prefix(16)) : ids + [end]))
            for (index, nats) in score.nats.enumerated() {
                let logits = tiny.logits(after: [end] + ids.prefix(index)).map(Double.init)
                let sum = logits.reduce(0) { $0 + exp($1) }
                #expect(abs(nats - (log(sum) - logits[Int(score.targets[index])])) < 1e-4)
            }
        }
    }

    @Test("the kind of a folder is told by its config.json, and others are refused by what they name")
    func kinds() throws {
        try withTemporaryFolder { folder in
            try TinyGenerator().write(to: "\(folder)/g")
            try TinyClassifier().write(to: "\(folder)/c")
            #expect(try ModelKind(ofFolder: "\(folder)/g") == .generator)
            #expect(try ModelKind(ofFolder: "\(folder)/c") == .classifier)
            for (text, part) in [("{\"model_type\": \"t5\"}", "t5"), ("{}", "model_type"), ("no", "model_type")] {
                try AtomicFile.write(text, to: "\(folder)/g/config.json")
                let error = #expect(throws: FileError.self) { try ModelKind(ofFolder: "\(folder)/g") }
                #expect(error?.description.contains(part) == true)
            }
            #expect(throws: FileError.self) { try ModelKind(ofFolder: "\(folder)/none") }
        }
    }
}
