import Files
import Foundation
import JSON
import Testing
import TestSupport
import Tokenization

@Suite struct ByteLevelBPEFolderTests {
    private func expectEqual(_ left: ByteLevelBPE, _ right: ByteLevelBPE) {
        #expect(left.tokens.elementsEqual(right.tokens, by: sameBytes))
        #expect(left.spelledMerges.elementsEqual(right.spelledMerges) { $0 == $1 })
        #expect(left.specialTokens == right.specialTokens)
        #expect(left.endOfText == right.endOfText)
        #expect(left.prefix == right.prefix)
    }

    @Test("What is written reads back equal from either form, and in the same bytes")
    func roundTrip() throws {
        let plain = try smallTokenizer()
        let framed = try plain.withPrefix([try #require(plain.endOfText)])
        for tokenizer in [plain, framed] {
            let files = tokenizer.files(contextLength: 64)
            try withTemporaryFolder { folder in
                try write(files, to: folder)
                let read = try ByteLevelBPE(folder: folder.path)
                expectEqual(read, tokenizer)
                #expect(
                    read.files(contextLength: 64).elementsEqual(files) { $0.name == $1.name && $0.bytes == $1.bytes })
                try FileManager.default.removeItem(at: folder.appendingPathComponent("tokenizer.json"))
                expectEqual(try ByteLevelBPE(folder: folder.path), plain)
            }
        }
    }

    @Test("Merges are read in both spellings, and line ends of other systems do no harm")
    func spellings() throws {
        let tokenizer = try smallTokenizer()
        let merges = tokenizer.spelledMerges
        try withTemporaryFolder { folder in
            let joined = merges.map { JSONValue.string("\($0.left) \($0.right)") }
            try write([changed(tokenizer, ["model", "merges"], to: .array(joined))], to: folder)
            expectEqual(try ByteLevelBPE(folder: folder.path), tokenizer)
        }
        try withTemporaryFolder { folder in
            let lines = ["#version: 0.2"] + merges.map { "\($0.left) \($0.right)" }
            try write(
                [
                    ("vocab.json", tokenizer.files(contextLength: 64)[1].bytes),
                    ("merges.txt", Array((lines.joined(separator: "\r\n") + "\r\n").utf8)),
                ], to: folder)
            expectEqual(try ByteLevelBPE(folder: folder.path), tokenizer)
        }
    }

    /// The `tokenizer.json` of a tokenizer with one value replaced (or removed, for `nil`).
    private func changed(
        _ tokenizer: ByteLevelBPE, _ path: [String], to value: JSONValue?
    ) throws -> (name: String, bytes: [UInt8]) {
        let document = try JSONValue(parsing: tokenizer.files(contextLength: 64)[0].bytes)
        return ("tokenizer.json", document.replacing(path[...], by: value).serialized())
    }

    private func problem(_ folder: URL) -> String? {
        do throws(FileError) {
            _ = try ByteLevelBPE(folder: folder.path)
            return nil
        } catch {
            return error.description
        }
    }

    @Test(
        "What we do not honor in a tokenizer.json is refused by name",
        arguments: [
            ("model.type", "Unigram", "model \"Unigram\""), ("model.type", "WordPiece", "model \"WordPiece\""),
            ("model.dropout", 0.1, "dropout = 0.1"), ("model.byte_fallback", true, "byte_fallback = true"),
            ("model.ignore_merges", true, "ignore_merges = true"),
            ("model.end_of_word_suffix", "</w>", "end_of_word_suffix"),
            ("model.continuing_subword_prefix", "##", "continuing_subword_prefix"), ("model.novelty", 1, "\"novelty\""),
            ("model.vocab", [], "\"vocab\""), ("model.vocab", ["a": "b"], "expected an integer"),
            ("model.merges", [:], "\"merges\""), ("model.merges", [["a"]], "array of two strings"),
            ("model.merges", ["a b c"], "one space"), ("model.merges", ["ab"], "one space"),
            ("model.merges", ["a b", ["a", "b"]], "not all"), ("model", nil, "\"model\""), ("model", [], "\"BPE\""),
            ("normalizer", ["type": "NFC"], "normalizer \"NFC\""), ("decoder", nil, "decoder null"),
            ("decoder.type", "WordPiece", "decoder \"WordPiece\""), ("pre_tokenizer", nil, "pre-tokenizer null"),
            ("pre_tokenizer.type", "Whitespace", "pre-tokenizer \"Whitespace\""),
            ("pre_tokenizer.add_prefix_space", true, "add_prefix_space"),
            ("pre_tokenizer.use_regex", false, "use_regex"), ("added_tokens", [:], "\"added_tokens\""),
            ("added_tokens", [["id": 1]], "no \"content\""),
            ("added_tokens", [["id": 1_000, "content": "<x>", "special": false]], "\"<x>\" is not marked special"),
            ("added_tokens", [["id": 1_001, "content": "<x>", "special": true]], "without a gap"),
            ("added_tokens", [["id": 5, "content": "<x>", "special": true]], "the same id 5"),
            ("added_tokens", [["id": 5, "content": "!", "special": true]], "has the id 0 in the vocabulary and 5"),
            (
                "added_tokens", [["id": -9_223_372_036_854_775_808, "content": "<x>", "special": true]],
                "without a gap"
            ),
            ("post_processor.type", "RobertaProcessing", "\"RobertaProcessing\""),
            (
                "post_processor",
                ["type": "TemplateProcessing", "single": [["Sequence": ["id": "A"]], ["SpecialToken": ["id": "!"]]]],
                "special tokens followed by the text"
            ),
            (
                "post_processor",
                [
                    "type": "TemplateProcessing",
                    "single": [["SpecialToken": ["id": "<s>"]], ["Sequence": ["id": "A"]]],
                ],
                "\"<s>\", which is not in the vocabulary"
            ),
        ] as [(String, JSONValue?, String)])
    func refused(path: String, value: JSONValue?, part: String) throws {
        let tokenizer = try smallTokenizer()
        try withTemporaryFolder { folder in
            let keys = path.split(separator: ".").map(String.init)
            try write([changed(tokenizer, keys, to: value)], to: folder)
            let problem = problem(folder)
            #expect(problem?.contains(part) == true, "\(problem ?? "read")")
            #expect(problem?.contains("tokenizer.json: ") == true)
        }
    }

    @Test(
        "What cannot change the ids is accepted",
        arguments: [
            ("truncation", ["max_length": 4]), ("padding", ["length": 9]), ("model.unk_token", "<|endoftext|>"),
            ("model.fuse_unk", true), ("model.type", nil), ("model.dropout", nil), ("model.end_of_word_suffix", ""),
            ("post_processor", nil), ("pre_tokenizer.use_regex", nil), ("pre_tokenizer.trim_offsets", true),
            ("post_processor", ["type": "Sequence", "processors": [["type": "ByteLevel"]]]),
        ] as [(String, JSONValue?)])
    func accepted(path: String, value: JSONValue?) throws {
        let tokenizer = try smallTokenizer()
        try withTemporaryFolder { folder in
            try write([changed(tokenizer, path.split(separator: ".").map(String.init), to: value)], to: folder)
            expectEqual(try ByteLevelBPE(folder: folder.path), tokenizer)
        }
    }

    @Test(
        "tokenizer_config.json changes the framing as in transformers, or is refused",
        arguments: [
            ("{\"add_prefix_space\": true}", nil, "add_prefix_space"),
            ("{\"add_eos_token\": true}", nil, "add_eos_token"),
            ("{\"eos_token\": \"<none>\"}", nil, "<none>"), ("{\"eos_token\": \"!\", \"bos_token\": 3}", [], nil),
            ("{\"add_bos_token\": true}", [999], nil), ("{\"add_bos_token\": false}", [], nil),
            ("{\"add_bos_token\": true, \"bos_token\": {\"content\": \"<|endoftext|>\"}}", [999], nil),
            ("{", nil, "not valid JSON: line 1, column 2"), ("{}", [], nil),
        ] as [(String, [Int32]?, String?)])
    func configuration(text: String, prefix: [Int32]?, part: String?) throws {
        try withTemporaryFolder { folder in
            try write([smallTokenizer().files(contextLength: 64)[0]], to: folder)
            try write([("tokenizer_config.json", Array(text.utf8))], to: folder)
            if let prefix {
                #expect(try ByteLevelBPE(folder: folder.path).prefix == prefix)
            } else {
                let problem = problem(folder)
                #expect(problem?.contains(part ?? "") == true, "\(problem ?? "read")")
            }
        }
    }

    @Test("Special tokens beyond the vocabulary keep their ids")
    func addedTokens() throws {
        let tokenizer = try smallTokenizer()
        let added: JSONValue = [
            ["id": 999, "content": "<|endoftext|>", "special": true],
            ["id": 1_000, "content": "<|ещё|>", "special": true],
            ["id": 1_001, "content": "two words", "special": true],
        ]
        try withTemporaryFolder { folder in
            try write([changed(tokenizer, ["added_tokens"], to: added)], to: folder)
            try write([tokenizer.files(contextLength: 64)[1]], to: folder)
            let read = try ByteLevelBPE(folder: folder.path)
            #expect(read.vocabularySize == 1_002)
            #expect(read.specialTokens == [999, 1_000, 1_001])
            #expect(read.decode([1_000, 1_001]) == "<|ещё|>two words")
            #expect(read.encode("two words") == tokenizer.encode("two words"))
            #expect(read.id(of: "two words") == 1_001)
        }
    }

    @Test("A folder with files missing, contradictory or damaged is refused with the file's name")
    func damagedFolders() throws {
        let files = try smallTokenizer().files(contextLength: 64)
        let (vocabulary, merges) = (files[1], files[2])
        let cases: [(files: [(name: String, bytes: [UInt8])], part: String)] = [
            ([], "found neither tokenizer.json nor vocab.json"),
            ([vocabulary], "merges.txt: does not exist"),
            ([merges], "found neither"),
            ([vocabulary, ("merges.txt", merges.bytes + [0xFF])], "merges.txt: is not UTF-8"),
            ([vocabulary, ("merges.txt", merges.bytes.dropLast(2))], "is not in the vocabulary"),
            ([vocabulary, ("merges.txt", Array("a  b\n".utf8))], "merges.txt: merge in line 1: expected two entries"),
            ([vocabulary, ("merges.txt", Array("#version: 0.2\n\na b\n".utf8))], "merge in line 2"),
            ([("vocab.json", Array("[]".utf8)), merges], "vocab.json: expected an object"),
            ([("vocab.json", vocabulary.bytes.dropLast()), merges], "vocab.json: is not valid JSON: line 1"),
            ([("vocab.json", Array("{\"a\":0,\"a\":1}".utf8)), merges], "\"a\" appears twice"),
            ([("vocab.json", Array("{\"a\":0,\"b\":0}".utf8)), merges], "\"a\" and \"b\" have the same id 0"),
            ([("vocab.json", Array("{\"a\":0,\"b\":2}".utf8)), merges], "without a gap"),
            ([("vocab.json", Array("{\"\\ud83d\":0}".utf8)), merges], "surrogate"),
            ([files[0], ("vocab.json", Array("{\"a\":0}".utf8))], "1000 entries, but vocab.json beside it has 1"),
            ([vocabulary, merges, ("added_tokens.json", [])], "added_tokens.json"),
        ]
        for (files, part) in cases {
            try withTemporaryFolder { folder in
                try write(files, to: folder)
                let problem = problem(folder)
                #expect(problem?.contains(part) == true, "\(problem ?? "read")")
            }
        }
        #expect(problem(URL(fileURLWithPath: "/nonexistent/folder"))?.contains("is not a folder") == true)
    }

    @Test("Added tokens of an older tokenizer_config.json are read with vocab.json")
    func olderConfiguration() throws {
        let files = try smallTokenizer().files(contextLength: 64)
        try withTemporaryFolder { folder in
            let config = #"{"added_tokens_decoder": {"1000": {"content": "<pad>", "special": true}}}"#
            try write([files[1], files[2], ("tokenizer_config.json", Array(config.utf8))], to: folder)
            #expect(try ByteLevelBPE(folder: folder.path).specialTokens == [999, 1_000])
        }
    }

    @Test("A damaged tokenizer.json is read or refused, never a crash")
    func hostile() throws {
        let bytes = try smallTokenizer().files(contextLength: 64)[0].bytes
        var random = SplitMix64(1)
        var refused = 0
        try withTemporaryFolder { folder in
            for _ in 0..<300 {
                var damaged = bytes
                if random.below(4) == 0 {
                    damaged.removeLast(1 + random.below(bytes.count - 1))
                } else {
                    for _ in 0..<(1 + random.below(3)) { damaged[random.below(bytes.count)] = UInt8(random.below(256)) }
                }
                try write([("tokenizer.json", damaged)], to: folder)
                if problem(folder) != nil { refused += 1 }
            }
        }
        #expect(refused > 150)
    }
}
