import Files
import JSON

extension WordPieceParts {
    /// Reads the contents of a `tokenizer.json`.
    ///
    /// Truncation and padding, which such a file may hold (that of MiniLM has both), belong to a batch and not to the
    /// vocabulary: they are ignored. Everything else that would change the ids is honored or refused by name.
    init(tokenizerJSON document: JSONValue) throws(TokenizationError) {
        guard let members = document.object, let model = document["model"] else {
            throw TokenizationError("expected an object with \"model\"; is this a tokenizer.json of Hugging Face?")
        }
        let known = [
            "version", "truncation", "padding", "added_tokens", "normalizer", "pre_tokenizer", "post_processor",
            "decoder", "model",
        ]
        for (key, _) in members where !known.contains(key) {
            throw TokenizationError("the part \"\(key.prefix(80))\" is not known here")
        }
        try Self.checkModel(model)
        guard let vocabulary = model["vocab"]?.object else {
            throw TokenizationError("expected \"vocab\" of the model to be an object of entries and ids")
        }
        guard let unk = model["unk_token"]?.string else {
            throw TokenizationError("expected \"unk_token\" of the model to be a string")
        }
        let splitter = document["pre_tokenizer"] ?? .null
        guard splitter["type"]?.string == "BertPreTokenizer" else {
            throw TokenizationError(
                "the pre-tokenizer \(splitter.quotedType) is not supported, only \"BertPreTokenizer\"")
        }
        self.init(
            vocabulary: VocabularyListing(entries: vocabulary),
            normalization: try Self.normalization(document["normalizer"] ?? .null))
        self.unk = unk
        cleansUp = try Self.cleansUp(document["decoder"] ?? .null)
        try self.vocabulary.add(tokensOf: document)
        frame = try Self.frame(document["post_processor"] ?? .null)
    }

    private static func checkModel(_ model: JSONValue) throws(TokenizationError) {
        // Files before tokenizers 0.9 have no type; of the models only WordPiece has this key.
        let isWordPiece =
            model["type"].map { $0.string == "WordPiece" } ?? (model["max_input_chars_per_word"] != nil)
        guard isWordPiece else {
            throw TokenizationError("the model \(model.quotedType) is not supported, only \"WordPiece\"")
        }
        try check(
            model, "model", known: ["type", "unk_token", "vocab"],
            supported: [
                "continuing_subword_prefix": [.string(WordPieceTokenizer.continuationMark)],
                "max_input_chars_per_word": [.integer(WordPieceTokenizer.longestWord)],
            ])
    }

    /// Refuses settings of a part that are unknown or have unsupported values.
    private static func check(
        _ part: JSONValue, _ name: String, known: [String], supported: [String: [JSONValue]] = [:]
    ) throws(TokenizationError) {
        for (key, value) in part.object ?? [] where !known.contains(key) {
            guard let values = supported[key] else {
                throw TokenizationError("the \(name) has the setting \"\(key.prefix(80))\", which is not known here")
            }
            guard values.contains(value) else {
                throw TokenizationError("the \(name) has \(key) = \(value.excerpt), which is not supported")
            }
        }
    }

    private static func switched(
        _ part: JSONValue, _ name: String, _ key: String
    ) throws(TokenizationError) -> Bool {
        guard let value = part[key]?.boolean else {
            throw TokenizationError(
                "expected \"\(key)\" of the \(name) to be true or false, found \(part[key]?.kind ?? "nothing")")
        }
        return value
    }

    private static func normalization(_ part: JSONValue) throws(TokenizationError) -> WordPieceNormalization {
        let name = "normalizer"
        guard part["type"]?.string == "BertNormalizer" else {
            throw TokenizationError("the normalizer \(part.quotedType) is not supported, only \"BertNormalizer\"")
        }
        try check(
            part, name, known: ["type", "handle_chinese_chars", "strip_accents", "lowercase"],
            supported: ["clean_text": [true]])
        let strips = part["strip_accents"] ?? .null
        return WordPieceNormalization(
            lowercases: try switched(part, name, "lowercase"),
            stripsAccents: strips.isNull ? nil : try switched(part, name, "strip_accents"),
            spacesCJKIdeographs: try switched(part, name, "handle_chinese_chars"))
    }

    private static func cleansUp(_ part: JSONValue) throws(TokenizationError) -> Bool {
        guard part["type"]?.string == "WordPiece" else {
            throw TokenizationError("the decoder \(part.quotedType) is not supported, only \"WordPiece\"")
        }
        try check(
            part, "decoder", known: ["type", "cleanup"],
            supported: ["prefix": [.string(WordPieceTokenizer.continuationMark)]])
        return try switched(part, "decoder", "cleanup")
    }

    /// Returns the tokens that a post-processor puts around a single text.
    private static func frame(_ processor: JSONValue) throws(TokenizationError) -> Frame {
        switch processor["type"]?.string {
        case "TemplateProcessing": return try frame(ofTemplate: processor)
        case "BertProcessing":
            func token(_ name: String) throws(TokenizationError) -> Frame.Token {
                guard let pair = processor[name]?.array, pair.count == 2, let spelling = pair[0].string,
                    let id = pair[1].integer
                else {
                    throw TokenizationError("expected \"\(name)\" of the post-processor to be a token and its id")
                }
                return (spelling, id)
            }
            return Frame(cls: try token("cls"), sep: try token("sep"))
        default:
            throw TokenizationError(
                "the post-processor \(processor.quotedType) is not supported, only \"TemplateProcessing\" and "
                    + "\"BertProcessing\"")
        }
    }

    private static func frame(ofTemplate processor: JSONValue) throws(TokenizationError) -> Frame {
        let pieces = processor["single"]?.array ?? []
        let types = pieces.map { ($0["SpecialToken"] ?? $0["Sequence"])?["type_id"]?.integer ?? 0 }
        guard pieces.count == 3, types == [0, 0, 0], let cls = pieces[0]["SpecialToken"]?["id"]?.string,
            pieces[1]["Sequence"]?["id"]?.string == "A", let sep = pieces[2]["SpecialToken"]?["id"]?.string
        else {
            throw TokenizationError(
                "the post-processor's template for a single text is not one special token, the text and one special "
                    + "token, all of type 0, which is all that is supported")
        }
        func token(_ name: String) throws(TokenizationError) -> Frame.Token {
            guard let ids = processor["special_tokens"]?[name]?["ids"]?.array, ids.count == 1, let id = ids[0].integer
            else {
                throw TokenizationError("the post-processor gives no single id for \"\(name.prefix(80))\"")
            }
            return (name, id)
        }
        return Frame(cls: try token(cls), sep: try token(sep))
    }
}
