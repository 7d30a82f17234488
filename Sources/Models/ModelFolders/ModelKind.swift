public import Files
import JSON
import Text

/// The task of a model.
public enum ModelKind: String, Sendable {
    /// Completes headlines.
    case generator
    /// Labels headlines.
    case classifier

    /// The families of models that this package knows. A new one is added here.
    public static var families: [any ModelFolder.Type] { [GeneratorFolder.self, ClassifierFolder.self] }

    /// Reads the kind from `model_type` in the folder's `config.json`.
    /// - Throws: `FileError` if there is no such folder or file, or it names a model of no known family.
    public init(
        ofFolder path: String, among families: [any ModelFolder.Type] = families
    ) throws(FileError) {
        self = try Self.family(ofFolder: path, among: families).kind
    }

    /// Returns the family of the model in a folder.
    /// - Throws: as ``init(ofFolder:among:)``.
    static func family(
        ofFolder path: String, among families: [any ModelFolder.Type]
    ) throws(FileError) -> any ModelFolder.Type {
        try requireModelFolder(path)
        let file = "\(path)/config.json"
        let bytes = try readFile(file, limit: 1 << 20)
        let expected = families.map { $0.family }.joined(separator: " or ")
        guard let type = (try? JSONValue(parsing: bytes))?["model_type"]?.string else {
            throw FileError(file, "has no `model_type`, expected that of \(expected)")
        }
        guard let family = families.first(where: { $0.modelTypes.contains(type) }) else {
            throw FileError(
                file, "is that of another kind of model, \"\(escapedForTerminal(type))\"; expected \(expected)")
        }
        return family
    }
}
