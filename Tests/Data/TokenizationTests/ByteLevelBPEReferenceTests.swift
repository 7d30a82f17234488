import Files
import Foundation
import JSON
import Testing
import TestSupport
import Tokenization

/// Identity with Hugging Face `tokenizers`, id for id.
@Suite struct ByteLevelBPEReferenceTests {
    @Test("Texts that are easy to get wrong have the ids of the reference")
    func examples() throws {
        let vocabularies = [
            ("small", try smallTokenizer()), ("gpt2", try gpt2Tokenizer(for: "GPT-2's ids of the examples")),
        ]
        let examples = try reference("examples.json").array ?? []
        #expect(examples.count >= 40)
        for example in examples {
            let text = try #require(example["text"]?.string)
            for (name, tokenizer) in vocabularies {
                guard let tokenizer, let expected = example[name]?.array else { continue }
                let ids = tokenizer.encode(text)
                #expect(ids.map { JSONValue.integer(Int($0)) } == expected, "\(name): \(text.debugDescription)")
                #expect(sameBytes(tokenizer.decode(ids), text))
            }
        }
    }

    @Test("The strings of the generator are those that the reference encoded")
    func generator() throws {
        let (strings, groups) = (try UnicodeStrings(), try groups("text"))
        var seen = Set<UInt8>()
        for (group, expected) in groups.enumerated() {
            var digest = DigestOfTexts()
            for index in group * 1_000..<(group + 1) * 1_000 {
                let text = strings.string(index)
                seen.formUnion(text.utf8)
                digest.add(text)
            }
            #expect(digest.hexadecimal() == expected, "strings \(group * 1_000) and on")
        }
        #expect(seen == Set(0x00...0xBF).union(0xC2...0xF4))
    }

    @Test("100,000 Unicode strings have the ids of the reference under a small vocabulary and decode back")
    func unicodeSmall() throws {
        try checkUnicode(smallTokenizer(), "small")
    }

    @Test("100,000 Unicode strings have the ids of the reference under GPT-2's vocabulary and decode back")
    func unicodeGPT2() throws {
        guard let tokenizer = try gpt2Tokenizer(for: "100,000 strings under GPT-2's vocabulary") else { return }
        try checkUnicode(tokenizer, "gpt2")
    }

    private func groups(_ name: String) throws -> [String] {
        let document = try reference("unicode.json")
        #expect(document["seed"]?.integer == Int(UnicodeStrings.seed))
        let groups = (document[name]?.array ?? []).compactMap(\.string)
        try #require(groups.count == 100)
        return groups
    }

    private func checkUnicode(_ tokenizer: ByteLevelBPE, _ name: String) throws {
        let strings = try UnicodeStrings()
        for (group, expected) in try groups(name).enumerated() {
            var digest = DigestOfIDs()
            var differing = 0
            for index in group * 1_000..<(group + 1) * 1_000 {
                let text = strings.string(index)
                let ids = tokenizer.encode(text)
                digest.add(ids)
                if !sameBytes(tokenizer.decode(ids), text) { differing += 1 }
            }
            #expect(digest.hexadecimal() == expected, "\(name): ids of strings \(group * 1_000) and on")
            #expect(differing == 0)
        }
    }

    @Test("All headlines beside the checkout have the ids of the reference and decode back")
    func headlines() throws {
        guard let tokenizer = try gpt2Tokenizer(for: "the ids of real headlines") else { return }
        for (path, expected) in try reference("headlines.json").object ?? [] {
            guard let file = sharedFile("data/\(path)", for: "the ids of its headlines") else { continue }
            var digest = DigestOfIDs()
            var (count, differing) = (0, 0)
            for line in try Data(contentsOf: file).split(separator: UInt8(ascii: "\n")) {
                let text = try #require(try JSONValue(parsing: line)["headline"]?.string)
                let ids = tokenizer.encode(text)
                digest.add(ids)
                count += 1
                if !sameBytes(tokenizer.decode(ids), text) { differing += 1 }
            }
            #expect(count == expected["headlines"]?.integer)
            #expect(digest.hexadecimal() == expected["sha256"]?.string, "\(path)")
            #expect(differing == 0)
        }
    }

    @Test("Ids that are not UTF-8 decode as the reference does, at once and one by one")
    func decoding() throws {
        let tokenizer = try smallTokenizer()
        var random = SplitMix64(UnicodeStrings.seed + 1)
        var (digest, replaced) = (DigestOfTexts(), 0)
        for _ in 0..<5_000 {
            let ids = (0..<(1 + random.below(12))).map { _ in
                random.below(2) == 0 ? Int32(random.below(256)) : Int32(random.below(tokenizer.vocabularySize))
            }
            let text = tokenizer.decode(ids)
            digest.add(text)
            if text.unicodeScalars.contains("\u{FFFD}") { replaced += 1 }
            var stream = ByteLevelBPEStreamingDecoder(tokenizer)
            let streamed = ids.map { stream.append($0) }.joined() + stream.finish()
            #expect(sameBytes(streamed, text), "\(ids)")
        }
        #expect(replaced > 1_000)
        #expect(digest.hexadecimal() == (try reference("sequences.json")["decoded"]?.string))
    }

    @Test("Where several merges make one entry, and in a random order, the merges are those of the reference")
    func scrambled() throws {
        let tokenizer = try ByteLevelBPE(folder: fixture("tokenization/scrambled").path)
        #expect(tokenizer.endOfText == nil)
        var random = SplitMix64(UnicodeStrings.seed + 1)
        // The reference drew the ids of the test above from the same generator before.
        for _ in 0..<5_000 {
            for _ in 0..<(1 + random.below(12)) { _ = random.below(random.below(2) == 0 ? 256 : 1_000) }
        }
        var digest = DigestOfIDs()
        for _ in 0..<5_000 {
            let text = String((0..<(1 + random.below(60))).map { _ in ["a", "b", "c"][random.below(3)] as Character })
            digest.add(tokenizer.encode(text))
        }
        #expect(digest.hexadecimal() == (try reference("sequences.json")["scrambled"]?.string))
    }
}
