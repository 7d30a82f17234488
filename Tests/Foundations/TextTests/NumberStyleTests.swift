import Testing
import Text

@Suite struct NumberStyleTests {
    @Test(
        "Numbers are written alike everywhere",
        arguments: [
            (1234567, NumberStyle.count, "1,234,567"), (-1234, .count, "-1,234"), (999.6, .count, "1,000"),
            (0.41249, .decimals(3), "0.412"), (-0.0001, .decimals(3), "0.000"), (-0.5, .decimals(0), "0"),
            (12345.67, .decimals(2), "12,346"), (332.3, .decimals(1), "332.3"), (0.6124, .percent(1), "61.2 %"),
            (1, .percent(0), "100 %"), (.nan, .count, "n/a"), (.infinity, .percent(1), "∞"),
            (-.infinity, .decimals(2), "-∞"), (1e300, .count, "1e+300"),
        ] as [(Double, NumberStyle, String)])
    func numbers(number: Double, style: NumberStyle, expected: String) { #expect(style.text(number) == expected) }

    @Test("An interval follows its estimate in brackets, and has one unit in a sentence")
    func interval() {
        #expect(NumberStyle.decimals(2).text(0.5, low: 0.25, high: 0.754) == "0.50 [0.25, 0.75]")
        #expect(NumberStyle.percent(1).text(0.5, low: 0.25, high: 0.754) == "50.0 % [25.0, 75.4]")
        #expect(NumberStyle.decimals(2).range(0.25, 0.754) == "0.25–0.75")
        #expect(NumberStyle.percent(1).range(0.581, 0.607) == "58.1–60.7 %")
        #expect(NumberStyle.decimals(1).range(-0.5, 2) == "-0.5 to 2.0")
    }

    @Test("Percentages have one decimal, small ones two; counts have their noun")
    func sentences() {
        #expect(Formatting.percent(0.594) == "59.4 %" && Formatting.percent(0.0025) == "0.25 %")
        #expect(Formatting.percent(0) == "0.0 %" && Formatting.percent(0.594, 0) == "59 %")
        #expect(Formatting.count(1, "headline") == "1 headline" && Formatting.count(2752, "row") == "2,752 rows")
    }
}
