import Preconditions

/// Texts as sparse rows of weighted words: how often each run of words occurs in a text, times how rare it is, the row
/// scaled to the length 1.
///
/// A run that occurs in d of N training texts weighs ln((1 + N) / (1 + d)) + 1 (Spärck Jones, "A statistical interpretation
/// of term specificity", Journal of Documentation 28, 1972, in the smoothed form of scikit-learn's `TfidfVectorizer`, whose
/// rows these equal). Runs that training never saw count for nothing.
public struct TFIDFFeatures: Sendable {
    /// What becomes a column.
    public struct Options: Sendable, Hashable, Codable {
        /// Runs of how many words; 1 and 2 unless said otherwise.
        public var words: ClosedRange<Int>
        /// Runs of how many characters inside of one word, the space before it and the space behind it being part of it
        /// (`analyzer="char_wb"`); `nil` for none. Here a word is what stands between white space, signs included. These
        /// columns are scaled to the length 1 by themselves, as in a `FeatureUnion` of two vectorizers.
        public var characters: ClosedRange<Int>?
        /// Shorter words are left out; 2, the token pattern of scikit-learn.
        public var shortestWord: Int
        /// A run must occur in this many training texts to get a column; 1 keeps all.
        public var minimumTexts: Int

        /// Traps unless the numbers are positive.
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

    /// What became a column.
    public let options: Options
    /// The number of each word of the training texts.
    private let vocabulary: [String: UInt32]
    private let words: NGramFeatures
    private let characters: NGramFeatures?

    /// Finds the columns and their weights.
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

    /// `[N, columnCount]`: a row for each text, empty where nothing in it is known.
    public func rows(of texts: [String]) -> SparseRows {
        var rows = SparseRows(columnCount: columnCount)
        for text in texts { rows.append(row(of: text)) }
        return rows
    }

    private func row(of text: String) -> [(column: Int32, value: Double)] {
        // No node of the tree bears the last number: the run ends at a word that training never saw.
        let symbols = Self.words(in: text, shortest: options.shortestWord).map { vocabulary[$0] ?? .max }
        let row = words.row(of: [symbols])
        guard let characters else { return row }
        let first = Int32(words.count)
        return row + characters.row(of: Self.paddedWords(in: text)).map { ($0.column + first, $0.value) }
    }

    /// The words of a text in lower case: the longest runs of letters, numbers and underscores (what `\w` matches in
    /// Python), without those of fewer than `shortest` characters.
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

    /// What stands between white space, in lower case and between two spaces, as characters.
    private static func paddedWords(in text: String) -> [[UInt32]] {
        let space = Unicode.Scalar(" ").value
        return runs(in: text.lowercased()) { !$0.properties.isWhitespace }.map { word in
            [space] + word.unicodeScalars.map(\.value) + [space]
        }
    }
}
