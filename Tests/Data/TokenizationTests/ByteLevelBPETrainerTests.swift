import Files
import Foundation
import Testing
import TestSupport
import Text
import Tokenization

@Suite struct ByteLevelBPETrainerTests {
    private func corpus() throws -> [String] {
        try String(contentsOf: fixture("tokenization/corpus.txt"), encoding: .utf8)
            .unicodeScalars.split(separator: "\n").map { String($0) }
    }

    @Test("The corpus gives the merges and the vocabulary that the reference learns from it, in any order of lines")
    func reference() throws {
        let (expected, lines) = (try smallTokenizer(), try corpus())
        for texts in [lines, lines.reversed()] {
            let trained = try ByteLevelBPE.trained(on: texts, vocabularySize: 1_000, minimumFrequency: 2)
            #expect(trained.tokens.elementsEqual(expected.tokens, by: sameBytes))
            #expect(trained.endOfText == expected.endOfText)
            let (merges, reference) = (trained.spelledMerges, expected.spelledMerges)
            #expect(merges.count == 743)
            #expect(
                merges.elementsEqual(reference) { sameBytes($0.left, $1.left) && sameBytes($0.right, $1.right) })
        }
    }

    @Test("A pair has to occur as often as asked, and the vocabulary ends where no pair does")
    func minimumFrequency() throws {
        let texts = ["ab ab ab", "cd cd"]
        let three = try ByteLevelBPE.trained(on: texts, vocabularySize: 1_000, minimumFrequency: 3)
        #expect(three.spelledMerges.map { $0.left + "+" + $0.right } == ["a+b"])
        #expect(three.vocabularySize == 258)
        let two = try ByteLevelBPE.trained(on: texts, vocabularySize: 1_000, minimumFrequency: 2)
        #expect(two.spelledMerges.map { $0.left + "+" + $0.right } == ["a+b", "c+d", "Ġ+ab"])
    }

    @Test("Overlapping pairs, empty texts and no text at all are learned from without harm")
    func edges() throws {
        for texts in [[], [""], ["a"], ["aaaaaaaaaaaaaaaaaaaa aaa aaaa aaaaa"], ["\u{1F600}\u{1F600}\u{1F600}"]] {
            let trained = try ByteLevelBPE.trained(on: texts, vocabularySize: 300, minimumFrequency: 1)
            for text in texts { #expect(trained.decode(trained.encode(text)) == text) }
            #expect(trained.vocabularySize >= 257)
        }
        let text = String(repeating: "<|endoftext|>", count: 50)
        let trained = try ByteLevelBPE.trained(on: [text], vocabularySize: 400, minimumFrequency: 2)
        #expect(!trained.encode(text).contains(try #require(trained.endOfText)))
    }

    @Test("A size that has no room for the bytes and the end token is refused as wrong usage", arguments: [-1, 0, 256])
    func tooSmall(size: Int) {
        #expect {
            try ByteLevelBPE.trained(on: ["a"], vocabularySize: size, minimumFrequency: 1)
        } throws: {
            ($0 as? TokenizationError)?.category == .invalidRequest
        }
    }
}
