public import Files
import JSON

/// The kinds of tokenizers.
public enum TokenizerKind: Sendable, Hashable {
    /// Byte-level byte pair encoding, as of GPT-2.
    case byteLevelBPE
    /// WordPiece, as of BERT.
    case wordPiece

    /// Finds the kind from the files of a folder in Hugging Face layout, without checking them.
    /// - Throws: `FileError` if there is no folder, or no file of either kind in it.
    public init(folder: String) throws(FileError) {
        let expected = "tokenizer.json, vocab.txt, or vocab.json and merges.txt"
        let folder = try TokenizerFolder(folder, expected: expected)
        if let document = try folder.json("tokenizer.json") {
            switch document["model"]?["type"]?.string {
            case "WordPiece": self = .wordPiece
            case "BPE": self = .byteLevelBPE
            default:
                throw FileError(
                    folder.path(of: "tokenizer.json"),
                    "the model is of type \(document["model"]?.quotedType ?? "null"), expected \"WordPiece\" or \"BPE\""
                )
            }
        } else if folder.has("vocab.txt") {
            self = .wordPiece
        } else if folder.has("vocab.json") {
            self = .byteLevelBPE
        } else {
            throw FileError(folder.path, "holds no tokenizer; expected \(expected)")
        }
    }
}
