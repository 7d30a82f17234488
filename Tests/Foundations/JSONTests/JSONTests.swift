import Files
import JSON
import Testing
import Text

@Suite struct JSONTests {
    @Test(
        "Each kind of value is read as it was written",
        arguments: [
            ("null", nil), (" \n\t\r true ", true), ("false", false), ("0", 0), ("-12", -12), ("2.5", 2.5),
            ("-0.0", -0.0), ("1e3", 1000.0), ("1E-2", 0.01), ("9223372036854775807", 9_223_372_036_854_775_807),
            ("-9223372036854775808", -9_223_372_036_854_775_808), ("9223372036854775808", 9_223_372_036_854_775_808.0),
            ("\"\"", ""), ("[]", []), ("{}", [:]), ("[1,[2, \"x\"],{}]", [1, [2, "x"], [:]]),
            ("{\"b\":1,\"a\":{\"c\":null}}", ["b": 1, "a": ["c": nil]]),
            ("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u0041\\u00e9\"", "\"\\/\u{08}\u{0C}\n\r\tAé"),
            ("\"\\ud83d\\ude00 \\uD83D\\uDE00 \\u0000\"", "😀 😀 \0"), ("\u{FEFF}[1]", [1]),
        ] as [(String, JSONValue)])
    func read(text: String, value: JSONValue) throws {
        #expect(try JSONValue(parsing: text) == value)
    }

    @Test("A minus zero keeps its sign, and an integer too long for Int becomes a Double")
    func numbersAtTheEdges() throws {
        guard case .number(let zero) = try JSONValue(parsing: "-0") else { throw Failed() }
        #expect(zero.sign == .minus)
        guard case .number = try JSONValue(parsing: "123456789012345678901234567890") else { throw Failed() }
        #expect(try JSONValue(parsing: "2.0").integer == 2)
        #expect(try JSONValue(parsing: "2.5").integer == nil)
        #expect(try JSONValue(parsing: "1e300").integer == nil)
        #expect(try JSONValue(parsing: "3").number == 3)
    }

    @Test("Canonically equivalent keys stay apart and bytes stay as they are")
    func canonicalEquivalence() throws {
        let document = try JSONValue(parsing: "{\"\u{E9}\": 1, \"e\u{301}\": 2, \"\u{212B}\": 3, \"\u{C5}\": 4}")
        #expect(document.object?.count == 4)
        #expect(document["\u{E9}"]?.integer == 1)
        #expect(document["e\u{301}"]?.integer == 2)
        #expect(document["\u{212B}"]?.integer == 3)
        #expect(document["\u{C5}"]?.integer == 4)
        #expect(JSONValue.string("\u{E9}") != .string("e\u{301}"))
        #expect(ByteString("\u{E9}") != ByteString("e\u{301}"))
        let escaped = try JSONValue(parsing: "[\"e\\u0301\", \"\\u00e9\"]")
        #expect(escaped == ["e\u{301}", "\u{E9}"])
        #expect(escaped.array?.map { Array($0.string!.utf8).count } == [3, 2])
    }

