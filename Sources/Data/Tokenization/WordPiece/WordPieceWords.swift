/// The words of a text as BERT cuts it (`BertNormalizer`, then `BertPreTokenizer`): cleaned, with or without accents and
/// upper case, split at white space, each punctuation character a separate word.
///
/// All steps of the reference run scalar by scalar in one pass, which gives the same words: each step looks at one scalar
/// only, except for the canonical order of marks, for which `pending` holds them back.
struct WordPieceWords {
    /// A word: its bytes in `bytes` and its length in scalars.
    struct Word {
        let range: Range<Int>
        let scalars: Int
    }

    /// The words of the last text, UTF-8, concatenated.
    private(set) var bytes: [UInt8] = []
    private(set) var words: [Word] = []

    private let lowercases: Bool
    private let removesAccents: Bool
    private let spacesCJKIdeographs: Bool
    private let ascii = BERTCharacterTraits.ascii
    private let stripped = ScalarMapping.stripped
    private let lowercase = ScalarMapping.lowercase
    private let combiningClass = ScalarMapping.combiningClass
    /// The start of the current word, and its number of scalars so far.
    private var start = 0
    private var scalars = 0
    /// Marks since the last other character, to be ordered by their combining class: the class times 2^32 plus their place,
    /// and the mark.
    private var pending: [(key: UInt64, scalar: UInt32)] = []

    init(_ normalization: WordPieceNormalization) {
        lowercases = normalization.lowercases
        removesAccents = normalization.removesAccents
        spacesCJKIdeographs = normalization.spacesCJKIdeographs
    }

    /// Reads the next text, valid UTF-8; its words replace those of the text before.
    mutating func read(_ text: UnsafeBufferPointer<UInt8>) {
        bytes.removeAll(keepingCapacity: true)
        words.removeAll(keepingCapacity: true)
        (start, scalars) = (0, 0)
        var position = 0
        while position < text.count {
            let first = text[position]
            if first < 0x80 {
                take(ascii: first)
                position += 1
            } else {
                let length = first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4
                var scalar = UInt32(first) & (0xFF >> UInt32(length + 1))
                for index in 1..<length { scalar = scalar << 6 | UInt32(text[position + index] & 0x3F) }
                take(scalar)
                position += length
            }
        }
        takePending()
        endWord()
    }

    @inline(__always)
    private mutating func take(ascii byte: UInt8) {
        let traits = ascii[Int(byte)]
        if traits.contains(.removed) { return }
        if !pending.isEmpty { takePending() }
        if traits.contains(.space) {
            endWord()
        } else if traits.contains(.punctuation) {
            endWord()
            append(ascii: byte)
            endWord()
        } else {
            let isUpper = byte &- UInt8(ascii: "A") < 26
            append(ascii: isUpper && lowercases ? byte | 0x20 : byte)
        }
    }

    private mutating func take(_ scalar: UInt32) {
        let traits = BERTCharacterTraits(of: scalar)
        if traits.contains(.removed) { return }
        if traits.contains(.space) {
            takePending()
            endWord()
        } else if spacesCJKIdeographs, traits.contains(.cjkIdeograph) {
            takePending()
            endWord()
            decompose(scalar, traits)
            takePending()
            endWord()
        } else {
            decompose(scalar, traits)
        }
    }

    /// Removes the accents if the normalization does.
    private mutating func decompose(_ scalar: UInt32, _ traits: BERTCharacterTraits) {
        guard removesAccents else { return lower(scalar) }
        if traits.contains(.nonspacing) {
            if traits.contains(.separating) { takePending() }
            return
        }
        if scalar >= 0xAC00, scalar < 0xD7A4 {
            // Hangul syllables, Unicode 15, section 3.12: a leading consonant, a vowel, perhaps a trailing consonant.
            takePending()
            let index = scalar - 0xAC00
            lower(0x1100 + index / 588)
            lower(0x1161 + index % 588 / 28)
            if index % 28 != 0 { lower(0x11A7 + index % 28) }
            return
        }
        let images = stripped.images(of: scalar)
        if images.isEmpty { return order(scalar) }
        for index in images { order(stripped[index]) }
    }

    /// Holds marks back until no more can come before them.
    private mutating func order(_ scalar: UInt32) {
        if let index = combiningClass.images(of: scalar).first {
            pending.append((UInt64(combiningClass[index]) << 32 | UInt64(pending.count), scalar))
        } else {
            takePending()
            lower(scalar)
        }
    }

    private mutating func takePending() {
        guard !pending.isEmpty else { return }
        pending.sort { $0.key < $1.key }
        for mark in pending { lower(mark.scalar) }
        pending.removeAll(keepingCapacity: true)
    }

    private mutating func lower(_ scalar: UInt32) {
        guard lowercases else { return split(scalar) }
        let images = lowercase.images(of: scalar)
        if images.isEmpty { return split(scalar) }
        for index in images { split(lowercase[index]) }
    }

    /// Adds a normalized scalar to the word or ends the word with it.
    private mutating func split(_ scalar: UInt32) {
        let traits = scalar < 0x80 ? ascii[Int(scalar)] : BERTCharacterTraits(of: scalar)
        if traits.contains(.punctuation) {
            endWord()
            append(scalar)
            endWord()
        } else {
            append(scalar)
        }
    }

    @inline(__always)
    private mutating func append(ascii byte: UInt8) {
        bytes.append(byte)
        scalars += 1
    }

    private mutating func append(_ scalar: UInt32) {
        scalars += 1
        switch scalar {
        case ..<0x80: bytes.append(UInt8(scalar))
        case ..<0x800: bytes += [0xC0 | UInt8(scalar >> 6), continuation(scalar)]
        case ..<0x10000: bytes += [0xE0 | UInt8(scalar >> 12), continuation(scalar >> 6), continuation(scalar)]
        default:
            bytes += [
                0xF0 | UInt8(scalar >> 18), continuation(scalar >> 12), continuation(scalar >> 6), continuation(scalar),
            ]
        }
    }

    private func continuation(_ bits: UInt32) -> UInt8 { 0x80 | UInt8(bits & 0x3F) }

    @inline(__always)
    private mutating func endWord() {
        guard bytes.count > start else { return }
        words.append(Word(range: start..<bytes.count, scalars: scalars))
        (start, scalars) = (bytes.count, 0)
    }
}
