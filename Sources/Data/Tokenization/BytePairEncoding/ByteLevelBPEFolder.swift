public import Files
import JSON

extension ByteLevelBPE {
    /// Reads the tokenizer of a folder in Hugging Face layout: `tokenizer.json`, or else `vocab.json` and `merges.txt`,
    /// and the framing in `tokenizer_config.json`.
    ///
    /// - Throws: `FileError` that names the file if something is missing, damaged, contradictory or not supported.
    public init(folder: String) throws(FileError) {
        let folder = try TokenizerFolder(folder, expected: "tokenizer.json, or vocab.json and merges.txt")
        let config = try folder.json("tokenizer_config.json") ?? [:]
        var (parts, name) = try Self.parts(of: folder, config: config)
        let endOfText = try folder.naming("tokenizer_config.json") { () throws(TokenizationError) in
            try Self.apply(config, to: &parts)
        }
        self = try folder.naming(name) { () throws(TokenizationError) in try parts.tokenizer(endOfText: endOfText) }
    }

    /// Returns the vocabulary of the folder and the name of the file that errors about it name.
    private static func parts(
        of folder: TokenizerFolder, config: JSONValue
    ) throws(FileError) -> (parts: ByteLevelBPEParts, name: String) {
        // The files are read concurrently: parsing 50,000 entries takes most of the start of a command.
        let (vocabulary, document, merges) = concurrently(
            { () throws(FileError) in try folder.json("vocab.json") },
            { () throws(FileError) in try folder.json("tokenizer.json") },
            { () throws(FileError) in
                // tokenizer.json has merges of its own.
                pathExists(folder.path(of: "tokenizer.json")) ? [] : try mergesFile(folder)
            })
        let beside = try vocabulary.get()
        if let document = try document.get() {
            let parts = try folder.naming("tokenizer.json") { () throws(TokenizationError) in
                let parts = try ByteLevelBPEParts(tokenizerJSON: document)
                if let count = beside?.object?.count {
                    try parts.vocabulary.check(agreesWith: count, of: "vocab.json")
                }
                return parts
            }
            return (parts, "tokenizer.json")
        }
        guard let beside else {
            throw FileError(
                folder.path,
                "found neither tokenizer.json nor vocab.json; expected a folder with a byte-level BPE tokenizer")
        }
        guard let entries = beside.object else {
            throw FileError(
                folder.path(of: "vocab.json"), "expected an object of entries and ids, found \(beside.kind)")
        }
        try folder.refuseAddedTokensFile()
        var parts = ByteLevelBPEParts(
            vocabulary: VocabularyListing(entries: entries), merges: try merges.get())
        try folder.naming("tokenizer_config.json") { () throws(TokenizationError) in
            try parts.vocabulary.add(tokensOfConfiguration: config)
        }
        return (parts, "vocab.json")
    }

    /// Applies the settings of `tokenizer_config.json` that take precedence in transformers, and returns the end token it names.
    private static func apply(
        _ config: JSONValue, to parts: inout ByteLevelBPEParts
    ) throws(TokenizationError) -> String? {
        if config["add_prefix_space"]?.boolean == true {
            throw TokenizationError("add_prefix_space is true, which is not supported")
        }
        if config["add_eos_token"]?.boolean == true {
            throw TokenizationError("add_eos_token is true, which is not supported; prompts would end at once")
        }
        // Either key makes transformers rebuild the post-processor, whatever tokenizer.json holds.
        if config["add_bos_token"] != nil || config["add_eos_token"] != nil {
            let adds = config["add_bos_token"]?.boolean == true
            parts.prefix = adds ? [config["bos_token"]?.tokenSpelling ?? endOfTextToken] : []
        }
        return config["eos_token"]?.tokenSpelling
    }

    private static func mergesFile(
        _ folder: TokenizerFolder
    ) throws(FileError) -> [(left: String, right: String)] {
        guard let lines = try folder.lines(of: "merges.txt") else {
            throw FileError(
                folder.path(of: "merges.txt"), "does not exist; vocab.json needs the merges that belong to it")
        }
        return try folder.naming("merges.txt") { () throws(TokenizationError) in
            try ByteLevelBPEParts.merges(spelled: lines)
        }
    }
}
