import Files
import Foundation
import JSON
import Testing
import TestSupport
import Text
import Tokenization

@Suite struct WordPieceTrainerTests {
    private func sample() throws -> [String] {
        let file = repositoryRoot.appendingPathComponent("data/sample/headlines.jsonl")
        return try Data(contentsOf: file).split(separator: UInt8(ascii: "\n"))
            .compactMap { try JSONValue(parsing: $0)["headline"]?.string }
    }

    private func corpus() throws -> [String] {
        try String(contentsOf: fixture("tokenization/corpus.txt"), encoding: .utf8)
            .unicodeScalars.split(separator: "\n").map { String($0) }
    }

    @Test("The sample headlines give the vocabulary that the reference learns from them, in any order")
    func uncased() throws {
        let (expected, lines) = (try uncasedTokenizer(), try sample())
        for texts in [lines, lines.reversed()] {
            expectEqual(
                try WordPieceTokenizer.trained(
                    on: texts, vocabularySize: 3_000, minimumFrequency: 2,
                    normalization: WordPieceNormalization(lowercases: true)), expected)
        }
    }

    @Test("With a limited alphabet and upper case the vocabulary is that of the reference")
    func cased() throws {
        expectEqual(
            try WordPieceTokenizer.trained(
                on: try sample() + corpus(), vocabularySize: 2_000, minimumFrequency: 2, alphabetLimit: 80,
                normalization: WordPieceNormalization(lowercases: false)), try casedTokenizer())
    }

    private func learned(_ texts: [String], size: Int, frequency: Int, limit: Int = 1_000) throws -> [String] {
        let trained = try WordPieceTokenizer.trained(
            on: texts, vocabularySize: size, minimumFrequency: frequency, alphabetLimit: limit,
            normalization: WordPieceNormalization(lowercases: true))
        return Array(trained.tokens.dropFirst(5))
    }

    @Test("A pair has to occur as often as asked, and the vocabulary ends where none does or at its size")
    func minimumFrequency() throws {
        let texts = ["abc ab ab", "ad AD ca"]
        let characters = ["a", "b", "c", "d", "##a", "##b", "##c", "##d"]
        #expect(try learned(texts, size: 99, frequency: 3) == characters + ["ab"])
        #expect(try learned(texts, size: 99, frequency: 1) == characters + ["ab", "ad", "ca", "abc"])
        #expect(try learned(texts, size: 15, frequency: 1) == characters + ["ab", "ad"])
        #expect(try learned(texts, size: 99, frequency: 3, limit: 2) == ["a", "b", "##a", "##b", "ab"])
    }

    @Test("Repetitions, no text at all and text that spells special tokens are learned from without harm")
    func edges() throws {
        for texts in [[], [""], ["a"], ["aaaaaaaaaaaaaaaaaaaa aaa aaaa aaaaa"], ["[CLS] [CLS]", "\u{1F600}\u{1F600}"]] {
            let trained = try WordPieceTokenizer.trained(
                on: texts, vocabularySize: 100, minimumFrequency: 1,
                normalization: WordPieceNormalization(lowercases: true))
            #expect(trained.specialTokens == [0, 1, 2, 3, 4])
            for text in texts { #expect(trained.encode(text).allSatisfy { $0 > 4 }) }
        }
    }

    @Test("A size that has no room for the characters is refused as wrong usage", arguments: [-1, 0, 5, 8])
    func tooSmall(size: Int) {
        #expect {
            try WordPieceTokenizer.trained(
                on: ["ab cb"], vocabularySize: size, minimumFrequency: 1,
                normalization: WordPieceNormalization(lowercases: true))
        } throws: {
            ($0 as? TokenizationError)?.category == .invalidRequest
        }
    }
}
