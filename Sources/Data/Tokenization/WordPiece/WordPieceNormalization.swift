/// The normalization of a text before it is cut into words (`BertNormalizer` of Hugging Face `tokenizers`).
///
/// Control characters are always removed and white space always becomes a space; the rest depends on the
/// vocabulary.
public struct WordPieceNormalization: Hashable, Sendable {
    /// True if each letter becomes its lower case, one by one: a final sigma becomes "σ" like any other.
    public var lowercases: Bool
    /// True if characters lose their accents: they are decomposed and nonspacing marks are removed. `nil` is BERT's rule: if
    /// and only if they are lower-cased.
    public var stripsAccents: Bool?
    /// True if each CJK ideograph is a separate word.
    public var spacesCJKIdeographs: Bool

    /// A normalization from its choices.
    ///
    /// - Parameters:
    ///   - lowercases: true to make letters lower case; there is no default, because a wrong choice would be silent.
    ///   - stripsAccents: true to remove accents; `nil` follows `lowercases`.
    ///   - spacesCJKIdeographs: true to make each CJK ideograph a word, as in all of BERT's models.
    public init(lowercases: Bool, stripsAccents: Bool? = nil, spacesCJKIdeographs: Bool = true) {
        self.lowercases = lowercases
        self.stripsAccents = stripsAccents
        self.spacesCJKIdeographs = spacesCJKIdeographs
    }

    /// True if accents are removed, by choice or by rule.
    public var removesAccents: Bool { stripsAccents ?? lowercases }
}
