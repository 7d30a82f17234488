import Files
import JSON

/// The settings of a WordPiece tokenizer in `tokenizer_config.json` and `special_tokens_map.json`.
struct WordPieceConfiguration {
    /// The spelling of tokens with roles, if a file names them.
    struct NamedTokens {
        var cls, sep, unk, pad, mask: String?
    }

    let named: NamedTokens
    private let lowercases: Bool?
    /// The value of `strip_accents`: absent, null or a Boolean.
    private let stripsAccents: Bool??
    private let spacesCJKIdeographs: Bool?
    private let tokenizerClass: String?

    /// Reads the settings that change ids.
    ///
    /// - Parameters:
    ///   - config: the contents of `tokenizer_config.json`.
    ///   - map: the contents of `special_tokens_map.json`, where older versions of transformers kept the tokens.
    /// - Throws: `TokenizationError` for values that are not supported.
    init(_ config: JSONValue, map: JSONValue) throws(TokenizationError) {
        let supported: [(key: String, values: [JSONValue])] = [
            ("do_basic_tokenize", [true, nil]), ("never_split", [[], nil]), ("clean_text", [true, nil]),
            ("wordpieces_prefix", [.string(WordPieceTokenizer.continuationMark), nil]),
        ]
        for (key, values) in supported {
            if let value = config[key], !values.contains(value) {
                throw TokenizationError("\(key) is \(value.excerpt), which is not supported")
            }
        }
        func token(_ key: String) -> String? { config[key]?.tokenSpelling ?? map[key]?.tokenSpelling }
        named = NamedTokens(
            cls: token("cls_token"), sep: token("sep_token"), unk: token("unk_token"), pad: token("pad_token"),
            mask: token("mask_token"))
        lowercases = try Self.switched(config, "do_lower_case")
        stripsAccents = config["strip_accents"] == nil ? nil : .some(try Self.switched(config, "strip_accents"))
        spacesCJKIdeographs = try Self.switched(config, "tokenize_chinese_chars")
        tokenizerClass = config["tokenizer_class"]?.string
    }

    private static func switched(_ config: JSONValue, _ key: String) throws(TokenizationError) -> Bool? {
        guard let value = config[key], !value.isNull else { return nil }
        guard let boolean = value.boolean else {
            throw TokenizationError("expected \(key) to be true, false or null, found \(value.kind)")
        }
        return boolean
    }

    /// Returns the normalization for a folder with a `vocab.txt` alone, with the defaults of transformers' `BertTokenizer`.
    ///
    /// - Throws: `TokenizationError` if the tokenizer is of a class that reads such a file differently.
    func normalization() throws(TokenizationError) -> WordPieceNormalization {
        let supported = ["BertTokenizer", "DistilBertTokenizer", "ElectraTokenizer", "MobileBertTokenizer"]
        if let tokenizerClass, !supported.contains(where: { tokenizerClass == $0 || tokenizerClass == $0 + "Fast" }) {
            throw TokenizationError(
                "tokenizer_class \"\(tokenizerClass.prefix(80))\" is not supported with vocab.txt alone, only "
                    + supported.joined(separator: ", ") + "; save the tokenizer with a current transformers to get a "
                    + "tokenizer.json")
        }
        return WordPieceNormalization(
            lowercases: lowercases ?? true, stripsAccents: stripsAccents ?? nil,
            spacesCJKIdeographs: spacesCJKIdeographs ?? true)
    }

    /// Refuses a configuration that contradicts the normalizer of the `tokenizer.json` beside it: transformers uses one of the
    /// two and `tokenizers` the other.
    func check(agreesWith other: WordPieceNormalization) throws(TokenizationError) {
        func check(_ key: String, _ own: Bool, _ name: String, _ other: Bool) throws(TokenizationError) {
            guard own != other else { return }
            throw TokenizationError(
                "\(key) makes the normalizer's \(name) \(own), but in tokenizer.json it is \(other); "
                    + "make them agree")
        }
        if let lowercases { try check("do_lower_case", lowercases, "lowercase", other.lowercases) }
        if let stripsAccents {
            let own = stripsAccents ?? lowercases ?? other.lowercases
            try check("strip_accents", own, "strip_accents", other.removesAccents)
        }
        if let spacesCJKIdeographs {
            try check(
                "tokenize_chinese_chars", spacesCJKIdeographs, "handle_chinese_chars", other.spacesCJKIdeographs)
        }
    }
}
