/// BERT's WordPiece tokenizer (Devlin et al. 2018), id for id that of Hugging Face `tokenizers`.
///
/// A text is normalized and cut into words (`WordPieceWords`); each word becomes the longest entry that it begins with,
/// then, repeatedly, the longest "##" entry that its rest begins with. If that fails, or the word has more than 100
/// characters, the whole word becomes the unknown token. A value is immutable and may be used from any number of threads.
public struct WordPieceTokenizer: Sendable {
    /// The prefix of entries that continue a word.
    static let continuationMark = "##"
    /// The length in Unicode scalars beyond which a word is unknown (`max_input_chars_per_word`).
    static let longestWord = 100

    /// The entries by id; those that continue a word begin with "##".
    public let tokens: [String]
    /// The ids of the special tokens, ascending. No text is ever encoded as one of them except `unk`.
    public let specialTokens: [Int32]
    /// `[CLS]`, the first token of the model's input.
    public let cls: Int32
    /// `[SEP]`, the last token of the model's input.
    public let sep: Int32
    /// `[UNK]`, the token of words that the vocabulary cannot spell.
    public let unk: Int32
    /// `[PAD]`, which is unused here; `nil` if the vocabulary has none.
    public let pad: Int32?
    /// `[MASK]`, which replaces words in pretraining; `nil` if the vocabulary has none.
    public let mask: Int32?
    /// The normalization of a text before it is cut into words.
    public let normalization: WordPieceNormalization
    /// True if `decode` removes the space before ".", "?", "!", "," and English contractions.
    public let cleansUp: Bool

    private let trie: WordPieceTrie

    /// The spelling of the tokens that have a role.
    public struct Roles: Hashable, Sendable {
        /// The token before each text.
        public var cls = "[CLS]"
        /// The token after each text.
        public var sep = "[SEP]"
        /// The token of unknown words.
        public var unk = "[UNK]"
        /// The token that fills up batches; `nil` for none.
        public var pad: String? = "[PAD]"
        /// The token that replaces words in pretraining; `nil` for none.
        public var mask: String? = "[MASK]"

        /// BERT's own spelling.
        public init() {}
    }

    /// Makes a tokenizer from the parts of a vocabulary.
    ///
    /// - Parameters:
    ///   - tokens: the entries by id.
    ///   - roles: the tokens that have a role; they are special.
    ///   - specialTokens: the ids of further special tokens.
    ///   - normalization: the normalization of a text before it is cut into words.
    ///   - cleansUp: true if `decode` removes spaces, see `cleansUp`.
    /// - Throws: `TokenizationError` if an entry comes twice, a token with a role is not an entry, a special token is
    ///   not an entry or is spelled as a word, or there are no entries at all.
    public init(
        tokens: [String], roles: Roles = Roles(), specialTokens: [Int32] = [],
        normalization: WordPieceNormalization, cleansUp: Bool = true
    ) throws(TokenizationError) {
        guard tokens.count < Int(Int32.max) else {
            throw TokenizationError("the vocabulary has \(tokens.count) entries, more than 32-bit ids can count")
        }
        guard !tokens.isEmpty else { throw TokenizationError("the vocabulary is empty") }
        let index = try VocabularyIndex(tokens)
        cls = try index.id(of: roles.cls, as: "classification token (cls_token)")
        sep = try index.id(of: roles.sep, as: "separator (sep_token)")
        unk = try index.id(of: roles.unk, as: "unknown token (unk_token)")
        pad = try roles.pad.map { (token) throws(TokenizationError) in
            try index.id(of: token, as: "padding token (pad_token)")
        }
        mask = try roles.mask.map { (token) throws(TokenizationError) in
            try index.id(of: token, as: "mask (mask_token)")
        }
        let special = Set(specialTokens + [cls, sep, unk] + [pad, mask].compactMap { $0 })
        for id in special {
            guard tokens.indices.contains(Int(id)) else {
                throw TokenizationError("the special token of id \(id) is not one of the \(tokens.count) entries")
            }
            try Self.checkIsNoWord(tokens[Int(id)])
        }
        self.tokens = tokens
        self.specialTokens = special.sorted()
        self.normalization = normalization
        self.cleansUp = cleansUp
        trie = try Self.trie(of: tokens, special: special)
    }

