/// The properties of a character that BERT's normalizer and pre-tokenizer depend on, with the values of `tokenizers`.
struct BERTCharacterTraits: OptionSet {
    let rawValue: UInt8

    /// Control, format and private-use characters, U+0000 and U+FFFD: they are removed from a text.
    static let removed = BERTCharacterTraits(rawValue: 1)
    /// White space, which ends a word.
    static let space = BERTCharacterTraits(rawValue: 2)
    /// Punctuation, a separate word.
    static let punctuation = BERTCharacterTraits(rawValue: 4)
    /// CJK ideographs, by the blocks that BERT lists.
    static let cjkIdeograph = BERTCharacterTraits(rawValue: 8)
    /// Nonspacing marks, which are removed with the accents.
    static let nonspacing = BERTCharacterTraits(rawValue: 16)
    /// Nonspacing marks of combining class 0, across which others are not reordered.
    static let separating = BERTCharacterTraits(rawValue: 32)

    init(rawValue: UInt8) { self.rawValue = rawValue }

    /// The traits of a scalar, by binary search.
    init(of scalar: UInt32) {
        var low = 0
        var high = bertTraitRuns.count
        // The run is the last one that does not begin after the scalar; the first begins at U+0000.
        while high - low > 1 {
            let middle = (low + high) / 2
            if bertTraitRuns[middle] >> 6 <= scalar { low = middle } else { high = middle }
        }
        self.init(rawValue: UInt8(bertTraitRuns[low] & 63))
    }

    /// The traits of the ASCII characters.
    static let ascii: [BERTCharacterTraits] = (0..<128).map { BERTCharacterTraits(of: $0) }
}

/// A table from scalars to their images: the scalar times 2^32 plus one scalar of its image, ascending by scalar, the images
/// in their order.
struct ScalarMapping {
    private let pairs: [UInt64]

    init(_ pairs: [UInt64]) { self.pairs = pairs }

    /// The range of the images of a scalar, for `subscript`; empty if it has none.
    @inline(__always)
    func images(of scalar: UInt32) -> Range<Int> {
        let key = UInt64(scalar) << 32
        guard let last = pairs.last, key <= last else { return 0..<0 }
        var low = 0
        var high = pairs.count
        while low < high {
            let middle = (low + high) / 2
            if pairs[middle] < key { low = middle + 1 } else { high = middle }
        }
        var end = low
        while end < pairs.count, pairs[end] >> 32 == UInt64(scalar) { end += 1 }
        return low..<end
    }

    subscript(index: Int) -> UInt32 { UInt32(truncatingIfNeeded: pairs[index]) }

    /// The scalars that remain without accents, if they are neither the scalar itself nor empty.
    static let stripped = ScalarMapping(bertStrippedPairs)
    /// Lower case.
    static let lowercase = ScalarMapping(bertLowercasePairs)
    /// The canonical combining class of scalars that remain without accents and have one.
    static let combiningClass = ScalarMapping(bertCombiningPairs)
}