    @Test(
        "What is not JSON is refused with line and column",
        arguments: [
            ("", 1, 1, "end of the text"), ("  ", 1, 3, "end of the text"), ("[1,]", 1, 4, "expected a JSON value"),
            ("[1 2]", 1, 4, "end of the array"), ("{\"a\":1,}", 1, 8, "name in quotes"),
            ("{a:1}", 1, 2, "name in quotes"),
            ("{\"a\" 1}", 1, 6, "\":\""), ("{\"a\":1", 1, 7, "end of the object"), ("[1]\n x", 2, 2, "nothing after"),
            ("\"abc", 1, 1, "not closed"), ("[\n\"é\u{0}\"]", 2, 3, "control character"),
            ("tru", 1, 1, "expected true"),
            ("nul!", 1, 1, "expected null"), ("01", 1, 1, "needless 0"), ("-", 1, 2, "digit"), ("1.", 1, 3, "digit"),
            ("1e+", 1, 4, "digit"), ("+1", 1, 1, "expected a JSON value"), ("NaN", 1, 1, "expected a JSON value"),
            ("1e999", 1, 1, "larger than"), ("\"\\x\"", 1, 2, "no such escape"), ("\"\\", 1, 2, "no such escape"),
            ("\"\\u12g4\"", 1, 2, "hexadecimal"), ("\"\\u12", 1, 2, "hexadecimal"),
            ("\"a\\ud83d\"", 1, 3, "surrogate"), ("\"\\ude00\"", 1, 2, "surrogate"),
            ("\"\\ud83dx\\ude00\"", 1, 2, "surrogate"), ("\"\\ud83d\\u0041\"", 1, 2, "surrogate"),
            ("\"\\ud83d\\ud83d\\ude00\"", 1, 2, "surrogate"), ("{\"a\":1,\n\"a\":2}", 2, 1, "twice"),
            ("{\"a\":1,\"\\u0061\":2}", 1, 8, "twice"), ("'a'", 1, 1, "expected a JSON value"),
            ("[1] // x", 1, 5, "nothing after"),
        ])
    func refused(text: String, line: Int, column: Int, part: String) {
        #expect {
            try JSONValue(parsing: text)
        } throws: { error in
            guard let error = error as? JSONError else { return false }
            return error.line == line && error.column == column && error.problem.contains(part)
        }
    }

    @Test(
        "Bytes that are not UTF-8 are refused where they stand",
        arguments: [
            [0xFF], [0xC3], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0x80], [0xE2, 0x82],
        ]
            as [[UInt8]])
    func notUTF8(bad: [UInt8]) {
        for middle in ["", "\\n"] {
            let bytes = Array("[\"é\(middle)".utf8) + bad + Array("\"]".utf8)
            #expect {
                try JSONValue(parsing: bytes)
            } throws: { error in
                guard let error = error as? JSONError else { return false }
                return error.column == 4 + middle.utf8.count && error.problem.contains("UTF-8")
            }
        }
    }

    @Test("A name that comes twice among many is found")
    func duplicateAmongMany() {
        let members = (0..<100).map { "\"key\($0)\":\($0)" } + ["\"key77\":0"]
        #expect(throws: JSONError.self) { try JSONValue(parsing: "{\(members.joined(separator: ","))}") }
    }

    @Test("Nesting is read up to the limit and refused beyond it, however deep")
    func nesting() throws {
        func nested(_ depth: Int) -> [UInt8] {
            Array(repeating: UInt8(ascii: "["), count: depth) + Array(repeating: UInt8(ascii: "]"), count: depth)
        }
        #expect(try JSONValue(parsing: nested(JSONValue.defaultDepthLimit)).array != nil)
        for depth in [JSONValue.defaultDepthLimit + 1, 1_000_000] {
            #expect(throws: JSONError.self) { try JSONValue(parsing: nested(depth)) }
        }
        let objects = String(repeating: "{\"a\":", count: 1_000_000)
        #expect(throws: JSONError.self) { try JSONValue(parsing: objects) }
    }

    @Test("The line number of a file of JSON lines is the one that the caller gave")
    func firstLine() {
        #expect(throws: JSONError(line: 41, column: 2, problem: "expected a JSON value, found \"x\"")) {
            try JSONValue(parsing: "[x]", firstLine: 41)
        }
    }

    @Test("A slice that does not begin at 0 and a collection without storage are read alike")
    func collections() throws {
        let bytes = Array("xx[1,\"é\"]".utf8)
        let expected: JSONValue = [1, "é"]
        #expect(try JSONValue(parsing: bytes[2...]) == expected)
        #expect(try JSONValue(parsing: bytes[2...].lazy.map { $0 }) == expected)
    }

    @Test("Every cut and every single-byte change of a document is read or refused, never a crash")
    func hostile() throws {
        let text = "{\"a\":[1,-2.5e3,true,null,\"é\\u00e9\\ud83d\\ude00\\n😀\"],\"b\":{\"c\":[]}}"
        let bytes = Array(text.utf8)
        for count in 0..<bytes.count {
            #expect(throws: JSONError.self) { try JSONValue(parsing: bytes[..<count]) }
        }
        var read = 0
        for position in bytes.indices {
            for value in UInt8.min...UInt8.max {
                var changed = bytes
                changed[position] = value
                if let document = try? JSONValue(parsing: changed) {
                    read += 1
                    #expect(try JSONValue(parsing: document.serialized()) == document)
                }
            }
        }
        #expect(read > bytes.count)
    }

    @Test("What is written reads back equal, in the same bytes each time")
    func roundTrip() throws {
        let document: JSONValue = [
            "z": [1, -2, 0.1, 1e-300, 1e21, 2.5e-308, 100.0], "a": "\"\\/\u{08}\u{0C}\n\r\t\u{1}\u{1F}\u{7F}é😀\u{2028}",
            "e\u{301}": nil, "\u{E9}": [:], "list": [], "nested": ["x": [true, false]],
        ]
        for layout in [JSONValue.Layout.compact, .indented] {
            let bytes = document.serialized(layout)
            #expect(try JSONValue(parsing: bytes) == document)
            #expect(try JSONValue(parsing: bytes).serialized(layout) == bytes)
        }
    }

    @Test("The two layouts are these bytes")
    func layouts() {
        let document: JSONValue = ["b": [1, "x\n\u{1}"], "a": [:], "c": [], "d": .number(.nan)]
        #expect(
            String(decoding: document.serialized(), as: UTF8.self)
                == #"{"b":[1,"x\n\u0001"],"a":{},"c":[],"d":null}"#)
        #expect(
            String(decoding: document.serialized(.indented), as: UTF8.self)
                == "{\n  \"b\": [\n    1,\n    \"x\\n\\u0001\"\n  ],\n  \"a\": {},\n  \"c\": [],\n  \"d\": null\n}")
    }

    private struct Failed: Error {}
}
