public import Files
public import Foundation
import JSON

/// Which of the two kinds of tokenizers a folder holds.
public enum TokenizerKind: Sendable, Hashable {
    case byteLevelBPE, wordPiece

    /// Looks at the files of a folder in Hugging Face layout, but does not check them.
    /// - Throws: `FileError` when there is no folder, or no file of either kind in it.
    public init(folder: URL) throws(FileError) {
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