    /// Refuses a special token that plain text could become: one that is a word, or the continuation of one.
    private static func checkIsNoWord(_ token: String) throws(TokenizationError) {
        let rest =
            token.utf8.starts(with: continuationMark.utf8)
            ? token.unicodeScalars.dropFirst(2) : token.unicodeScalars[...]
        let splits = rest.contains {
            !BERTCharacterTraits(of: $0.value).isDisjoint(with: [.space, .punctuation, .removed])
        }
        // A punctuation character is a word by itself, but not with anything beside it.
        let isWord = splits ? token.unicodeScalars.count == 1 : !rest.isEmpty
        guard !isWord else {
            throw TokenizationError(
                "the special token \"\(token.prefix(80))\" is spelled as a word, so that plain text could become it; "
                    + "expected one such as \"[\(token.prefix(80))]\"")
        }
    }

    private static func trie(of tokens: [String], special: Set<Int32>) throws(TokenizationError) -> WordPieceTrie {
        var length = 0
        for token in tokens { length += token.utf8.count }
        guard length < Int(Int32.max) else {
            throw TokenizationError("the entries of the vocabulary hold \(length) bytes; at most 2 GB are supported")
        }
        var trie = WordPieceTrie()
        for (id, token) in tokens.enumerated() where !special.contains(Int32(id)) {
            if token.utf8.starts(with: continuationMark.utf8) {
                trie.insert(token.utf8.dropFirst(2), at: .continuation, entry: Int32(id))
            } else {
                trie.insert(token.utf8, at: .beginning, entry: Int32(id))
            }
        }
        return trie
    }

    /// The number of entries, special tokens included.
    public var vocabularySize: Int { tokens.count }

    /// Returns the entry with the given spelling, compared by bytes. Linear search.
    public func id(of token: String) -> Int32? {
        tokens.firstIndex { $0.utf8.elementsEqual(token.utf8) }.map { Int32($0) }
    }

    /// Returns the ids of a text without any frame: "[SEP]" in a text is plain text.
    public func encode(_ text: String) -> [Int32] {
        var words = WordPieceWords(normalization)
        var text = text
        text.withUTF8 { words.read($0) }
        var ids: [Int32] = []
        ids.reserveCapacity(words.words.count + words.words.count / 2)
        words.bytes.withUnsafeBufferPointer { bytes in
            for word in words.words {
                append(UnsafeBufferPointer(rebasing: bytes[word.range]), scalars: word.scalars, to: &ids)
            }
        }
        return ids
    }

    /// Appends the ids of one word.
    private func append(_ word: UnsafeBufferPointer<UInt8>, scalars: Int, to ids: inout [Int32]) {
        let before = ids.count
        guard scalars <= Self.longestWord else { return ids.append(unk) }
        var (start, root) = (0, WordPieceTrie.Root.beginning)
        while start < word.count {
            guard let match = trie.longestMatch(UnsafeBufferPointer(rebasing: word[start...]), at: root) else {
                ids.removeSubrange(before...)
                return ids.append(unk)
            }
            ids.append(match.entry)
            start += match.length
            root = .continuation
        }
    }

    /// Returns the ids between `cls` and `sep`, the input of the model.
    public func framed(_ ids: some Collection<Int32>) -> [Int32] {
        [cls] + ids + [sep]
    }

    /// Returns the words of a text after normalization, which `encode` looks up.
    package func words(of text: String) -> [String] {
        var words = WordPieceWords(normalization)
        var text = text
        text.withUTF8 { words.read($0) }
        return words.words.map { String(decoding: words.bytes[$0.range], as: UTF8.self) }
    }
}
