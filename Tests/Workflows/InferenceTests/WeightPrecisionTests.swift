import Autograd
import Files
import Foundation
import Inference
import ModelFolders
import Models
import NeuralNetwork
import NumericCore
import Testing
import TestSupport
import Text
import TinyModels
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
            for (precision, share, tolerance) in [(DType.bfloat16, 0.55, 0.05), (.int8, 0.45, 0.05)] {
                let name = precision.rawValue
                try whole.export(try whole.load(for: .reading), dtype: precision, to: "\(folder)/\(name)")
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

    @Test(
        "a weight that is not finite is an error that names its array, in every precision, and nothing is left behind")
    func notFinite() throws {
        for value in [Float.nan, .infinity, -.infinity] {
            try withTemporaryFolder { folder in
                let generator = try TinyGenerator()
                try generator.spoil("h.1.attn.c_proj.weight", with: value)
                try generator.write(to: "\(folder)/generator")
                let classifier = try TinyClassifier()
                let name = "bert.encoder.layer.0.output.dense.weight"
                let parameter = try #require(classifier.store.parameters.first { $0.name == name })
                var values = parameter.array.elements
                values[5] = value
                parameter.buffer?.assign(NDArray(values, shape: parameter.shape))
                try classifier.write(to: "\(folder)/classifier")
                for precision in DType.allCases {
                    let output = "\(folder)/output"
                    let first = #expect(throws: FileError.self) {
                        let folder = try GeneratorFolder(path: "\(folder)/generator")
                        try folder.export(try folder.load(for: .reading), dtype: precision, to: output)
                    }
                    #expect(first?.description.contains("h.1.attn.c_proj.weight") == true)
                    #expect(first?.category == .invalidInput)
                    let second = #expect(throws: FileError.self) {
                        let folder = try ClassifierFolder(path: "\(folder)/classifier")
                        try folder.export(try folder.load(for: .reading), dtype: precision, to: output)
                    }
                    #expect(second?.description.contains(name) == true && second?.category == .invalidInput)
                }
                #expect(try listFolder(folder).sorted() == ["classifier", "generator"])
                if value.isNaN {
                    let path = try classifier.writeWithVocabulary(in: folder)
                    let error = #expect(throws: ClassificationError.self) {
                        try Classifier(folder: path).classify(["striker scores"])
                    }
                    #expect(error?.category == .invalidInput && error?.description.contains("not finite") == true)
                }
            }
        }
    }

    @Test("the card of an int8 folder says what its weights are, and claims no library that cannot read them")
    func cards() throws {
        try withTemporaryFolder { folder in
            try TinyGenerator().write(to: "\(folder)/model")
            try TinyClassifier().write(to: "\(folder)/classifier")
            let cards = [
                "---\nlibrary_name: transformers\ntags: [headlines, gpt2]\n---\n\n# tiny\n\nA GPT-2.\n",
                "# A card\n", "", nil,
            ]
            for (index, card) in cards.enumerated() {
                for kind in ["model", "classifier"] {
                    let readMe = "\(folder)/\(kind)/README.md"
                    if let card {
                        try AtomicFile.write(card, to: readMe)
                    } else {
                        try FileManager.default.removeItem(atPath: readMe)
                    }
                    func exported(_ precision: DType) throws -> String? {
                        let output = "\(folder)/\(kind)-\(index)-\(precision)"
                        if kind == "model" {
                            let model = try GeneratorFolder(path: "\(folder)/\(kind)")
                            try model.export(try model.load(for: .reading), dtype: precision, to: output)
                        } else {
                            let model = try ClassifierFolder(path: "\(folder)/\(kind)")
                            try model.export(try model.load(for: .reading), dtype: precision, to: output)
                        }
                        let file = "\(output)/README.md"
                        return pathExists(file) ? String(decoding: try readFile(file), as: UTF8.self) : nil
                    }
                    #expect(try (exported(.bfloat16) ?? "") == card ?? "")
                    let text = try #require(try exported(.int8))
                    #expect(text.hasPrefix("---\nlibrary_name: headlinekit\n") && text.contains("int8"))
                    #expect(!text.contains("library_name: transformers"))
                    if index == 0 {
                        #expect(text.contains("tags: [headlines, gpt2]\n---\n\n> The") && text.hasSuffix("A GPT-2.\n"))
                    }
                    if index == 1 { #expect(text.hasSuffix("\n\n# A card\n")) }
                }
            }
        }
    }

    @Test("a vocabulary larger than the classifier's is an error that names the folder")
    func vocabulary() throws {
        try withTemporaryFolder { folder in
            let path = try TinyClassifier().writeWithVocabulary(in: folder)
            let words = String(decoding: try readFile("\(path)/vocab.txt"), as: UTF8.self)
            try AtomicFile.write(words + (0..<50).map { "word\($0)\n" }.joined(), to: "\(path)/vocab.txt")
            let error = #expect(throws: FileError.self) { try Classifier(folder: path) }
            #expect(error?.path == path && error?.category == .invalidInput)
        }
    }

    @Test("a classifier in int8 gives nearly the same logits, few rows and many", arguments: [false, true])
    func classifier(_ isMean: Bool) throws {
        try withTemporaryFolder { folder in
            let tiny = try TinyClassifier(pooling: isMean ? .mean : .cls)
            try tiny.write(to: "\(folder)/whole")
            let whole = try ClassifierFolder(path: "\(folder)/whole")
            try whole.export(try whole.load(for: .reading), dtype: .int8, to: "\(folder)/int8")
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
        let tiny = try TinyGenerator(contextLength: 16)
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
