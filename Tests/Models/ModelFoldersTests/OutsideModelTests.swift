import Autograd
import Checkpoints
import Files
import JSON
import ModelFolders
import NeuralNetwork
import NumericCore
import Testing
import TestSupport
import TinyModels

/// A model that the package does not know: the mean of word vectors below a linear head.
private struct BagClassifier {
    struct Configuration: Sendable, Equatable {
        var vocabularySize: Int
        var hiddenSize: Int
        var labels: Int
    }

    private let words: Embedding
    private let head: Linear

    init(_ scope: ParameterScope, _ configuration: Configuration) {
        let initializer = Initializer.normal(standardDeviation: 0.3)
        words = Embedding(
            scope["words"], count: configuration.vocabularySize, hiddenSize: configuration.hiddenSize,
            initializer: initializer)
        head = Linear(
            scope["head"], inputs: configuration.hiddenSize, outputs: configuration.labels, layout: .outputInput,
            initializer: initializer)
    }

    func logits(_ tokens: [Int32], _ segments: Segments) -> Tensor { head(words(tokens).segmentMean(segments)) }
}

private struct BagConfigurationFile: ModelConfigurationFile {
    static let family = "a bag of words"
    static let modelTypes = ["bag", "bag_int8"]

    var model: BagClassifier.Configuration
    var isInt8 = false
    var layers: Int { 1 }
    var facts: [ModelIdentity.Fact] { [.init(name: "hidden size", value: "\(model.hiddenSize)")] }

    init(model: BagClassifier.Configuration) { self.model = model }

    init(path: String) throws(FileError) {
        let reader = try ModelSettingsReader(
            path: path, family: Self.family, types: Self.modelTypes,
            keys: .init(
                fixed: [("pooling", "mean")],
                honored: ["model_type", "vocab_size", "hidden_size", "num_labels"], irrelevant: ["torch_dtype"]))
        model = BagClassifier.Configuration(
            vocabularySize: try reader.count("vocab_size"), hiddenSize: try reader.count("hidden_size"),
            labels: try reader.count("num_labels"))
        isInt8 = reader.modelType == "bag_int8"
    }

    func json(dtype: DType) -> JSONValue {
        [
            "model_type": .string(isInt8 ? "bag_int8" : "bag"), "vocab_size": .integer(model.vocabularySize),
            "hidden_size": .integer(model.hiddenSize), "num_labels": .integer(model.labels), "pooling": "mean",
            "torch_dtype": .string(dtype.rawValue),
        ]
    }
}

private enum BagNaming: ParameterNaming {
    static func layout(ofWeight name: String) -> WeightLayout? { name.hasSuffix(".weight") ? .outputInput : nil }
    static func isIgnorable(_ name: String) -> Bool { name == "step" }
}

private struct BagFolder: ModelFolder {
    typealias Naming = BagNaming
    static var kind: ModelKind { .classifier }

    let path: String
    let configuration: BagConfigurationFile

    init(path: String) throws {
        self.path = path
        configuration = try BagConfigurationFile(path: "\(path)/config.json")
    }

    func companions() throws(FileError) -> [(name: String, bytes: [UInt8])] { try files(["vocab.txt"]) }

    static func makeModel(_ scope: ParameterScope, _ configuration: BagClassifier.Configuration) -> BagClassifier {
        BagClassifier(scope, configuration)
    }
}

/// The three parts of a new model: a configuration file, names and a folder. Nothing in the package changes for it.
@Suite("A model from outside the package")
struct OutsideModelTests {
    private let configuration = BagClassifier.Configuration(vocabularySize: 40, hiddenSize: 16, labels: 3)
    private let store = ParameterStore(.initialize(seed: 1))
    private let model: BagClassifier
    private let families: [any ModelFolder.Type] = ModelKind.families + [BagFolder.self]
    private let tokens: [Int32] = [1, 5, 9, 2, 39]
    private let segments = Segments(lengths: [3, 2])

    init() throws {
        model = BagClassifier(store.root, configuration)
        try store.finish()
    }

    private func write(to path: String, dtype: DType = .float32) throws {
        try BagFolder.write(
            parameters: store.parameters,
            contents: ModelFolderContents(
                configuration: BagConfigurationFile(model: configuration),
                files: [("vocab.txt", Array("a\n".utf8))], card: "# A bag\n"),
            dtype: dtype, to: path)
    }

    @Test("it is written and read back bit for bit, and recognized among the families that are given")
    func roundTrip() throws {
        try withTemporaryFolder { folder in
            let path = "\(folder)/bag"
            try write(to: path)
            #expect(try ModelKind(ofFolder: path, among: families) == .classifier)
            let identity = try ModelIdentity(path, among: families)
            #expect(identity.facts == [.init(name: "hidden size", value: "16")] && identity.digest.count == 64)
            let error = #expect(throws: FileError.self) { try ModelKind(ofFolder: path) }
            #expect(error?.description.contains("expected a GPT-2 or a BERT") == true)
            for purpose in [Purpose.inference, .reading, .training] {
                let loaded = try BagFolder(path: path).load(for: purpose)
                #expect(
                    loaded.model.logits(tokens, segments).value.elements
                        == model.logits(tokens, segments).value.elements)
                #expect(loaded.parameters.map(\.name) == ["words.weight", "head.weight", "head.bias"])
            }
        }
    }

    @Test("it is exported in every data type, with its files and a card that says what int8 is")
    func export() throws {
        try withTemporaryFolder { folder in
            try write(to: "\(folder)/bag")
            let source = try BagFolder(path: "\(folder)/bag")
            let expected = model.logits(tokens, segments).value.elements
            for (dtype, tolerance) in [(DType.float32, Float(0)), (.float16, 1e-3), (.bfloat16, 1e-2), (.int8, 1e-2)] {
                let path = "\(folder)/\(dtype.rawValue)"
                try source.export(try source.load(for: .reading), dtype: dtype, to: path)
                let read = try BagFolder(path: path)
                #expect(read.configuration.isInt8 == (dtype == .int8))
                let logits = try read.load(for: .inference).model.logits(tokens, segments).value.elements
                for (a, b) in zip(logits, expected) { #expect(abs(a - b) <= tolerance, "\(dtype)") }
                #expect(
                    try listFolder(path).sorted() == ["README.md", "config.json", "model.safetensors", "vocab.txt"])
                let card = String(decoding: try readFile("\(path)/README.md"), as: UTF8.self)
                #expect(card.contains("# A bag\n") && card.contains("int8") == (dtype == .int8))
            }
        }
    }

    @Test("its files of other programs may hold what its names call ignorable, and nothing else")
    func foreign() throws {
        try withTemporaryFolder { folder in
            let path = "\(folder)/bag"
            try write(to: path)
            let arrays = store.parameters.map { (name: $0.name, values: $0.array) }
            let one = NDArray([1], shape: [1])
            try AtomicFile.write(foreignSafetensors(arrays + [("step", one)]), to: "\(path)/model.safetensors")
            #expect(try BagFolder(path: path).load(for: .inference).ignored == ["step"])
            try AtomicFile.write(foreignSafetensors(arrays + [("other", one)]), to: "\(path)/model.safetensors")
            let error = #expect(throws: FileError.self) { try BagFolder(path: path).load(for: .inference) }
            #expect(error?.description.contains("other is not part of this model") == true)
        }
    }
}
