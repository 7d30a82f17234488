public import Files
import Preconditions
import Text

/// The identity of a model: its folder, the digest of its weights, and its sizes.
public struct ModelIdentity: Sendable, Hashable {
    /// The path of the folder.
    public let path: String
    /// The task of the model.
    public let kind: ModelKind
    /// SHA-256 of the weights file; of several files, of their digests in the order of their names.
    public let digest: String
    /// Sizes and other settings from the configuration.
    public let facts: [Fact]

    /// A setting of a model, for people.
    public struct Fact: Sendable, Hashable {
        /// The name of the setting, in words.
        public let name: String
        /// Its value, as it is printed.
        public let value: String

        /// A setting with its value.
        public init(name: String, value: String) {
            self.name = name
            self.value = value
        }
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

    /// Reads the folder of a model of any of the families.
    public init(_ path: String, among families: [any ModelFolder.Type] = ModelKind.families) throws {
        self.path = path
        let family = try ModelKind.family(ofFolder: path, among: families)
        kind = family.kind
        digest = try Self.digest(ofWeightsIn: path)
        facts = try family.init(path: path).facts
    }

    /// Returns SHA-256 of the weights in a model folder; of several files, of their digests in the order of their names.
    /// - Throws: `FileError`, also if there are no weights.
    public static func digest(ofWeightsIn path: String) throws(FileError) -> String {
        let files = try listFolder(path).filter { $0.hasSuffix(".safetensors") }.sorted()
        var digests: [String] = []
        for file in files { digests.append(try SHA256Digest.ofFile("\(path)/\(file)").hexadecimal) }
        guard let first = digests.first else {
            throw FileError(path, "holds no .safetensors file, expected model.safetensors")
        }
        return digests.count == 1 ? first : SHA256Digest.of(digests.joined(separator: "\n")).hexadecimal
    }
}
