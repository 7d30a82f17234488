import Foundation
import Testing
import TestSupport
import Tokenization

/// The 3,000 lower-cased entries that the reference learned from the sample headlines.
func uncasedTokenizer() throws -> WordPieceTokenizer {
    try WordPieceTokenizer(folder: fixture("tokenization/wordpiece/uncased").path)
}

/// The 2,000 entries, upper and lower case apart, that the reference learned from the sample headlines and corpus.txt.
func casedTokenizer() throws -> WordPieceTokenizer {
    try WordPieceTokenizer(folder: fixture("tokenization/wordpiece/cased").path)
}

/// MiniLM's vocabulary if it lies beside the checkout.
func miniLMTokenizer(for test: String) throws -> WordPieceTokenizer? {
    try sharedFile("models/minilm-l6", for: test).map { try WordPieceTokenizer(folder: $0.path) }
}

/// A tokenizer of a few entries.
func tinyTokenizer(
    _ normalization: WordPieceNormalization = WordPieceNormalization(lowercases: true), cleansUp: Bool = true
) throws -> WordPieceTokenizer {
    try WordPieceTokenizer(tokens: tinyEntries, normalization: normalization, cleansUp: cleansUp)
}

/// The entries of `tinyTokenizer`.
let tinyEntries = [
    "[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "the", "th", "##e", "##ater", "a", "##a", "##b", "e", "é", "E", ".",
    ",", "'", "s", "t", "don", "##", "[", "]", "sep", "#",
]

func expectEqual(_ left: WordPieceTokenizer, _ right: WordPieceTokenizer) {
    #expect(left.tokens.elementsEqual(right.tokens, by: sameBytes))
    #expect(left.specialTokens == right.specialTokens)
    #expect(
        [left.cls, left.sep, left.unk, left.pad, left.mask] == [right.cls, right.sep, right.unk, right.pad, right.mask])
    #expect(left.normalization == right.normalization)
    #expect(left.cleansUp == right.cleansUp)
}
