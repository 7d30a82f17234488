import Files
import Foundation
import Testing
import TestSupport
import Tokenization

@Suite struct ByteLevelBPETests {
    @Test("Text that spells a special token is plain text")
    func specialText() throws {
        let tokenizer = try smallTokenizer()
        let end = try #require(tokenizer.endOfText)
        #expect(tokenizer.tokens[Int(end)] == "<|endoftext|>")
        #expect(tokenizer.specialTokens == [end])
        for text in ["<|endoftext|>", "a <|endoftext|> b", "<|endoftext|><|endoftext|>"] {
            let ids = tokenizer.encode(text)
            #expect(!ids.contains(end))
            #expect(tokenizer.decode(ids) == text)
        }
        #expect(tokenizer.decode([end]) == "<|endoftext|>")
    }

    @Test("Canonically equivalent texts have different ids and come back as they were")
    func canonicalEquivalence() throws {
        let tokenizer = try smallTokenizer()
        for (one, other) in [("\u{E9}", "e\u{301}"), ("\u{212B}", "\u{C5}"), ("\u{AC00}", "\u{1100}\u{1161}")] {
            #expect(one == other)
            #expect(tokenizer.encode(one) != tokenizer.encode(other))
            #expect(sameBytes(tokenizer.decode(tokenizer.encode(one)), one))
            #expect(sameBytes(tokenizer.decode(tokenizer.encode(other)), other))
        }
    }

    @Test("Words of a million bytes are encoded and come back")
    func longWords() throws {
        let tokenizer = try smallTokenizer()
        for unit in ["a", "th", "e\u{301}", "😀", " ", "\n", "the1"] {
            let text = String(repeating: unit, count: 1_000_000 / unit.utf8.count)
            #expect(sameBytes(tokenizer.decode(tokenizer.encode(text)), text))
        }
    }

    @Test("A streamed character appears with its last byte, and an unfinished one as U+FFFD at the end")
    func streaming() throws {
        let tokenizer = try smallTokenizer()
        let idOfByte = Dictionary(uniqueKeysWithValues: (0..<Int32(256)).map { (tokenizer.bytes(of: $0).first!, $0) })
        #expect(tokenizer.encode("A") == [idOfByte[0x41]!])
        var stream = ByteLevelBPEStreamingDecoder(tokenizer)
        let emoji: [UInt8] = Array("😀".utf8)
        #expect(emoji.map { stream.append(idOfByte[$0]!) } == ["", "", "", "😀"])
        #expect(stream.append(idOfByte[0xE2]!) == "")
        #expect(stream.append(idOfByte[0x41]!) == "\u{FFFD}A")
        #expect(stream.append(idOfByte[0xC3]!) == "")
        #expect(stream.finish() == "\u{FFFD}")
        #expect(stream.finish() == "")
        #expect(stream.append(idOfByte[0xA9]!) == "\u{FFFD}")
    }

    @Test("Ids that are no entries decode to U+FFFD")
    func unknownIDs() throws {
        let tokenizer = try smallTokenizer()
        #expect(tokenizer.decode([-1, 0, 1_000, Int32.max, Int32.min]) == "\u{FFFD}!\u{FFFD}\u{FFFD}\u{FFFD}")
    }

    @Test("One tokenizer is used from many threads at once")
    func threads() async throws {
        let (tokenizer, strings) = (try smallTokenizer(), try UnicodeStrings())
        let expected = (0..<500).map { tokenizer.encode(strings.string($0)) }
        await withTaskGroup(of: [[Int32]].self) { group in
            for _ in 0..<8 { group.addTask { (0..<500).map { tokenizer.encode(strings.string($0)) } } }
            for await ids in group { #expect(ids == expected) }
        }
    }

    @Test("Parts that do not fit each other are refused")
    func refusedParts() throws {
        let good = try smallTokenizer()
        let (tokens, merges, count) = (good.tokens, good.spelledMerges, Int32(good.tokens.count))
        func refusal(
            _ tokens: [String], _ merges: [(left: String, right: String)], special: [Int32] = [], end: Int32? = nil,
            prefix: [Int32] = []
        ) -> String? {
            do throws(TokenizationError) {
                _ = try ByteLevelBPE(
                    tokens: tokens, merges: merges, specialTokens: special, endOfText: end, prefix: prefix)
                return nil
            } catch {
                return error.problem
            }
        }
        #expect(refusal(tokens, merges, special: [count - 1], end: count - 1, prefix: [count - 1]) == nil)
        #expect(refusal([], [])?.contains("256 of the 256 bytes") == true)
        #expect(refusal(Array(tokens.dropFirst()), [])?.contains("1 of the 256 bytes have no entry") == true)
        #expect(refusal(tokens + ["!"], merges)?.contains("has the ids 0 and 1000") == true)
        #expect(refusal(tokens, merges + [("q", "!")])?.contains("its result is not in the vocabulary") == true)
        #expect(refusal(tokens, merges + [("\u{E9}x", "!")])?.contains("\"\u{E9}x\" is not in the vocab") == true)
        #expect(refusal(tokens, merges + [merges[3]])?.contains("it is listed twice") == true)
        #expect(refusal(tokens, merges, special: [count])?.contains("not one of the 1000 entries") == true)
        #expect(refusal(tokens, merges, special: [300])?.contains("makes a special token") == true)
        #expect(refusal(tokens, merges, end: 5)?.contains("not a special token") == true)
        #expect(refusal(tokens, merges, special: [count - 1], prefix: [5])?.contains("not a special token") == true)
        #expect(throws: TokenizationError.self) { try good.withPrefix([5]) }
    }
}
