import Files
import JSON

extension ByteLevelBPE {
    /// Returns the files of this tokenizer in Hugging Face layout, the same bytes each time: `tokenizer.json`, `vocab.json`,
    /// `merges.txt`, `tokenizer_config.json` and `special_tokens_map.json`.
    ///
    /// - Parameter contextLength: the context length of the model, for `model_max_length`.
    public func files(contextLength: Int) -> [(name: String, bytes: [UInt8])] {
        [
            ("tokenizer.json", tokenizerJSON().serialized(.indented)),
            ("vocab.json", vocabularyJSON().serialized()),
            ("merges.txt", mergesText()),
            ("tokenizer_config.json", configurationJSON(contextLength: contextLength).serialized(.indented)),
            ("special_tokens_map.json", JSONValue.object(namedTokens()).serialized(.indented)),
        ]
    }

    private func vocabularyJSON() -> JSONValue {
        .object(tokens.enumerated().map { ($0.element, .integer($0.offset)) })
    }

    private func mergesText() -> [UInt8] {
        var bytes = Array("#version: 0.2\n".utf8)
        for merge in spelledMerges { bytes += "\(merge.left) \(merge.right)\n".utf8 }
        return bytes
    }

    private func tokenizerJSON() -> JSONValue {
        let added = specialTokens.map { id -> JSONValue in
            [
                "id": .integer(Int(id)), "content": .string(tokens[Int(id)]), "single_word": false, "lstrip": false,
                "rstrip": false, "normalized": false, "special": true,
            ]
        }
        let byteLevel: JSONValue = [
            "type": "ByteLevel", "add_prefix_space": false, "trim_offsets": false, "use_regex": true,
        ]
        return [
            "version": "1.0", "truncation": nil, "padding": nil, "added_tokens": .array(added), "normalizer": nil,
            "pre_tokenizer": byteLevel, "post_processor": prefix.isEmpty ? byteLevel : template(), "decoder": byteLevel,
            "model": [
                "type": "BPE", "dropout": nil, "unk_token": nil, "continuing_subword_prefix": "",
                "end_of_word_suffix": "", "fuse_unk": false, "byte_fallback": false, "ignore_merges": false,
                "vocab": vocabularyJSON(),
                "merges": .array(spelledMerges.map { [.string($0.left), .string($0.right)] }),
            ],
        ]
    }

    /// The post-processor that puts `prefix` before each text (and, as transformers does, before the second of a pair).
    private func template() -> JSONValue {
        func framed(_ sequence: String, type: Int) -> [JSONValue] {
            var pieces = prefix.map { id -> JSONValue in
                ["SpecialToken": ["id": .string(tokens[Int(id)]), "type_id": .integer(type)]]
            }
            pieces.append(["Sequence": ["id": .string(sequence), "type_id": .integer(type)]])
            return pieces
        }
        let entries = Set(prefix).sorted().map { id -> (key: String, value: JSONValue) in
            let spelled = JSONValue.string(self.tokens[Int(id)])
            return (self.tokens[Int(id)], ["id": spelled, "ids": [.integer(Int(id))], "tokens": [spelled]])
        }
        return [
            "type": "TemplateProcessing", "single": .array(framed("A", type: 0)),
            "pair": .array(framed("A", type: 0) + framed("B", type: 1)), "special_tokens": .object(entries),
        ]
    }

    private func configurationJSON(contextLength: Int) -> JSONValue {
        // No add_bos_token: transformers would then rebuild the post-processor of tokenizer.json. With split_special_tokens it
        // reads "<|endoftext|>" in a text as plain text, as we do.
        .object(
            [
                ("add_prefix_space", false), ("clean_up_tokenization_spaces", false), ("errors", "replace"),
                ("model_max_length", .integer(contextLength)), ("split_special_tokens", true),
                ("tokenizer_class", "GPT2Tokenizer"),
            ] + namedTokens())
    }

    /// The names that transformers has for special tokens. GPT-2 has one for all of them.
    private func namedTokens() -> [(key: String, value: JSONValue)] {
        guard let endOfText else { return [] }
        return ["bos_token", "eos_token", "unk_token"].map { ($0, .string(tokens[Int(endOfText)])) }
    }
}
