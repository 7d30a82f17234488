import Files
import Foundation
import Testing
import TestSupport
import Tokenization

@Suite struct WordPieceTokenizerTests {
    private func spelled(_ tokenizer: WordPieceTokenizer, _ text: String) -> [String] {
        tokenizer.encode(text).map { tokenizer.tokens[Int($0)] }
    }

    @Test(
        "A word becomes its longest entries from left to right, or as a whole the unknown token",
        arguments: [
            ("the theater", ["the", "the", "##ater"]), ("aab", ["a", "##a", "##b"]), ("thb", ["th", "##b"]),
            ("b", ["[UNK]"]), ("abba?", ["a", "##b", "##b", "##a", "[UNK]"]), ("thex the", ["[UNK]", "the"]),
            ("THE É e\u{301} \u{3b5}", ["the", "e", "e", "[UNK]"]), ("", []), (" \t\u{3000}\u{0}\u{AD}", []),
            ("don't.", ["don", "'", "t", "."]), ("##e", ["#", "#", "e"]), ("##", ["#", "#"]),
        ])
    func longestEntries(text: String, expected: [String]) throws {
        #expect(spelled(try tinyTokenizer(), text) == expected)
    }

    @Test("Text that spells a special token is plain text")
    func specialText() throws {
        let tokenizer = try uncasedTokenizer()
        #expect(tokenizer.specialTokens == [0, 1, 2, 3, 4])
        for text in ["[CLS]", "a [SEP] b", "[MASK][PAD]", "[UNK]"] {
            #expect(tokenizer.encode(text).allSatisfy { $0 > 4 || $0 == tokenizer.unk })
        }
        #expect(spelled(try tinyTokenizer(), "[SEP]") == ["[", "sep", "]"])
    }

    @Test("Framing puts [CLS] before and [SEP] after")
    func framing() throws {
        let tokenizer = try tinyTokenizer()
        #expect(tokenizer.framed(tokenizer.encode("the a")) == [2, 5, 9, 3])
        #expect(tokenizer.framed([]) == [2, 3])
    }

    @Test("Upper case, accents and canonically equivalent texts are kept apart where that is asked for")
    func normalizations() throws {
        let cased = try tinyTokenizer(WordPieceNormalization(lowercases: false))
        #expect(spelled(cased, "E \u{E9} e\u{301}") == ["E", "é", "[UNK]"])
        let accented = try tinyTokenizer(WordPieceNormalization(lowercases: true, stripsAccents: false))
        #expect(spelled(accented, "E \u{E9} \u{C9}") == ["e", "é", "é"])
        let stripped = try tinyTokenizer(WordPieceNormalization(lowercases: false, stripsAccents: true))
        #expect(spelled(stripped, "E \u{E9} \u{C9} e\u{301}") == ["E", "e", "E", "e"])
    }

    @Test("A word of 100 characters is spelled, one of 101 is unknown, however many bytes they have")
    func wordLength() throws {
        for unit in ["a", "\u{E9}", "\u{1F600}"] {
            let tokens = ["[UNK]", "[CLS]", "[SEP]", unit, "##" + unit]
            let tokenizer = try WordPieceTokenizer(
                tokens: tokens, roles: fewRoles, normalization: WordPieceNormalization(lowercases: false))
            #expect(tokenizer.encode(String(repeating: unit, count: 100)).count == 100)
            #expect(tokenizer.encode(String(repeating: unit, count: 101)) == [0])
        }
    }

    /// Without padding and mask.
    private var fewRoles: WordPieceTokenizer.Roles {
        var roles = WordPieceTokenizer.Roles()
        (roles.pad, roles.mask) = (nil, nil)
        return roles
    }

    @Test("Texts of a million bytes are encoded, also marks that have to be put in order")
    func longTexts() throws {
        let tokenizer = try tinyTokenizer()
        for (unit, each) in [("the", 0), ("the ", 1), (".", 1), ("\u{302E}", 0), ("\u{1D165}\u{302E}", 0), (" ", 0)] {
            let count = 1_000_000 / unit.utf8.count
            let ids = tokenizer.encode(String(repeating: unit, count: count))
            #expect(ids.count == (each == 0 ? (unit == " " ? 0 : 1) : count), "\(unit.debugDescription)")
        }
    }

    @Test("Decoding joins what continues a word and takes spaces away before some punctuation, if asked to")
    func decoding() throws {
        let tokenizer = try tinyTokenizer()
        #expect(tokenizer.decode(tokenizer.encode("The theater, a 's.")) == "the theater, a ' s.")
        let plain = try tinyTokenizer(cleansUp: false)
        #expect(plain.decode(plain.encode("The theater, a.")) == "the theater , a .")
        #expect(tokenizer.decode([7, 8, 2]) == "##eater [CLS]")
        #expect(tokenizer.decode([5, -1, 99, Int32.max, Int32.min]) == "the \u{FFFD} \u{FFFD} \u{FFFD} \u{FFFD}")
        #expect(tokenizer.decode([]) == "")
    }

    @Test("One tokenizer is used from many threads at once")
    func threads() async throws {
        let (tokenizer, strings) = (try uncasedTokenizer(), try UnicodeStrings())
        let expected = (0..<500).map { tokenizer.encode(strings.string($0)) }
        await withTaskGroup(of: [[Int32]].self) { group in
            for _ in 0..<8 { group.addTask { (0..<500).map { tokenizer.encode(strings.string($0)) } } }
            for await ids in group { #expect(ids == expected) }
        }
    }

    @Test("Entries are found by bytes, and parts that do not fit each other are refused")
    func refusedParts() throws {
        func refusal(_ tokens: [String], special: [Int32] = [], unk: String = "[UNK]") -> String {
            var roles = fewRoles
            roles.unk = unk
            do throws(TokenizationError) {
                let normalization = WordPieceNormalization(lowercases: true)
                let tokenizer = try WordPieceTokenizer(
                    tokens: tokens, roles: roles, specialTokens: special, normalization: normalization)
                return "\(tokenizer.specialTokens)"
            } catch {
                return error.problem
            }
        }
        let frame = ["[UNK]", "[CLS]", "[SEP]"]
        #expect(refusal(frame + ["", "##", "a", "é", "e\u{301}"]) == "[0, 1, 2]")
        #expect(refusal([]).contains("empty"))
        #expect(refusal(["[CLS]", "[SEP]"]).contains("unknown token (unk_token) \"[UNK]\" is not in the vocabulary"))
        #expect(refusal(["[UNK]", "[SEP]"]).contains("(cls_token) \"[CLS]\" is not"))
        #expect(refusal(["[UNK]", "[CLS]"]).contains("(sep_token) \"[SEP]\" is not"))
        #expect(refusal(frame + ["[CLS]"]).contains("\"[CLS]\" has the ids 1 and 3"))
        #expect(refusal(frame, special: [3]).contains("not one of the 3 entries"))
        #expect(refusal(frame, special: [-1]).contains("id -1"))
        for word in ["unk", "##x", ".", "市"] {
            #expect(refusal(frame + [word], special: [3]).contains("\"\(word)\" is spelled as a word"))
        }
        #expect(refusal(frame + ["<s>", "##.", "two words"], special: [3, 4, 5]) == "[0, 1, 2, 3, 4, 5]")
        let tokenizer = try tinyTokenizer()
        #expect(tokenizer.id(of: "é") == 13)
        #expect(tokenizer.id(of: "e\u{301}") == nil)
    }
}
