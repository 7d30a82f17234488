import Testing
import Text

@Suite struct ReportTextTests {
    @Test("numbers, sizes and times read as people write them")
    func numbers() {
        let cases: [(String, String)] = [
            (ReportText.grouped(0), "0"), (ReportText.grouped(999), "999"), (ReportText.grouped(53_674), "53,674"),
            (ReportText.grouped(-1_234_567), "-1,234,567"), (ReportText.grouped(.min), "-9,223,372,036,854,775,808"),
            (ReportText.bytes(0), "0 bytes"), (ReportText.bytes(12_345), "12 kB"),
            (ReportText.bytes(845_000_000), "845 MB"),
            (ReportText.bytes(1_214_000_000), "1.21 GB"), (ReportText.bytes(-5), "-5 bytes"),
            (ReportText.duration(0.42), "0.4 s"), (ReportText.duration(9.96), "10 s"),
            (ReportText.duration(59.4), "59 s"),
            (ReportText.duration(59.6), "1 min 00 s"), (ReportText.duration(192), "3 min 12 s"),
            (ReportText.duration(7500), "2 h 05 min"), (ReportText.duration(273_600), "3 d 04 h"),
            (ReportText.duration(.nan), "an unknown time"), (ReportText.duration(-1), "an unknown time"),
            (ReportText.duration(1e300), "an unknown time"),
            (ReportText.clock(0), "0:00"), (ReportText.clock(192), "3:12"), (ReportText.clock(7510), "2:05:10"),
            (ReportText.clock(.infinity), "?"),
            (ReportText.rough(331.04), "331"), (ReportText.rough(12.34), "12.3"), (ReportText.rough(0.8312), "0.83"),
            (ReportText.rough(1.5e9), "1.5e+09"), (ReportText.rough(.nan), "nan"),
            (ReportText.scientific(0.00097), "9.70e-04"),
        ]
        for (text, expected) in cases { #expect(text == expected) }
    }

    @Test("text of a model can neither move the cursor nor break the line")
    func harmless() {
        let cases = [
            ("plain é 日本", "plain é 日本"), ("a\nb\r\tc", "a\\nb\\r\\tc"), ("\u{1B}[2J", "\\u{1b}[2J"),
            ("\u{9B}2J\u{7F}\u{0}", "\\u{9b}2J\\u{7f}\\u{0}"), ("\u{202E}abc\u{2066}", "\\u{202e}abc\\u{2066}"),
        ]
        for (text, shown) in cases { #expect(ReportText.harmless(text) == shown) }
    }
}
