import Files
import JSON
import Models
import Preconditions
import Text

/// Which model was judged: its folder, the digest of its weights, and its sizes.
public struct ModelIdentity: Sendable, Hashable {
    public let path: String
    public let kind: ModelKind
    /// SHA-256 of the weights file; of several, of their digests in the order of their names.
    public let digest: String
    /// Sizes and what else the configuration says, in words.
    public let facts: [Fact]

    /// A name and a value of the configuration.
    public struct Fact: Sendable, Hashable {
        public let name: String
        public let value: String
    }

    /// Reads the folder of a model that must be of one kind.
    /// - Throws: `FileError` for a model of the other kind and for a folder that holds no model.
    public init(_ path: String, expected: ModelKind) throws {
        try Self.require(expected, in: path)
        try self.init(path)
    }

    /// Refuses a folder with a model of the other kind, without reading its weights.
    /// - Throws: as `init(_:expected:)`.
    public static func require(_ expected: ModelKind, in path: String) throws {
        let kind = try ModelKind(ofFolder: path)
        guard kind == expected else {
            throw FileError(
                path, "holds a \(kind.rawValue), expected a \(expected.rawValue)", category: .invalidRequest)
        }
    }

    /// Reads the folder of a model of any kind.
    public init(_ path: String) throws {
        self.path = path
        kind = try ModelKind(ofFolder: path)
        let files = try listFolder(path).filter { $0.hasSuffix(".safetensors") }.sorted()
        let digests = try files.map { try SHA256Digest.ofFile("\(path)/\($0)").hexadecimal }
        guard let first = digests.first else {
            throw FileError(path, "holds no .safetensors file, expected model.safetensors")
        }
        digest = digests.count == 1 ? first : SHA256Digest.of(digests.joined(separator: "\n")).hexadecimal
        switch kind {
        case .generator: facts = Self.facts(try GeneratorFolder(path: path))
        case .classifier: facts = Self.facts(try ClassifierFolder(path: path))
        }
    }

    private static func facts(_ folder: GeneratorFolder) -> [Fact] {
        let model = folder.configuration.model
        return [
            Fact(name: "layers", value: "\(model.layers)"), Fact(name: "channels", value: "\(model.hiddenSize)"),
            Fact(name: "heads", value: "\(model.heads)"), Fact(name: "positions", value: "\(model.contextLength)"),
            Fact(name: "vocabulary", value: grouped(model.vocabularySize)),
        ]
    }

    private static func facts(_ folder: ClassifierFolder) -> [Fact] {
        let model = folder.configuration.model
        return [
            Fact(name: "layers", value: "\(model.layers)"), Fact(name: "channels", value: "\(model.hiddenSize)"),
            Fact(name: "heads", value: "\(model.heads)"), Fact(name: "positions", value: "\(model.contextLength)"),
            Fact(name: "vocabulary", value: grouped(model.vocabularySize)),
            Fact(name: "labels", value: "\(model.labels)"),
            Fact(
                name: "temperature",
                value: folder.configuration.temperature.map { Formatting.fixed($0, 4) } ?? "not fitted"),
        ]
    }
}
