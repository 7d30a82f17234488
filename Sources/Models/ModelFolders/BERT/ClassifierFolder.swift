public import Autograd
public import Files
public import Models
public import NeuralNetwork
public import NumericCore
import Preconditions

/// A classifier's model folder: `config.json` with the names of the labels, `model.safetensors`, the tokenizer's files and a
/// model card.
public struct ClassifierFolder: ModelFolder {
    /// A classifier.
    public static var kind: ModelKind { .classifier }
    /// The names in its files.
    public typealias Naming = BERTNaming

    /// The path of the folder.
    public let path: String
    /// The contents of `config.json`.
    public let configuration: BERTConfigurationFile

    /// Reads the configuration; the weights stay on the disk. Refuses a folder without label names.
    public init(path: String) throws {
        self.path = path
        try requireModelFolder(path)
        configuration = try BERTConfigurationFile(path: "\(path)/config.json")
        guard !configuration.labels.isEmpty else {
            throw FileError(
                "\(path)/config.json",
                "names no labels (`id2label`), so its classes would be numbers; this may be a pretrained encoder, which a"
                    + " classifier can be trained from")
        }
    }

    /// A BERT with parameters from `scope`.
    public static func makeModel(
        _ scope: ParameterScope, _ configuration: BERTClassifier.Configuration
    ) -> BERTClassifier { BERTClassifier(scope, configuration) }

    /// Copies of the tokenizer's files.
    public func companions() throws(FileError) -> [(name: String, bytes: [UInt8])] {
        try files(["tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "vocab.txt"])
    }

    /// Writes a complete model folder in one step; an older one at `path` is replaced.
    /// - Parameters:
    ///   - temperature: the result of calibration. The head is written divided by it, so that every reader computes
    ///     calibrated logits, and `config.json` records it. 1 changes nothing and records nothing new.
    /// - Throws: `FileError`, also if a weight is too large for `dtype`.
    public static func write(
        parameters: [Parameter], contents: ModelFolderContents<BERTConfigurationFile>, temperature: Double,
        dtype: DType, to path: String
    ) throws(FileError) {
        require(temperature > 0 && temperature.isFinite, "ClassifierFolder: a temperature of \(temperature)")
        guard temperature != 1 else {
            return try write(parameters: parameters, contents: contents, dtype: dtype, to: path)
        }
        var contents = contents
        contents.configuration.temperature = (contents.configuration.temperature ?? 1) * temperature
        let arrays = parameters.map { parameter -> (name: String, values: NDArray) in
            guard BERTNaming.head.contains(parameter.name) else { return (parameter.name, parameter.array) }
            let divided = parameter.array.elements.map { Float(Double($0) / temperature) }
            return (parameter.name, NDArray(divided, shape: parameter.shape))
        }
        try write(arrays: arrays, contents: contents, dtype: dtype, to: path)
    }
}
