import Files
import JSON

extension WordPieceTokenizer {
    /// Returns the files of this tokenizer in Hugging Face layout, the same bytes each time: `tokenizer.json`, `vocab.txt`,
    /// `tokenizer_config.json` and `special_tokens_map.json`.
    ///
    /// `vocab.txt` is left out if its lines cannot hold the entries because some are empty or have line breaks or trailing
    /// white space.
    ///
    /// - Parameter contextLength: the context length of the model, for `model_max_length`.
    public func files(contextLength: Int) -> [(name: String, bytes: [UInt8])] {
        var files = [("tokenizer.json", tokenizerJSON().serialized(.indented))]
        if let text = vocabularyText() { files.append(("vocab.txt", text)) }
        files += [
            ("tokenizer_config.json", configurationJSON(contextLength: contextLength).serialized(.indented)),
            ("special_tokens_map.json", JSONValue.object(namedTokens()).serialized(.indented)),
        ]
        return files
    }

    private func vocabularyText() -> [UInt8]? {
        var bytes: [UInt8] = []
        for token in tokens {
            guard let last = token.unicodeScalars.last, !BERTCharacterTraits(of: last.value).contains(.space),
                !token.utf8.contains(UInt8(ascii: "\n")), !token.utf8.contains(UInt8(ascii: "\r"))
            else { return nil }
            bytes += token.utf8
            bytes.append(UInt8(ascii: "\n"))
        }
        return tokens.first?.unicodeScalars.first == "\u{FEFF}" ? nil : bytes
    }

    private func tokenizerJSON() -> JSONValue {
        let added = specialTokens.map { id -> JSONValue in
            [
                "id": .integer(Int(id)), "content": .string(tokens[Int(id)]), "single_word": false, "lstrip": false,
                "rstrip": false, "normalized": false, "special": true,
            ]
        }
        return [
            "version": "1.0", "truncation": nil, "padding": nil, "added_tokens": .array(added),
            "normalizer": [
                "type": "BertNormalizer", "clean_text": true,
                "handle_chinese_chars": .boolean(normalization.spacesCJKIdeographs),
                "strip_accents": stripsAccentsJSON(), "lowercase": .boolean(normalization.lowercases),
            ],
            "pre_tokenizer": ["type": "BertPreTokenizer"], "post_processor": template(),
            "decoder": [
                "type": "WordPiece", "prefix": .string(Self.continuationMark), "cleanup": .boolean(cleansUp),
            ],
            "model": [
                "type": "WordPiece", "unk_token": .string(tokens[Int(unk)]),
                "continuing_subword_prefix": .string(Self.continuationMark),
                "max_input_chars_per_word": .integer(Self.longestWord),
                "vocab": .object(tokens.enumerated().map { ($0.element, .integer($0.offset)) }),
            ],
        ]
    }

    private func stripsAccentsJSON() -> JSONValue { normalization.stripsAccents.map { .boolean($0) } ?? nil }

    /// The post-processor that frames a text, or two as BERT was pretrained with.
    private func template() -> JSONValue {
        func special(_ id: Int32, type: Int) -> JSONValue {
            ["SpecialToken": ["id": .string(tokens[Int(id)]), "type_id": .integer(type)]]
        }
        func sequence(_ name: String, type: Int) -> JSONValue {
            ["Sequence": ["id": .string(name), "type_id": .integer(type)]]
        }
        let single = [special(cls, type: 0), sequence("A", type: 0), special(sep, type: 0)]
        let entries = Set([cls, sep]).sorted().map { id -> (key: String, value: JSONValue) in
            let spelled = JSONValue.string(tokens[Int(id)])
            return (tokens[Int(id)], ["id": spelled, "ids": [.integer(Int(id))], "tokens": [spelled]])
        }
        return [
            "type": "TemplateProcessing", "single": .array(single),
            "pair": .array(single + [sequence("B", type: 1), special(sep, type: 1)]),
            "special_tokens": .object(entries),
        ]
    }

    /// With `split_special_tokens` transformers reads "[SEP]" in a headline as plain text, as we do.
    private func configurationJSON(contextLength: Int) -> JSONValue {
        .object(
            [
                ("clean_up_tokenization_spaces", false), ("do_lower_case", .boolean(normalization.lowercases)),
                ("model_max_length", .integer(contextLength)), ("split_special_tokens", true),
                ("strip_accents", stripsAccentsJSON()),
                ("tokenize_chinese_chars", .boolean(normalization.spacesCJKIdeographs)),
                ("tokenizer_class", "BertTokenizer"),
            ] + namedTokens())
    }

    /// The names that transformers has for the tokens. It would make up missing ones, hence `null`.
    private func namedTokens() -> [(key: String, value: JSONValue)] {
        [("cls_token", cls), ("mask_token", mask), ("pad_token", pad), ("sep_token", sep), ("unk_token", unk)]
            .map { (name: String, id: Int32?) in (name, id.map { .string(tokens[Int($0)]) } ?? nil) }
    }
}
