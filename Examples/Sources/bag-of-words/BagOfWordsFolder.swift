import Autograd
import Files
import JSON
import ModelFolders
import NeuralNetwork
import NumericCore

/// `config.json` of a bag of words.
struct BagOfWordsConfigurationFile: ModelConfigurationFile {
    static let family = "a bag of words"
    static let modelTypes = ["bag_of_words"]

    var model: BagOfWords.Configuration
    var isInt8 = false
    var layers: Int { 1 }
    var facts: [ModelIdentity.Fact] { [.init(name: "hidden size", value: "\(model.hiddenSize)")] }

    init(model: BagOfWords.Configuration) { self.model = model }

    init(path: String) throws(FileError) {
        let reader = try ModelSettingsReader(
            path: path, family: Self.family, types: Self.modelTypes,
            keys: .init(
                fixed: [], honored: ["model_type", "vocab_size", "hidden_size", "num_labels"],
                irrelevant: ["torch_dtype"]))
        model = BagOfWords.Configuration(
            vocabularySize: try reader.count("vocab_size"), hiddenSize: try reader.count("hidden_size"),
            labels: try reader.count("num_labels"))
    }

    func json(dtype: DType) -> JSONValue {
        [
            "model_type": "bag_of_words", "vocab_size": .integer(model.vocabularySize),
            "hidden_size": .integer(model.hiddenSize), "num_labels": .integer(model.labels),
            "torch_dtype": .string(dtype.rawValue),
        ]
    }
}

/// The names of the arrays in `model.safetensors`: those of the parameters. All matrices stay in floats.
enum BagOfWordsNaming: ParameterNaming {
    static func layout(ofWeight name: String) -> WeightLayout? { nil }
}

/// The model folder: `config.json`, `model.safetensors`, and the words and labels by line.
struct BagOfWordsFolder: ModelFolder {
    typealias Naming = BagOfWordsNaming
    static let kind = ModelKind.classifier

    let path: String
    let configuration: BagOfWordsConfigurationFile

    init(path: String) throws {
        self.path = path
        configuration = try BagOfWordsConfigurationFile(path: "\(path)/config.json")
    }

    func companions() throws(FileError) -> [(name: String, bytes: [UInt8])] { try files(["words.txt", "labels.txt"]) }

    static func makeModel(_ scope: ParameterScope, _ configuration: BagOfWords.Configuration) -> BagOfWords {
        BagOfWords(scope, configuration)
    }
}
