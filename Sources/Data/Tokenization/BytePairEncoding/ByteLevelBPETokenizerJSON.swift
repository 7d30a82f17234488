import Files
import JSON

extension ByteLevelBPEParts {
    /// Reads the contents of a `tokenizer.json`.
    ///
    /// Truncation and padding, which such a file may hold, belong to a batch and not to the vocabulary: they are
    /// ignored. Everything else that would change the ids is honored or refused by name.
    init(tokenizerJSON document: JSONValue) throws(TokenizationError) {
        guard document.object != nil, let model = document["model"] else {
            throw TokenizationError("expected an object with \"model\"; is this a tokenizer.json of Hugging Face?")
        }
        if let normalizer = document["normalizer"], !normalizer.isNull {
            throw TokenizationError("the normalizer \(normalizer.quotedType) is not supported, only none")
        }
        try Self.checkSplitting(document["pre_tokenizer"] ?? .null)
        let decoder = document["decoder"] ?? .null
        guard decoder["type"]?.string == "ByteLevel" else {
            throw TokenizationError("the decoder \(decoder.quotedType) is not supported, only \"ByteLevel\"")
        }
        try Self.checkModel(model)
        guard let vocabulary = model["vocab"]?.object else {
            throw TokenizationError("expected \"vocab\" of the model to be an object of entries and ids")
        }
        self.init(
            vocabulary: VocabularyListing(entries: vocabulary), merges: try Self.merges(model["merges"] ?? .null))
        try self.vocabulary.add(tokensOf: document)
        prefix = try Self.prefix(document["post_processor"] ?? .null)
    }

    private static func checkSplitting(_ part: JSONValue) throws(TokenizationError) {
        guard part["type"]?.string == "ByteLevel" else {
            throw TokenizationError("the pre-tokenizer \(part.quotedType) is not supported, only \"ByteLevel\"")
        }
        guard part["add_prefix_space"]?.boolean == false else {
            throw TokenizationError("the pre-tokenizer has add_prefix_space other than false, which is not supported")
        }
        guard (part["use_regex"] ?? true).boolean == true else {
            throw TokenizationError("the pre-tokenizer has use_regex other than true, which is not supported")
        }
    }

    private static func checkModel(_ model: JSONValue) throws(TokenizationError) {
        // Files before tokenizers 0.9 have no type; those that are BPE have merges.
        let isBPE = model["type"].map { $0.string == "BPE" } ?? (model["merges"] != nil)
        guard isBPE else { throw TokenizationError("the model \(model.quotedType) is not supported, only \"BPE\"") }
        // unk_token and fuse_unk act on characters without an entry only, and a vocabulary that lacks a byte is refused.
        let supported: [String: [JSONValue]] = [
            "dropout": [nil, 0, 0.0], "continuing_subword_prefix": [nil, ""], "end_of_word_suffix": [nil, ""],
            "byte_fallback": [nil, false], "ignore_merges": [nil, false],
        ]
        let known = ["type", "unk_token", "fuse_unk", "vocab", "merges"]
        for (key, value) in model.object ?? [] where !known.contains(key) {
            guard let values = supported[key] else {
                throw TokenizationError("the model has the setting \"\(key.prefix(80))\", which is not known here")
            }
            guard values.contains(value) else {
                throw TokenizationError("the model has \(key) = \(value.excerpt), which is not supported")
            }
        }
    }

    /// Merges in either spelling: "left right", or since tokenizers 0.20 ["left", "right"].
    private static func merges(_ value: JSONValue) throws(TokenizationError) -> [(left: String, right: String)] {
        guard let elements = value.array else {
            throw TokenizationError("expected \"merges\" of the model to be an array, found \(value.kind)")
        }
        if case .string = elements.first {
            let lines = elements.compactMap { $0.string }
            guard lines.count == elements.count else { throw TokenizationError("not all \"merges\" are strings") }
            return try merges(spelled: lines)
        }
        var result: [(left: String, right: String)] = []
        for (rank, element) in elements.enumerated() {
            guard let pair = element.array, pair.count == 2, let left = pair[0].string, let right = pair[1].string
            else { throw TokenizationError("merge \(rank + 1): expected an array of two strings") }
            result.append((left, right))
        }
        return result
    }

    /// Returns the special tokens that a post-processor puts before a single text.
    private static func prefix(_ processor: JSONValue) throws(TokenizationError) -> [String] {
        if processor.isNull { return [] }
        switch processor["type"]?.string {
        case "ByteLevel": return []  // It only moves offsets.
        case "Sequence":
            var result: [String] = []
            // A later processor frames the result of an earlier one, so its tokens come first.
            for inner in processor["processors"]?.array ?? [] { result = try prefix(inner) + result }
            return result
        case "TemplateProcessing": return try prefix(ofTemplate: processor["single"]?.array ?? [])
        default: throw TokenizationError("the post-processor \(processor.quotedType) is not supported")
        }
    }

    private static func prefix(ofTemplate template: [JSONValue]) throws(TokenizationError) -> [String] {
        let tokens = template.dropLast().compactMap { $0["SpecialToken"]?["id"]?.string }
        guard tokens.count == template.count - 1, template.last?["Sequence"]?["id"]?.string == "A" else {
            throw TokenizationError(
                "the post-processor's template for a single text is not special tokens followed by the text, "
                    + "which is all that is supported")
        }
        return tokens
    }
}
