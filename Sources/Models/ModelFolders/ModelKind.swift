public import Files
import JSON
import Text

/// Which of our models a folder holds.
public enum ModelKind: String, Sendable {
    case generator, classifier

    /// By `model_type` in the folder's `config.json`.
    /// - Throws: `FileError` when there is no such folder or file, or it names a model that is neither.
    public init(ofFolder path: String) throws(FileError) {
        try requireModelFolder(path)
        let file = "\(path)/config.json"
        let bytes = try readFile(file, limit: 1 << 20)
        guard let type = (try? JSONValue(parsing: bytes))?["model_type"]?.string else {
            throw FileError(file, "names no `model_type`, expected that of a GPT-2 or a BERT")
        }
        if GPT2ConfigurationFile.types.contains(type) {
            self = .generator
        } else if BERTConfigurationFile.types.contains(type) {
            self = .classifier
        } else {
            throw FileError(
                file, "is that of another kind of model, \"\(escapedForTerminal(type))\"; expected a GPT-2 or a BERT")
        }
    }
}
