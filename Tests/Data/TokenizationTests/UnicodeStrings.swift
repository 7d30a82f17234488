import Files
import Foundation
import JSON
import TestSupport

/// The generator of Sebastiano Vigna's SplitMix64, as in Tests/Fixtures/make_tokenization.py.
struct SplitMix64 {
    private var state: UInt64

    init(_ seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(bound)) }
}

/// Seeded strings of all of Unicode: statement by statement the class of that name in make_tokenization.py, with the
/// same pools. The fixture has digests of the strings, so that a generator that drifts is told from a wrong tokenizer.
struct UnicodeStrings {
    static let seed: UInt64 = 7_310_000_000

    private let words, suffixes, texts: [String]
    private let apostrophes, spaces, people: [Int]
    private let bases, marks, digits, controls, punctuation, assigned: [ClosedRange<Int>]
    private let emoji: [[Int]]

    init() throws {
        let pools = try JSONValue(parsing: Data(contentsOf: fixture("tokenization/pools.json")))
        func strings(_ name: String) throws -> [String] {
            try (pools[name]?.array ?? []).map { value in
                guard let text = value.string else { throw FileError("pools.json", "\(name) holds \(value.kind)") }
                return text
            }
        }
        func scalars(_ text: some StringProtocol, _ separator: Character) -> [Int] {
            text.split(separator: separator).compactMap { Int($0, radix: 16) }
        }
        func scalars(_ name: String) throws -> [Int] { try strings(name).flatMap { scalars($0, " ") } }
        func ranges(_ name: String) throws -> [ClosedRange<Int>] {
            try strings(name).map { text in
                let ends = scalars(text, "-")
                return ends[0]...ends[1]
            }
        }
        (words, suffixes, texts) = (try strings("words"), try strings("suffixes"), try strings("texts"))
        (apostrophes, spaces, people) = (try scalars("apostrophes"), try scalars("spaces"), try scalars("people"))
        (bases, marks, digits) = (try ranges("bases"), try ranges("marks"), try ranges("digits"))
        (controls, punctuation, assigned) = (try ranges("controls"), try ranges("punctuation"), try ranges("assigned"))
        emoji = try strings("emoji").map { scalars($0, " ") }
    }

    func string(_ index: Int) -> String {
        var random = SplitMix64(Self.seed &+ UInt64(index))
        var out = ""
        for _ in 0..<(1 + random.below(8)) { segment(&random, &out) }
        return out
    }

    private func element<T>(_ random: inout SplitMix64, _ pool: [T]) -> T { pool[random.below(pool.count)] }

    private func scalar(_ random: inout SplitMix64, _ ranges: [ClosedRange<Int>]) -> Int {
        let range = element(&random, ranges)
        return range.lowerBound + random.below(range.count)
    }

    private func segment(_ random: inout SplitMix64, _ out: inout String) {
        func add(_ value: Int) { out.unicodeScalars.append(Unicode.Scalar(UInt32(value))!) }
        func several(_ bound: Int, _ body: () -> Void) { for _ in 0..<(1 + random.below(bound)) { body() } }
        switch random.below(16) {
        case 0:  // a word of random letters
            if random.below(2) == 0 { add(0x20) }
            let first = random.below(4) == 0 ? 0x41 : 0x61
            several(8) { add(first + random.below(26)) }
        case 1, 2:  // words that vocabularies know
            several(3) { out += " " + element(&random, words) }
        case 3:  // any scalar at all
            several(6) {
                let value = random.below(0x10F800)
                add(value < 0xD800 ? value : value + 0x800)
            }
        case 4: several(6) { add(scalar(&random, assigned)) }  // all assigned planes
        case 5:  // combining marks
            add(scalar(&random, bases))
            several(4) { add(scalar(&random, marks)) }
        case 6: element(&random, emoji).forEach(add)  // emoji sequences
        case 7: several(5) { add(0x1F1E6 + random.below(26)) }  // flags, whole and halved
        case 8:  // skin tones
            add(element(&random, people))
            add(0x1F3FB + random.below(5))
        case 9: several(6) { add(element(&random, spaces)) }  // runs of white space
        case 10:  // contractions
            add(element(&random, apostrophes))
            out += element(&random, suffixes)
        case 11:  // digits of one script
            let range = element(&random, digits)
            several(8) { add(range.lowerBound + random.below(range.count)) }
        case 12: several(3) { add(scalar(&random, controls)) }  // control and format characters
        case 13:  // punctuation, and text that spells special tokens
            if random.below(3) == 0 {
                out += element(&random, texts)
            } else {
                several(5) { add(scalar(&random, punctuation)) }
            }
        case 14: several(4) { add(byFirstByte(&random)) }  // every first byte of UTF-8 alike
        default:  // one character many times
            let value = scalar(&random, assigned)
            for _ in 0..<(2 + random.below(40)) { add(value) }
        }
    }

    private func byFirstByte(_ random: inout SplitMix64) -> Int {
        let choice = random.below(179)
        if choice < 128 { return choice }
        let first = 0xC2 + choice - 128
        switch first {
        case ..<0xE0: return (first & 0x1F) << 6 | random.below(0x40)
        case 0xE0: return 0x800 + random.below(0x800)
        case 0xED: return 0xD000 + random.below(0x800)
        case ..<0xF0: return (first & 0x0F) << 12 | random.below(0x1000)
        case 0xF0: return 0x10000 + random.below(0x30000)
        case 0xF4: return 0x100000 + random.below(0x10000)
        default: return (first & 0x07) << 18 | random.below(0x40000)
        }
    }
}
