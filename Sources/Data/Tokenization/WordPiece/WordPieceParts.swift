import Files
import JSON
import Text

/// The parts of a WordPiece tokenizer as the files of a folder have them, before they are checked against each other.
struct WordPieceParts {
    var vocabulary: VocabularyListing
    var normalization: WordPieceNormalization
    var cleansUp = true
    /// The unknown token, if the file of the vocabulary names it.
    var unk: String?
    /// The tokens around each text, if the file of the vocabulary has them.
    var frame: Frame?

    /// The tokens around a text, with the ids that the post-processor gives them.
    struct Frame {
        typealias Token = (spelling: String, id: Int)
        let cls: Token
        let sep: Token
    }

    init(vocabulary: VocabularyListing, normalization: WordPieceNormalization) {
        self.vocabulary = vocabulary
        self.normalization = normalization
    }

    /// Reads the vocabulary in the lines of a `vocab.txt`.
    ///
    /// Trailing white space is not part of an entry, as in `tokenizers`.
    init(vocabularyLines lines: [String], normalization: WordPieceNormalization) throws(TokenizationError) {
        var seen: [ByteString: Int] = [:]
        var entries: [(key: String, value: JSONValue)] = []
        for (id, line) in lines.enumerated() {
            let end = line.unicodeScalars.lastIndex { !BERTCharacterTraits(of: $0.value).contains(.space) }
            guard let end, id > 0 || line.unicodeScalars.first != "\u{FEFF}" else {
                throw TokenizationError(
                    end == nil
                        ? "line \(id + 1) is empty; expected one entry in each line"
                        : "begins with a byte order mark, which would be part of the first entry; remove it")
            }
            let entry = String(line.unicodeScalars[...end])
            if let first = seen.updateValue(id, forKey: ByteString(entry)) {
                throw TokenizationError(
                    "lines \(first + 1) and \(id + 1) both hold \"\(entry.prefix(80))\"; expected each entry once")
            }
            entries.append((entry, .integer(id)))
        }
        self.init(vocabulary: VocabularyListing(entries: entries), normalization: normalization)
    }

    /// Returns the tokenizer of these parts.
    ///
    /// - Parameter named: the tokens with roles that configuration files name.
    func tokenizer(named: WordPieceConfiguration.NamedTokens) throws(TokenizationError) -> WordPieceTokenizer {
        let ids = try vocabulary.ids()
        let tokens = try VocabularyListing.inOrder(ids)
        if let frame {
            for token in [frame.cls, frame.sep] where ids[ByteString(token.spelling)] != token.id {
                let found = ids[ByteString(token.spelling)].map { "the id \($0)" } ?? "no entry"
                throw TokenizationError(
                    "the post-processor puts \"\(token.spelling.prefix(80))\" with the id \(token.id) around each text, "
                        + "but the vocabulary has \(found) for it")
            }
        }
        var roles = WordPieceTokenizer.Roles()
        roles.cls = try Self.agreed("cls_token", named.cls, frame?.cls.spelling) ?? roles.cls
        roles.sep = try Self.agreed("sep_token", named.sep, frame?.sep.spelling) ?? roles.sep
        roles.unk = try Self.agreed("unk_token", named.unk, unk) ?? roles.unk
        func optional(_ named: String?, _ usual: String) -> String? {
            named ?? (ids[ByteString(usual)] == nil ? nil : usual)
        }
        if let pad = roles.pad { roles.pad = optional(named.pad, pad) }
        if let mask = roles.mask { roles.mask = optional(named.mask, mask) }
        return try WordPieceTokenizer(
            tokens: tokens, roles: roles, specialTokens: vocabulary.added.map { Int32($0.id) },
            normalization: normalization, cleansUp: cleansUp)
    }

    /// Returns the spelling that both files agree on, or that of the only one that has any.
    private static func agreed(
        _ key: String, _ configured: String?, _ own: String?
    ) throws(TokenizationError) -> String? {
        guard let configured, let own else { return configured ?? own }
        guard configured.utf8.elementsEqual(own.utf8) else {
            throw TokenizationError(
                "it has \"\(own.prefix(80))\" where the configuration beside it says \(key) = "
                    + "\"\(configured.prefix(80))\"; make them agree")
        }
        return own
    }
}
