public import Files
import JSON

extension WordPieceTokenizer {
    /// Reads the tokenizer of a folder in Hugging Face layout: `tokenizer.json`, or else `vocab.txt`, and its settings in
    /// `tokenizer_config.json` and `special_tokens_map.json`.
    ///
    /// - Throws: `FileError` that names the file if something is missing, damaged, contradictory or not supported.
    public init(folder: String) throws(FileError) {
        let folder = try TokenizerFolder(folder, expected: "tokenizer.json or vocab.txt")
        let config = try folder.json("tokenizer_config.json") ?? [:]
        let map = try folder.json("special_tokens_map.json") ?? [:]
        let configuration = try folder.naming("tokenizer_config.json") { () throws(TokenizationError) in
            try WordPieceConfiguration(config, map: map)
        }
        let (parts, name) = try Self.parts(of: folder, config, configuration)
        self = try folder.naming(name) { () throws(TokenizationError) in
            try parts.tokenizer(named: configuration.named)
        }
    }

    /// Returns the vocabulary of the folder and the name of the file that errors about it name.
    private static func parts(
        of folder: TokenizerFolder, _ config: JSONValue, _ configuration: WordPieceConfiguration
    ) throws(FileError) -> (parts: WordPieceParts, name: String) {
        let lines = try folder.lines(of: "vocab.txt")
        if let document = try folder.json("tokenizer.json") {
            let parts = try folder.naming("tokenizer.json") { () throws(TokenizationError) in
                let parts = try WordPieceParts(tokenizerJSON: document)
                if let lines { try parts.vocabulary.check(agreesWith: lines.count, of: "vocab.txt") }
                return parts
            }
            try folder.naming("tokenizer_config.json") { () throws(TokenizationError) in
                try configuration.check(agreesWith: parts.normalization)
            }
            return (parts, "tokenizer.json")
        }
        guard let lines else {
            throw FileError(
                folder.path, "found neither tokenizer.json nor vocab.txt; expected a folder with a WordPiece tokenizer")
        }
        try folder.refuseAddedTokensFile()
        let normalization = try folder.naming("tokenizer_config.json") { () throws(TokenizationError) in
            try configuration.normalization()
        }
        var parts = try folder.naming("vocab.txt") { () throws(TokenizationError) in
            try WordPieceParts(vocabularyLines: lines, normalization: normalization)
        }
        try folder.naming("tokenizer_config.json") { () throws(TokenizationError) in
            try parts.vocabulary.add(tokensOfConfiguration: config)
        }
        return (parts, "vocab.txt")
    }
}
