import HeadlineData
import Testing

@Suite("Known headlines")
struct KnownHeadlinesTests {
    @Test("a headline is known whatever its case and punctuation, and others are not")
    func contains() {
        let known = KnownHeadlines(["Mayor's plan: \"Build more!\"", "Café opens in Nordhaven", ""])
        for headline in ["mayors plan build more", "MAYOR’S PLAN — BUILD MORE", "cafe\u{301} opens in nordhaven"] {
            #expect(known.contains(headline), "\(headline)")
        }
        for headline in ["Mayor's plan: build", "Cafe opens in Nordhaven", "x"] {
            #expect(!known.contains(headline), "\(headline)")
        }
        let many = KnownHeadlines((0..<5_000).map { "Headline number \($0)" })
        #expect((5_000..<15_000).allSatisfy { !many.contains("Headline number \($0)") })
    }
}
