import Files
import HeadlineData
import JSON
import Randomness
import Testing

/// Text made to be hard on parsers.
private func randomField(_ generator: inout SplitMix64, _ pieces: [String]) -> String {
    (0..<generator.below(12)).map { _ in pieces[generator.below(pieces.count)] }.joined()
}

private let pieces = [
    "a", "B", "word", " ", "  ", ",", ";", "\t", "\"", "\"\"", "'", "é", "e\u{301}", "日", "🌕", "\u{A0}", "\\", "{", "}",
    "[", "]", ":", "\u{200D}", "-", "\u{7F}",
]

@Suite struct RandomTextTests {
    @Test("Random tables come back from CSV and TSV as they were", arguments: [UInt8(ascii: ","), UInt8(ascii: "\t")])
    func roundTripsDelimited(delimiter: UInt8) throws {
        let separator = String(Unicode.Scalar(delimiter))
        for seed in 0..<200 {
            var generator = SplitMix64(seed: UInt64(seed))
            let end = ["\n", "\r\n", "\r"][generator.below(3)]
            // An x at both ends keeps trimming out of it.
            let rows = (0..<(1 + generator.below(20))).map { _ in
                (0..<3).map { _ in "x" + randomField(&generator, pieces) + "x" }
            }
            func write(_ field: String) -> String {
                let needsQuotes = field.utf8.contains { $0 == delimiter || $0 == 0x22 } || generator.below(4) == 0
                // By bytes: a quote and a combining mark after it are one Character.
                let doubled = field.utf8.flatMap { $0 == 0x22 ? [$0, $0] : [$0] }
                return needsQuotes ? "\"" + String(decoding: doubled, as: UTF8.self) + "\"" : field
            }
            var lines = [["category", "headline", "source"].joined(separator: separator)]
            for row in rows { lines.append(row.map(write).joined(separator: separator)) }
            let text = lines.joined(separator: end) + (generator.below(2) == 0 ? end : "")
            let table = try table(text, delimiter == UInt8(ascii: ",") ? .csv : .tsv)
            #expect(
                table.rows.map { [$0.category ?? "", $0.text, $0.source ?? ""].map { Array($0.utf8) } }
                    == rows.map { $0.map { Array($0.utf8) } })
            #expect(table.rows.map(\.line) == (0..<rows.count).map { $0 + 2 })
        }
    }

    @Test("Random tables come back from JSON lines and JSON arrays as they were")
    func roundTripsJSON() throws {
        for seed in 0..<200 {
            var generator = SplitMix64(seed: UInt64(seed), stream: 1)
            let texts = (0..<(1 + generator.below(20))).map { _ in "x" + randomField(&generator, pieces) + "x" }
            let objects = texts.map { JSONValue.object([("k]", .array([])), ("headline", .string($0))]) }
            let lines = objects.map { String(decoding: $0.serialized(), as: UTF8.self) }.joined(separator: "\n")
            let array = JSONValue.array(objects).serialized(seed % 2 == 0 ? .compact : .indented)
            for table in [
                try table(lines, .jsonl),
                try HeadlineTable(bytes: array, path: "in", format: .json),
            ] {
                #expect(table.texts.map { Array($0.utf8) } == texts.map { Array($0.utf8) })
            }
        }
    }

    @Test("A file is refused for its encoding exactly when it is not UTF-8, at the first wrong byte")
    func checksEncoding() throws {
        let interesting: [UInt8] = [
            0x41, 0x7F, 0x80, 0xBF, 0xC0, 0xC1, 0xC2, 0xDF, 0xE0, 0x9F, 0xA0, 0xED, 0xEF, 0xF0, 0x8F, 0x90, 0xF4, 0xF5,
            0xFF,
        ]
        var refused = 0
        for seed in 0..<20_000 {
            var generator = SplitMix64(seed: UInt64(seed), stream: 2)
            var bytes = Array("ab\nc".utf8)
            for _ in 0...generator.below(5) { bytes.append(interesting[generator.below(interesting.count)]) }
            if generator.below(2) == 0 { bytes += Array("é日🌕".utf8) }
            var parser = Unicode.UTF8.ForwardParser()
            var iterator = bytes.makeIterator()
            var valid = 0
            while case .valid(let scalar) = parser.parseScalar(from: &iterator) { valid += scalar.count }
            if valid == bytes.count {
                #expect(throws: Never.self) { try HeadlineTable(bytes: bytes, path: "in", format: .txt) }
            } else {
                refused += 1
                let error = #expect(throws: FileError.self) {
                    try HeadlineTable(bytes: bytes, path: "in", format: .txt)
                }
                let message = error?.description ?? ""
                #expect(message.contains("line 2, byte offset \(valid) "), "\(bytes): \(message)")
                #expect(message.contains("iconv"))
            }
        }
        #expect(refused > 5_000 && refused < 19_900)
    }

    @Test("UTF-16 is recognised by its mark")
    func recognisesUTF16() {
        let bytes: [UInt8] = [0xFF, 0xFE] + "headline".utf8.flatMap { [$0, 0] }
        let error = #expect(throws: FileError.self) { try HeadlineTable(bytes: bytes, path: "in.csv") }
        #expect(error?.description.contains("iconv -f UTF-16 ") == true)
    }

    @Test(
        "No cut and no changed byte of a file makes a reader crash or return nothing",
        arguments: HeadlineFormat.allCases)
    func survivesDamage(format: HeadlineFormat) throws {
        let texts: [HeadlineFormat: String] = [
            .csv: "headline,date\n\"A, \"\"b\"\"\",2024-01-01\r\nc\u{85}é,x\n",
            .tsv: "headline\tdate\n\"A\tb\"\t2024\nc\t\n",
            .jsonl: "{\"headline\":\"A \\ud83c\\udf15 b\"}\n{\"headline\":null}\n",
            .json: "[{\"headline\":\"A\\n\\\"\",\"x\":[1,{}]},\n{\"headline\":\"B\"}]", .txt: "A\r\n\u{2028}b\n\n",
        ]
        let bytes = Array((texts[format] ?? "").utf8)
        var outcomes = (read: 0, refused: 0)
        func attempt(_ bytes: [UInt8]) throws {
            do {
                let table = try HeadlineTable(bytes: bytes, path: "in", format: format)
                #expect(!table.rows.isEmpty)
                #expect(!table.rows.contains { $0.text.isEmpty })
                outcomes.read += 1
            } catch is FileError {
                outcomes.refused += 1
            }
        }
        for place in bytes.indices {
            try attempt(Array(bytes[..<place]))
            for byte in 0...255 {
                var changed = bytes
                changed[place] = UInt8(byte)
                try attempt(changed)
            }
        }
        #expect(outcomes.read > 100 && outcomes.refused > 100)
    }
}
