import JSON
import Randomness
import Testing

@Suite("JSON of unknown origin")
struct JSONFuzzTests {
    /// Bytes that make up JSON, so that random texts get beyond the first byte.
    private static let alphabet =
        Array("{}[]\",:0123456789.-+eE truefalsn\\ubd8c0\n".utf8) + [0x00, 0x1F, 0x7F, 0xC3, 0xA9, 0xFF]

    /// Reads bytes. What is read must be written and read again as the same value, in both layouts.
    private func check(_ bytes: [UInt8]) throws {
        let value: JSONValue
        do { value = try JSONValue(parsing: bytes) } catch {
            #expect(error.line >= 1 && error.column >= 1 && !error.problem.isEmpty)
            return
        }
        for layout in [JSONValue.Layout.compact, .indented] {
            #expect(try JSONValue(parsing: value.serialized(layout)) == value, "\(bytes)")
        }
    }

    @Test("random bytes are read or refused", arguments: 0..<8 as Range<UInt64>)
    func randomBytes(_ seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        for _ in 0..<2_000 {
            let length = random.below(40)
            try check((0..<length).map { _ in Self.alphabet[random.below(Self.alphabet.count)] })
        }
    }

    @Test(
        "a document with a byte changed, removed, doubled or cut off is read or refused",
        arguments: 0..<4 as Range<UInt64>)
    func mutations(_ seed: UInt64) throws {
        let document = Array(
            #"{"a": [1, -2.5e-3, true, null, {"é\u00e9\ud83d\ude00": "x\n"}], "b": {}, "c": [[[]]], "d": 1e300}"#.utf8)
        var random = SplitMix64(seed: seed)
        for _ in 0..<2_000 {
            var bytes = document
            for _ in 0...random.below(3) where !bytes.isEmpty {
                let place = random.below(bytes.count)
                switch random.below(4) {
                case 0: bytes[place] = Self.alphabet[random.below(Self.alphabet.count)]
                case 1: bytes.remove(at: place)
                case 2: bytes.insert(bytes[place], at: place)
                default: bytes.removeSubrange(max(1, place)...)
                }
            }
            try check(bytes)
        }
    }

    /// Makes a random value of limited depth.
    private func value(_ random: inout SplitMix64, depth: Int) -> JSONValue {
        switch random.below(depth > 0 ? 8 : 6) {
        case 0: return .null
        case 1: return .boolean(random.below(2) == 0)
        case 2: return .integer(Int(truncatingIfNeeded: random.next()))
        case 3:
            let number = Double(bitPattern: random.next())
            return .number(number.isFinite ? number : 0.5)
        case 4, 5:
            let scalars = (0..<random.below(8)).map { _ in
                Unicode.Scalar(UInt32(random.below(random.below(4) == 0 ? 0x11_0000 : 0x100))) ?? "\u{FFFD}"
            }
            return .string(String(String.UnicodeScalarView(scalars)))
        case 6: return .array((0..<random.below(5)).map { _ in value(&random, depth: depth - 1) })
        default:
            return .object((0..<random.below(12)).map { ("\($0)\u{301}", value(&random, depth: depth - 1)) })
        }
    }

    @Test("random values are read back as they were written", arguments: 0..<4 as Range<UInt64>)
    func roundTrips(_ seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        for _ in 0..<500 {
            let value = value(&random, depth: 4)
            for layout in [JSONValue.Layout.compact, .indented] {
                #expect(try JSONValue(parsing: value.serialized(layout)) == value)
            }
        }
    }
}
