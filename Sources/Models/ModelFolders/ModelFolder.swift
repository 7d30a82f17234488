public import Autograd
import Checkpoints
public import Files
import JSON
public import NeuralNetwork
public import NumericCore

/// A model folder in Hugging Face layout: `config.json`, `model.safetensors`, the tokenizer's files and a model card.
///
/// A family of models conforms once; reading, writing and export are the same for all.
public protocol ModelFolder {
    /// The model that the folder holds.
    associatedtype Model
    /// The family's `config.json`.
    associatedtype ConfigurationFile: ModelConfigurationFile
    /// The family's names of arrays.
    associatedtype Naming: ParameterNaming

    /// The task of the model.
    static var kind: ModelKind { get }

    /// The path of the folder.
    var path: String { get }

    /// The contents of `config.json`.
    var configuration: ConfigurationFile { get }

    /// Reads what is small and checks that it fits together; the weights stay on the disk.
    init(path: String) throws

    /// Returns the files that an export writes beside configuration, weights and card: the tokenizer's, above all.
    func companions() throws(FileError) -> [(name: String, bytes: [UInt8])]

    /// Makes a model whose parameters come from `scope`.
    static func makeModel(_ scope: ParameterScope, _ configuration: ConfigurationFile.Configuration) -> Model
}

extension ModelFolder {
    /// The values of `model_type` that mark a folder of this family.
    public static var modelTypes: [String] { ConfigurationFile.modelTypes }

    /// The family in an error, such as "a GPT-2".
    public static var family: String { ConfigurationFile.family }

    /// Sizes for people.
    public var facts: [ModelIdentity.Fact] { configuration.facts }

    /// Loads the weights. Our own files are held to their digest and must fit exactly; in others, entries that the family
    /// calls ignorable may be left over.
    /// - Parameters:
    ///   - configuration: replaces that of the folder, for other dropout rates, say.
    ///   - isVerified: false leaves out the digest of the data, which takes a read of the whole file; the digest of the
    ///     header is always checked.
    /// - Throws: `FileError` if the file is damaged or does not fit, and if weights to train on are not finite.
    public func load(
        for purpose: Purpose, configuration: ConfigurationFile.Configuration? = nil, isVerified: Bool = true
    ) throws(FileError) -> LoadedModel<Model> {
        let weights = try ModelWeights<Naming>(
            folder: path, layers: self.configuration.layers, isVerified: isVerified)
        let contents = try weights.read(for: purpose, isInt8: self.configuration.isInt8) {
            !weights.isOurs && Naming.isIgnorable($0)
        }
        let loaded = try weights.fill(contents.source(for: purpose), ignored: contents.ignored) {
            Self.makeModel($0, configuration ?? self.configuration.model)
        }
        if purpose == .training { try requireFinite(loaded.parameters, of: path) }
        return loaded
    }

    /// Reads the values of all parameters by name, as Float32; values that the file has as Float32 stay in the mapped file.
    public func parameters() throws(FileError) -> [String: NDArray] {
        let weights = try ModelWeights<Naming>(folder: path, layers: configuration.layers)
        return try weights.read(for: .reading, isInt8: configuration.isInt8) {
            !weights.isOurs && Naming.isIgnorable($0)
        }.arrays
    }

    /// Writes a complete model folder in one step; an older one at `path` is replaced.
    /// - Throws: `FileError`, also if a weight is too large for `dtype`.
    public static func write(
        parameters: [Parameter], contents: ModelFolderContents<ConfigurationFile>, dtype: DType, to path: String
    ) throws(FileError) {
        try write(arrays: parameters.map { ($0.name, $0.array) }, contents: contents, dtype: dtype, to: path)
    }

    /// Returns those of the named files that the folder has.
    public func files(_ names: [String]) throws(FileError) -> [(name: String, bytes: [UInt8])] {
        var files: [(name: String, bytes: [UInt8])] = []
        for name in names where pathExists("\(path)/\(name)") {
            files.append((name, try readFile("\(path)/\(name)", limit: 1 << 28)))
        }
        return files
    }

    /// Writes this folder to another path, in our layout and the given data type; companions and model card are copied, and
    /// the card of int8 says what the weights are.
    /// - Throws: `FileError`, also if a weight is not finite or too large for `dtype`.
    public func export(_ loaded: LoadedModel<Model>, dtype: DType, to path: String) throws(FileError) {
        try requireFinite(loaded.parameters, of: self.path)
        let files = try companions()
        var card = try ModelCard(ofFolder: self.path)
        if dtype == .int8 { card = (card ?? ModelCard("")).markedAsInt8() }
        try Self.write(
            parameters: loaded.parameters,
            contents: ModelFolderContents(configuration: configuration, files: files, card: card?.text ?? ""),
            dtype: dtype, to: path)
    }

    /// Writes a complete model folder with `arrays` by the names of the parameters.
    static func write(
        arrays: [(name: String, values: NDArray)], contents: ModelFolderContents<ConfigurationFile>, dtype: DType,
        to path: String
    ) throws(FileError) {
        var configuration = contents.configuration
        configuration.isInt8 = dtype == .int8
        let folder = try AtomicFolder(path: path)
        let ofFloats = dtype == .int8 ? .float32 : dtype
        try AtomicFile.write(
            configuration.json(dtype: ofFloats).serialized(.indented), to: folder.file("config.json"))
        let matrices = arrays.map { name, values -> (name: String, values: WeightMatrix) in
            let entry = Naming.entryName(ofParameter: name)
            guard dtype == .int8, let layout = Naming.layout(ofWeight: name) else { return (entry, .dense(values)) }
            let orientation: Orientation = layout == .inputOutput ? .notTransposed : .transposed
            return (entry, .quantized(QuantizedMatrix(quantizing: values, orientation)))
        }
        try SafetensorsWriter.write(
            matrices, to: folder.file(SafetensorsCheckpoint.fileName), dtype: ofFloats,
            metadata: ["producer": "HeadlineKit"])
        for (name, bytes) in contents.files { try AtomicFile.write(bytes, to: folder.file(name)) }
        if !contents.card.isEmpty { try AtomicFile.write(contents.card, to: folder.file(ModelCard.fileName)) }
        try folder.commit()
    }
}

/// The contents of a model folder except for its weights.
public struct ModelFolderContents<ConfigurationFile: ModelConfigurationFile> {
    /// The contents of `config.json`; its `isInt8` follows from the data type.
    public var configuration: ConfigurationFile
    /// The tokenizer's files and other files of the folder.
    public var files: [(name: String, bytes: [UInt8])]
    /// The text of the model card; empty for none.
    public var card: String

    /// Contents from their parts.
    public init(configuration: ConfigurationFile, files: [(name: String, bytes: [UInt8])], card: String) {
        self.configuration = configuration
        self.files = files
        self.card = card
    }
}

/// Throws unless there is a folder at `path`.
func requireModelFolder(_ path: String) throws(FileError) {
    guard !isFolder(path) else { return }
    throw FileError(
        path, pathExists(path) ? "is a file, expected a model folder" : "does not exist, expected a model folder")
}
