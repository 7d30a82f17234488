import Preconditions

/// TF-IDF features: the count of each run of words in a text times the weight of its rarity, with each row scaled to length 1.
///
/// A run that occurs in d of N training texts weighs ln((1 + N) / (1 + d)) + 1 (Spärck Jones, "A statistical interpretation
/// of term specificity", Journal of Documentation 28, 1972, in the smoothed form of scikit-learn's `TfidfVectorizer`, whose
/// rows these equal). Runs not seen in training are ignored.
public struct TFIDFFeatures: Sendable {
    /// The choice of columns.
    public struct Options: Sendable, Hashable, Codable {
        /// The lengths of word runs; 1 and 2 by default.
        public var words: ClosedRange<Int>
        /// The lengths of character runs inside a word with a space on either side (`analyzer="char_wb"`); `nil` for none. Here a
        /// word is everything between white space, punctuation included. These columns are scaled to length 1 separately, as in a
        /// `FeatureUnion` of two vectorizers.
        public var characters: ClosedRange<Int>?
        /// The shortest word that is kept; 2 by default, as in the token pattern of scikit-learn.
        public var shortestWord: Int
        /// The fewest training texts in which a run must occur to get a column; 1 keeps all.
        public var minimumTexts: Int

        /// Creates options. Traps unless all numbers are positive.
        public init(
            words: ClosedRange<Int> = 1...2, characters: ClosedRange<Int>? = nil, shortestWord: Int = 2,
            minimumTexts: Int = 1
        ) {
            require(
                words.lowerBound > 0 && characters?.lowerBound ?? 1 > 0 && shortestWord > 0 && minimumTexts > 0,
                "TFIDFFeatures.Options: lengths and counts must be positive")
            self.words = words
            self.characters = characters
            self.shortestWord = shortestWord
            self.minimumTexts = minimumTexts
        }
    }

    /// The choice of columns.
    public let options: Options
    /// The number of each word of the training texts.
    private let vocabulary: [String: UInt32]
    private let words: NGramFeatures
    private let characters: NGramFeatures?

    /// Finds the columns of training texts and their weights.
    public init(fitting texts: [String], _ options: Options = Options()) {
        var vocabulary: [String: UInt32] = [:]
        words = NGramFeatures(
            lengths: options.words, keepsShortPieces: false, textCount: texts.count,
            minimumTexts: options.minimumTexts
        ) { text in
            let symbols = Self.words(in: texts[text], shortest: options.shortestWord).map { word in
                let symbol = vocabulary[word] ?? UInt32(vocabulary.count)
                vocabulary[word] = symbol
                return symbol
            }
            return [symbols]
        }
        characters = options.characters.map { lengths in
            NGramFeatures(
                lengths: lengths, keepsShortPieces: true, textCount: texts.count, minimumTexts: options.minimumTexts
            ) { Self.paddedWords(in: texts[$0]) }
        }
        self.vocabulary = vocabulary
        self.options = options
    }

    /// The number of columns; those of words come first.
    public var columnCount: Int { words.count + (characters?.count ?? 0) }

    /// Returns a row for each text, `[N, columnCount]`; empty if nothing in it is known.
    public func rows(of texts: [String]) -> SparseRows {
        var rows = SparseRows(columnCount: columnCount)
        for text in texts { rows.append(row(of: text)) }
        return rows
    }

    private func row(of text: String) -> [(column: Int32, value: Double)] {
        // No node has the last number: a run ends at a word not seen in training.
        let symbols = Self.words(in: text, shortest: options.shortestWord).map { vocabulary[$0] ?? .max }
        let row = words.row(of: [symbols])
        guard let characters else { return row }
        let first = Int32(words.count)
        return row + characters.row(of: Self.paddedWords(in: text)).map { ($0.column + first, $0.value) }
    }

    /// Returns the words of a text in lower case: the longest runs of letters, numbers and underscores (what `\w` matches in
    /// Python), without those shorter than `shortest` characters.
    static func words(in text: String, shortest: Int) -> [String] {
        runs(in: text.lowercased(), of: isWordCharacter).filter { $0.unicodeScalars.count >= shortest }
    }

    private static func isWordCharacter(_ scalar: Unicode.Scalar) -> Bool {
        if scalar.isASCII {
            switch scalar {
            case "a"..."z", "A"..."Z", "0"..."9", "_": return true
            default: return false
            }
        }
        switch scalar.properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter: return true
        default: return scalar.properties.numericType != nil
        }
    }

    /// Returns the characters of each word between white space, in lower case and with a space on either side.
    private static func paddedWords(in text: String) -> [[UInt32]] {
        let space = Unicode.Scalar(" ").value
        return runs(in: text.lowercased()) { !$0.properties.isWhitespace }.map { word in
            [space] + word.unicodeScalars.map(\.value) + [space]
        }
    }
}
