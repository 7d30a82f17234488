import Testing
import Text

@Suite struct FormattingTests {
    @Test("numbers, sizes and times read as people write them")
    func numbers() {
        let cases: [(String, String)] = [
            (grouped(0), "0"), (grouped(999), "999"), (grouped(53_674), "53,674"),
            (grouped(-1_234_567), "-1,234,567"), (grouped(.min), "-9,223,372,036,854,775,808"),
            (Formatting.bytes(0), "0 bytes"), (Formatting.bytes(12_345), "12 kB"),
            (Formatting.bytes(845_000_000), "845 MB"),
            (Formatting.bytes(1_214_000_000), "1.21 GB"), (Formatting.bytes(-5), "-5 bytes"),
            (Formatting.duration(0.42), "0.4 s"), (Formatting.duration(9.96), "10 s"),
            (Formatting.duration(59.4), "59 s"),
            (Formatting.duration(59.6), "1 min 00 s"), (Formatting.duration(192), "3 min 12 s"),
            (Formatting.duration(7500), "2 h 05 min"), (Formatting.duration(273_600), "3 d 04 h"),
            (Formatting.duration(.nan), "an unknown time"), (Formatting.duration(-1), "an unknown time"),
            (Formatting.duration(1e300), "an unknown time"),
            (Formatting.clock(0), "0:00"), (Formatting.clock(192), "3:12"), (Formatting.clock(7510), "2:05:10"),
            (Formatting.clock(.infinity), "?"),
            (Formatting.rough(331.04), "331"), (Formatting.rough(12.34), "12.3"), (Formatting.rough(0.8312), "0.83"),
            (Formatting.rough(1.5e9), "1.5e+09"), (Formatting.rough(.nan), "nan"),
            (Formatting.scientific(0.00097), "9.70e-04"),
        ]
        for (text, expected) in cases { #expect(text == expected) }
    }

    @Test("text of a model can neither move the cursor nor break the line")
    func escaping() {
        let cases = [
            ("plain é 日本", "plain é 日本"), ("a\nb\r\tc", "a\\nb\\r\\tc"), ("\u{1B}[2J", "\\u{1b}[2J"),
            ("\u{9B}2J\u{7F}\u{0}", "\\u{9b}2J\\u{7f}\\u{0}"), ("\u{202E}abc\u{2066}", "\\u{202e}abc\\u{2066}"),
        ]
        for (text, shown) in cases { #expect(escapedForTerminal(text) == shown) }
    }
}
