import Autograd
public import Checkpoints
import Files
import JSON
public import Models
public import NeuralNetwork
import NumericCore
import Preconditions

/// A classifier's model folder in Hugging Face layout: `config.json` with the names of the labels, `model.safetensors`, the
/// tokenizer's files and a model card.
public struct ClassifierFolder {
    public let path: String
    public let configuration: BERTConfigurationFile

    /// Reads the configuration; the weights stay on the disk. Refuses a folder without label names.
    public init(path: String) throws {
        self.path = path
        try requireModelFolder(path)
        configuration = try BERTConfigurationFile(path: "\(path)/config.json")
        guard !configuration.labels.isEmpty else {
            throw FileError(
                "\(path)/config.json",
                "names no labels (`id2label`), so its classes would be numbers; this may be an encoder to train a classifier"
                    + " from, with `train classifier --base`")
        }
    }

    /// A model with a folder's weights.
    public struct Loaded {
        public let model: BERTClassifier
        /// The parameters in the order of the model.
        public let store: ParameterStore
        /// Entries of the file that are no part of the model and were left out, by name.
        public let ignored: [String]
        /// Parameters that the file has no values for and that start from the seed, by name; none of a trained classifier.
        public let fresh: [String]
    }

    /// How the weights will be used.
    public enum Purpose: Sendable {
        /// Read only, in as many bits as they are stored in: float32, bfloat16 and int8 stay in the memory-mapped file.
        case inference
        /// Read only, as Float32.
        case reading
        /// Copied into buffers that an optimizer can change.
        case training
    }

    /// Loads the weights, which must fit exactly. Our own files are held to their digest; of others, the constant positions
    /// that old versions of transformers saved may be left over.
    public func load(for purpose: Purpose) throws -> Loaded {
        let file = try BERTWeightsFile(folder: path, layers: configuration.model.layers)
        let isIgnored = { !file.isOurs && BERTWeightsFile.isPositions($0) }
        if purpose == .inference {
            let (source, ignored) = try file.storedParameters(isInt8: configuration.isInt8, isIgnored)
            return try file.model(configuration.model, from: ParameterStore(source), ignored: ignored, fresh: [])
        }
        let (arrays, ignored) = try file.arrays(isIgnored)
        return try file.model(
            configuration.model, from: ParameterStore(purpose == .training ? .train(arrays) : .infer(arrays)),
            ignored: ignored, fresh: [])
    }

    /// What is written into a folder beside the weights.
    public struct Contents {
        /// Labels, token to fill up with, and the temperature that the logits have been divided by before, if any.
        public var configuration: BERTConfigurationFile
        /// The text of `README.md`; empty for none.
        public var card: String
        /// The tokenizer's files.
        public var tokenizer: [(name: String, bytes: [UInt8])]

        public init(configuration: BERTConfigurationFile, card: String, tokenizer: [(name: String, bytes: [UInt8])]) {
            self.configuration = configuration
            self.card = card
            self.tokenizer = tokenizer
        }
    }

    /// Writes a complete model folder in one step; an older one at `path` is replaced.
    /// - Parameters:
    ///   - temperature: what calibration found; the head is written divided by it, so that logits are calibrated everywhere,
    ///     and `config.json` records it. 1 changes nothing and records nothing new.
    /// - Throws: `FileError`, also when a weight is too large for the precision.
    public static func write(
        parameters: ParameterStore, contents: Contents, temperature: Double = 1,
        precision: SafetensorsWriter.Precision, to path: String
    ) throws {
        require(temperature > 0 && temperature.isFinite, "ClassifierFolder: a temperature of \(temperature)")
        try write(
            parameters: parameters, contents: contents, temperature: temperature,
            precision: WeightPrecision(precision), to: path)
    }

    /// Writes this folder anew at `path`, in our layout and the given precision; tokenizer and model card are copied, and the
    /// card of int8 says what the weights are.
    /// - Throws: `FileError`, also when a weight is not finite or too large for the precision.
    public func export(_ loaded: Loaded, precision: WeightPrecision, to path: String) throws {
        try requireFinite(loaded.store, of: self.path)
        let others = ["tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "vocab.txt"].filter {
            pathExists("\(self.path)/\($0)")
        }
        let tokenizer = try others.map { (name: $0, bytes: try readFile("\(self.path)/\($0)", limit: 1 << 28)) }
        let card = try modelCard(of: self.path, in: precision) ?? []
        try Self.write(
            parameters: loaded.store,
            contents: Contents(
                configuration: configuration, card: String(decoding: card, as: UTF8.self), tokenizer: tokenizer),
            temperature: 1, precision: precision, to: path)
    }

    private static func write(
        parameters: ParameterStore, contents: Contents, temperature: Double, precision: WeightPrecision,
        to path: String
    ) throws {
        var configuration = contents.configuration
        configuration.isInt8 = precision == .int8
        if temperature != 1 { configuration.temperature = (configuration.temperature ?? 1) * temperature }
        let folder = try AtomicFolder(path: path)
        try AtomicFile.write(
            configuration.json(numberType: precision.numberType).serialized(.indented), to: folder.file("config.json"))
        let matrices = parameters.parameters.map { parameter -> (name: String, values: WeightMatrix) in
            var array = parameter.array
            if temperature != 1, BERTWeightsFile.isHead(parameter.name) {
                array = NDArray(array.elements.map { Float(Double($0) / temperature) }, shape: parameter.shape)
            }
            let layout = BERTWeightsFile.layout(ofWeight: parameter.name)
            return (parameter.name, precision.stored(array, layout: layout))
        }
        try SafetensorsWriter.write(
            matrices, to: folder.file(SafetensorsCheckpoint.fileName), precision: precision.ofArrays,
            metadata: ["producer": "HeadlineKit"])
        for (name, bytes) in contents.tokenizer { try AtomicFile.write(bytes, to: folder.file(name)) }
        if !contents.card.isEmpty { try AtomicFile.write(contents.card, to: folder.file("README.md")) }
        try folder.commit()
    }
}

/// Throws unless there is a folder at `path`.
func requireModelFolder(_ path: String) throws(FileError) {
    guard !isFolder(path) else { return }
    throw FileError(
        path, pathExists(path) ? "is a file, expected a model folder" : "does not exist, expected a model folder")
}
