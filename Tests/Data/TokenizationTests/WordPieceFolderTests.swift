import Files
import Foundation
import JSON
import Testing
import TestSupport
import Tokenization

@Suite struct WordPieceFolderTests {
    @Test("What is written reads back equal from either form, and in the same bytes")
    func roundTrip() throws {
        let normalizations = [
            WordPieceNormalization(lowercases: true), WordPieceNormalization(lowercases: false, stripsAccents: true),
            WordPieceNormalization(lowercases: true, stripsAccents: false, spacesCJKIdeographs: false),
        ]
        for tokenizer in try normalizations.map({ try tinyTokenizer($0) }) + [uncasedTokenizer(), casedTokenizer()] {
            let files = tokenizer.files(contextLength: 64)
            #expect(
                files.map(\.name) == [
                    "tokenizer.json", "vocab.txt", "tokenizer_config.json", "special_tokens_map.json",
                ])
            try withTemporaryFolder { folder in
                try write(files, to: folder)
                let read = try WordPieceTokenizer(folder: folder.path)
                expectEqual(read, tokenizer)
                #expect(
                    read.files(contextLength: 64).elementsEqual(files) { $0.name == $1.name && $0.bytes == $1.bytes })
                try FileManager.default.removeItem(at: folder.appendingPathComponent("tokenizer.json"))
                expectEqual(try WordPieceTokenizer(folder: folder.path), tokenizer)
            }
        }
        let plain = try tinyTokenizer(cleansUp: false)
        try withTemporaryFolder { folder in
            try write(plain.files(contextLength: 64), to: folder)
            expectEqual(try WordPieceTokenizer(folder: folder.path), plain)
        }
    }

    @Test("Our tokenizer.json is what transformers saves for the same vocabulary")
    func savedByTransformers() throws {
        let saved = try reference("wordpiece/saved/tokenizer.json")
        let ours = try JSONValue(parsing: casedTokenizer().files(contextLength: 64)[0].bytes)
        for (key, value) in saved.object ?? [] { #expect(ours[key] == value, "\(key)") }
        #expect(saved.object?.count == ours.object?.count)
        expectEqual(try WordPieceTokenizer(folder: fixture("tokenization/wordpiece/saved").path), try casedTokenizer())
    }

    /// The folder `wordpiece/written` was opened with transformers' `AutoTokenizer`: `make_wordpiece.py` does it, and
    /// compares the framed ids of texts with those of `tokenizers`. To make it anew after a change, run this test with
    /// `REWRITE_FIXTURES=1`, which fails, and then the script.
    @Test("What is written is, byte for byte, the folder that transformers has read")
    func writtenFolder() throws {
        for (name, bytes) in try casedTokenizer().files(contextLength: 64) {
            let stored = fixture("tokenization/wordpiece/written/\(name)")
            if ProcessInfo.processInfo.environment["REWRITE_FIXTURES"] != nil {
                try FileManager.default.createDirectory(
                    at: stored.deletingLastPathComponent(), withIntermediateDirectories: true)
                try Data(bytes).write(to: stored)
                Issue.record("\(name) was rewritten; check it with Tests/Fixtures/make_wordpiece.py")
            }
            #expect(bytes == Array(try Data(contentsOf: stored)), "\(name)")
        }
    }

    @Test("A vocabulary that no vocab.txt can hold, or without padding and mask, is written and read as well")
    func unusualVocabularies() throws {
        var roles = WordPieceTokenizer.Roles()
        (roles.cls, roles.sep, roles.unk, roles.pad, roles.mask) = ("<s>", "</s>", "<unk>", nil, nil)
        let frame = ["<s>", "</s>", "<unk>"]
        for entries in [["x"], ["", "x"], ["a\nb"], ["a "], ["a\u{2028}"], ["a\r"]] {
            let tokenizer = try WordPieceTokenizer(
                tokens: frame + entries, roles: roles, normalization: WordPieceNormalization(lowercases: true))
            let files = tokenizer.files(contextLength: 64)
            #expect(files.contains { $0.name == "vocab.txt" } == (entries == ["x"]))
            try withTemporaryFolder { folder in
                try write(files, to: folder)
                expectEqual(try WordPieceTokenizer(folder: folder.path), tokenizer)
            }
        }
    }

    /// The `tokenizer.json` of the tiny tokenizer with one value replaced (or removed, for `nil`).
    private func changed(_ path: String, to value: JSONValue?) throws -> (name: String, bytes: [UInt8]) {
        let document = try JSONValue(parsing: tinyTokenizer().files(contextLength: 64)[0].bytes)
        let keys = path.split(separator: ".").map(String.init)
        return ("tokenizer.json", document.replacing(keys[...], by: value).serialized())
    }

    private func problem(_ folder: URL) -> String? {
        do throws(FileError) {
            _ = try WordPieceTokenizer(folder: folder.path)
            return nil
        } catch {
            return error.description
        }
    }

    @Test(
        "What we do not honor in a tokenizer.json is refused by name",
        arguments: [
            ("novelty", 1, "\"novelty\" is not known"), ("model", nil, "\"model\""), ("model", [], "model an array"),
            ("model.type", "BPE", "model \"BPE\""), ("model.type", "WordLevel", "model \"WordLevel\""),
            ("model.max_input_chars_per_word", 50, "max_input_chars_per_word = 50"),
            ("model.continuing_subword_prefix", "@@", "continuing_subword_prefix = \"@@\""),
            ("model.novelty", 1, "model has the setting \"novelty\""), ("model.vocab", [], "\"vocab\""),
            ("model.vocab", ["a": "b"], "expected an integer"), ("model.vocab", ["a": 9], "without a gap"),
            ("model.vocab.the", 99, "without a gap"), ("model.vocab.the", -1, "without a gap"),
            ("model.vocab.the", 6, "\"th\" and \"the\" have the same id 6"), ("model.unk_token", nil, "\"unk_token\""),
            ("model.unk_token", "[OOV]", "unk_token = \"[UNK]\"; make them agree"),
            ("normalizer", nil, "normalizer null"), ("normalizer.type", "Lowercase", "normalizer \"Lowercase\""),
            ("normalizer.clean_text", false, "normalizer has clean_text = false"),
            ("normalizer.lowercase", nil, "\"lowercase\" of the normalizer to be true or false, found nothing"),
            ("normalizer.strip_accents", 1, "\"strip_accents\" of the normalizer to be true or false, found a number"),
            ("normalizer.novelty", 1, "normalizer has the setting \"novelty\""),
            ("pre_tokenizer", nil, "pre-tokenizer null"), ("pre_tokenizer.type", "Whitespace", "\"Whitespace\""),
            ("decoder", nil, "decoder null"), ("decoder.type", "ByteLevel", "decoder \"ByteLevel\""),
            ("decoder.prefix", "", "decoder has prefix = \"\""), ("decoder.cleanup", nil, "\"cleanup\" of the decoder"),
            ("post_processor", nil, "post-processor null"), ("post_processor.type", "ByteLevel", "\"ByteLevel\""),
            ("post_processor.single", [], "template for a single text"),
            (
                "post_processor.single",
                [["SpecialToken": ["id": "[CLS]"]], ["Sequence": ["id": "A"]]], "template for a single text"
            ),
            ("post_processor.special_tokens", [:], "no single id for \"[CLS]\""),
            (
                "post_processor", ["type": "BertProcessing", "sep": ["[SEP]", 3], "cls": ["[CLS]", 7]],
                "\"[CLS]\" with the id 7 around each text, but the vocabulary has the id 2"
            ),
            (
                "post_processor", ["type": "BertProcessing", "sep": ["<s>", 3], "cls": ["[CLS]", 2]],
                "the vocabulary has no entry for it"
            ),
            ("post_processor", ["type": "BertProcessing"], "\"cls\" of the post-processor"),
            (
                "post_processor", ["type": "BertProcessing", "sep": ["[SEP]", 3], "cls": ["[MASK]", 4]],
                "it has \"[MASK]\" where the configuration beside it says cls_token = \"[CLS]\"; make them agree"
            ),
            ("added_tokens", [["id": 26, "content": "<x>", "special": false]], "\"<x>\" is not marked special"),
            ("added_tokens", [["id": 5, "content": "the", "special": true]], "\"the\" is spelled as a word"),
        ] as [(String, JSONValue?, String)])
    func refused(path: String, value: JSONValue?, part: String) throws {
        try withTemporaryFolder { folder in
            let files = try tinyTokenizer().files(contextLength: 64)
            try write([changed(path, to: value), files[3]], to: folder)
            let problem = problem(folder)
            #expect(problem?.contains(part) == true, "\(problem ?? "read")")
            #expect(problem?.contains("tokenizer.json: ") == true)
        }
    }

    @Test(
        "What cannot change the ids of a text is accepted, truncation and padding too",
        arguments: [
            ("truncation", ["max_length": 4]), ("padding", ["length": 9]), ("model.type", nil), ("version", nil),
            ("model.continuing_subword_prefix", nil), ("added_tokens", []), ("normalizer.strip_accents", nil),
            ("post_processor", ["type": "BertProcessing", "sep": ["[SEP]", 3], "cls": ["[CLS]", 2]]),
        ] as [(String, JSONValue?)])
    func accepted(path: String, value: JSONValue?) throws {
        try withTemporaryFolder { folder in
            try write([changed(path, to: value)], to: folder)
            expectEqual(try WordPieceTokenizer(folder: folder.path), try tinyTokenizer())
        }
    }

    @Test(
        "Beside vocab.txt, tokenizer_config.json says how texts are normalized",
        arguments: [
            ("{}", WordPieceNormalization(lowercases: true)),
            ("{\"do_lower_case\": false, \"never_split\": null}", WordPieceNormalization(lowercases: false)),
            (
                "{\"do_lower_case\": true, \"strip_accents\": false, \"tokenizer_class\": \"BertTokenizerFast\"}",
                WordPieceNormalization(lowercases: true, stripsAccents: false)
            ),
            (
                "{\"strip_accents\": null, \"tokenize_chinese_chars\": false, \"do_basic_tokenize\": true}",
                WordPieceNormalization(lowercases: true, spacesCJKIdeographs: false)
            ),
        ])
    func configuration(text: String, normalization: WordPieceNormalization) throws {
        try withTemporaryFolder { folder in
            try write([tinyVocabulary(), ("tokenizer_config.json", Array(text.utf8))], to: folder)
            expectEqual(try WordPieceTokenizer(folder: folder.path), try tinyTokenizer(normalization))
        }
    }

    private func tinyVocabulary() throws -> (name: String, bytes: [UInt8]) {
        try tinyTokenizer().files(contextLength: 64)[1]
    }

    @Test(
        "What tokenizer_config.json says that we do not honor, or that contradicts, is refused",
        arguments: [
            ("{", "not valid JSON: line 1, column 2"), ("{\"do_lower_case\": 1}", "do_lower_case to be true, false"),
            (
                "{\"do_lower_case\": false}",
                "do_lower_case makes the normalizer's lowercase false, but in tokenizer.json"
            ),
            ("{\"strip_accents\": false}", "strip_accents makes the normalizer's strip_accents false"),
            ("{\"tokenize_chinese_chars\": false}", "tokenize_chinese_chars"),
            ("{\"do_basic_tokenize\": false}", "do_basic_tokenize is false"),
            ("{\"never_split\": [\"x\"]}", "never_split is [\"x\"]"),
            ("{\"wordpieces_prefix\": \"\"}", "wordpieces_prefix is \"\""),
            ("{\"clean_text\": false}", "clean_text is false"),
            ("{\"sep_token\": {\"content\": \"</s>\"}}", "sep_token = \"</s>\"; make them agree"),
            ("{\"pad_token\": \"<pad>\"}", "padding token (pad_token) \"<pad>\" is not in the vocabulary"),
        ])
    func refusedConfiguration(text: String, part: String) throws {
        try withTemporaryFolder { folder in
            let files = try tinyTokenizer().files(contextLength: 64)
            try write([files[0], ("tokenizer_config.json", Array(text.utf8))], to: folder)
            let problem = problem(folder)
            #expect(problem?.contains(part) == true, "\(problem ?? "read")")
        }
    }

    @Test("A folder with files missing, contradictory or damaged is refused with the file's name")
    func damagedFolders() throws {
        let files = try tinyTokenizer().files(contextLength: 64)
        let vocabulary = files[1].bytes
        func lines(_ lines: String...) -> (name: String, bytes: [UInt8]) {
            ("vocab.txt", Array((lines.joined(separator: "\n") + "\n").utf8))
        }
        func config(_ text: String) -> (name: String, bytes: [UInt8]) { ("tokenizer_config.json", Array(text.utf8)) }
        let cases: [(files: [(name: String, bytes: [UInt8])], part: String)] = [
            ([], "found neither tokenizer.json nor vocab.txt"),
            ([files[2], files[3]], "found neither tokenizer.json nor vocab.txt"),
            ([("vocab.txt", [])], "vocab.txt: the vocabulary is empty"),
            ([("vocab.txt", vocabulary + [0xFF])], "vocab.txt: is not UTF-8"),
            ([("vocab.txt", [0xEF, 0xBB, 0xBF] + vocabulary)], "vocab.txt: begins with a byte order mark"),
            ([lines("[UNK]", "[CLS]", "[SEP]", "", "a")], "vocab.txt: line 4 is empty"),
            ([lines("[UNK]", "[CLS]", "[SEP]", "a", "b", "a ")], "vocab.txt: lines 4 and 6 both hold \"a\""),
            ([lines("[CLS]", "[SEP]", "a")], "vocab.txt: the unknown token (unk_token) \"[UNK]\" is not in the"),
            ([lines("[UNK]", "[SEP]", "a")], "vocab.txt: the classification token (cls_token) \"[CLS]\""),
            ([lines("[UNK]", "[CLS]", "a")], "vocab.txt: the separator (sep_token) \"[SEP]\""),
            ([files[0], lines("a", "b")], "26 entries, but vocab.txt beside it has 2"),
            ([files[1], ("added_tokens.json", [])], "added_tokens.json"),
            ([files[1], config("{\"tokenizer_class\": \"BertJapaneseTokenizer\"}")], "\"BertJapaneseTokenizer\""),
            ([files[1], config("{\"unk_token\": \"<unk>\"}")], "(unk_token) \"<unk>\" is not in the vocabulary"),
            ([files[1], ("special_tokens_map.json", Array("[".utf8))], "special_tokens_map.json: is not valid JSON"),
            ([("tokenizer.json", files[0].bytes.dropLast())], "tokenizer.json: is not valid JSON"),
            ([("tokenizer.json", Array("[]".utf8))], "expected an object with \"model\""),
            (
                [files[1], config("{\"added_tokens_decoder\": {\"27\": {\"content\": \"<x>\", \"special\": true}}}")],
                "\"<x>\" has the id 27, but of 27 entries"
            ),
        ]
        for (files, part) in cases {
            try withTemporaryFolder { folder in
                try write(files, to: folder)
                let problem = problem(folder)
                #expect(problem?.contains(part) == true, "\(problem ?? "read"), expected \(part)")
            }
        }
        #expect(problem(URL(fileURLWithPath: "/nonexistent/folder"))?.contains("is not a folder") == true)
    }

    @Test("Line ends of other systems do no harm, and special tokens beyond the vocabulary keep their ids")
    func variants() throws {
        let tokenizer = try tinyTokenizer()
        try withTemporaryFolder { folder in
            let text = tinyEntries.joined(separator: "\r\n")
            try write([("vocab.txt", Array(text.utf8))], to: folder)
            expectEqual(try WordPieceTokenizer(folder: folder.path), tokenizer)
            let config = #"{"added_tokens_decoder": {"26": {"content": "<x>", "special": true}}, "cls_token": "<x>"}"#
            try write([("tokenizer_config.json", Array(config.utf8))], to: folder)
            let read = try WordPieceTokenizer(folder: folder.path)
            #expect(read.specialTokens == [0, 1, 3, 4, 26])
            #expect(read.cls == 26)
        }
        try withTemporaryFolder { folder in
            // Older folders name the tokens in special_tokens_map.json only.
            let map = #"{"cls_token": "[MASK]", "sep_token": {"content": "[PAD]"}}"#
            try write([tinyVocabulary(), ("special_tokens_map.json", Array(map.utf8))], to: folder)
            let read = try WordPieceTokenizer(folder: folder.path)
            #expect(read.framed([]) == [4, 0])
        }
    }

    @Test("A damaged tokenizer.json is read or refused, never a crash")
    func hostile() throws {
        let bytes = try tinyTokenizer().files(contextLength: 64)[0].bytes
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
