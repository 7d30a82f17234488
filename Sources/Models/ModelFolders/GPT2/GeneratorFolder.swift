public import Files
public import JSON
public import Models
public import NeuralNetwork
public import Tokenization

/// A generator's model folder: `config.json`, `model.safetensors`, the tokenizer's files, `generation_config.json` and a model
/// card.
public struct GeneratorFolder: ModelFolder {
    /// A generator.
    public static var kind: ModelKind { .generator }
    /// The names in its files.
    public typealias Naming = GPT2Naming

    /// The path of the folder.
    public let path: String
    /// The contents of `config.json`.
    public let configuration: GPT2ConfigurationFile
    /// The tokenizer.
    public let tokenizer: ByteLevelBPE

    /// Reads configuration and tokenizer, and checks that they fit; the weights stay on the disk.
    public init(path: String) throws {
        self.path = path
        try requireModelFolder(path)
        configuration = try GPT2ConfigurationFile(path: "\(path)/config.json")
        tokenizer = try ByteLevelBPE(folder: path)
        let entries = configuration.model.vocabularySize
        guard tokenizer.vocabularySize <= entries else {
            throw FileError(
                path,
                "its tokenizer has \(tokenizer.vocabularySize) entries, its model only \(entries); one of them belongs to another model"
            )
        }
    }

    /// A GPT-2 with parameters from `scope`.
    public static func makeModel(_ scope: ParameterScope, _ configuration: GPT2.Configuration) -> GPT2 {
        GPT2(scope, configuration)
    }

    private static let generationConfiguration = "generation_config.json"

    /// The tokenizer's files, written from what was read, and the settings for generation.
    public func companions() throws(FileError) -> [(name: String, bytes: [UInt8])] {
        tokenizer.files(contextLength: configuration.model.contextLength)
            + (try files([Self.generationConfiguration]))
    }

    /// Returns the contents of a generator's folder.
    /// - Parameters:
    ///   - generationConfiguration: the contents of `generation_config.json`.
    ///   - card: the text of the model card.
    public static func contents(
        of configuration: GPT2.Configuration, tokenizer: ByteLevelBPE, generationConfiguration: JSONValue, card: String
    ) -> ModelFolderContents<GPT2ConfigurationFile> {
        ModelFolderContents(
            configuration: GPT2ConfigurationFile(model: configuration, endOfText: tokenizer.endOfText),
            files: tokenizer.files(contextLength: configuration.contextLength) + [
                (Self.generationConfiguration, generationConfiguration.serialized(.indented))
            ], card: card)
    }
}
