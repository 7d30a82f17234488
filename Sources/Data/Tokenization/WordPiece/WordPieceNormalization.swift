/// What BERT does to a text before it is cut into words (`BertNormalizer` of Hugging Face `tokenizers`).
///
/// Control characters are always removed and white space always becomes a space; the rest is a choice that belongs to
/// the vocabulary.
public struct WordPieceNormalization: Hashable, Sendable {
    /// Whether each letter becomes its lower case, one by one: a final sigma becomes "σ" like any other.
    public var lowercases: Bool
    /// Whether characters lose their accents: they are decomposed and nonspacing marks are removed. `nil` is BERT's
    /// rule: if and only if they are lower-cased.
    public var stripsAccents: Bool?
    /// Whether each Chinese character is a word of its own.
    public var spacesChineseCharacters: Bool

    /// - Parameters:
    ///   - lowercases: Whether letters become lower case; there is no default, because a wrong choice would be silent.
    ///   - stripsAccents: Whether accents are removed, `nil` to let that follow `lowercases`.
    ///   - spacesChineseCharacters: Whether each Chinese character is a word of its own, as in all of BERT's models.
    public init(lowercases: Bool, stripsAccents: Bool? = nil, spacesChineseCharacters: Bool = true) {
        self.lowercases = lowercases
        self.stripsAccents = stripsAccents
        self.spacesChineseCharacters = spacesChineseCharacters
    }

    /// Whether accents are removed, all told.
    public var removesAccents: Bool { stripsAccents ?? lowercases }
}
