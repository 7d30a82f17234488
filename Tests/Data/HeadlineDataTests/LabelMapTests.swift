import Files
import HeadlineData
import Testing
import Text

private func map(_ pairs: [(String, String)]) throws -> LabelMap {
    try LabelMap(pairs.map { (old: $0.0, new: $0.1) }, name: "map.yaml")
}

private func rows(_ labels: [String?]) -> [Headline] {
    labels.enumerated().map { Headline("headline \($0.offset)", category: $0.element, line: $0.offset + 1) }
}

@Suite struct LabelMapTests {
    @Test("chains are followed to their end, and a name that is mapped to itself or not at all stays")
    func follows() throws {
        let map = try map([("B", "C"), ("A", "B"), ("X", "A"), ("same", "same"), ("Y", "same"), (" Z ", "C\n")])
        for (old, new) in [
            ("A", "C"), ("B", "C"), ("C", "C"), ("X", "C"), ("same", "same"), ("Y", "same"), ("Z", "C"), ("a", "a"),
        ] {
            #expect(map(old) == new)
        }
        #expect(["A", "C", "same", "Z"].allSatisfy(map.names))
        #expect(!map.names("a"))
    }

    @Test(
        "a map that cannot be followed is refused",
        arguments: [
            ([], "map.yaml: the label map is empty, expected lines of `OLD NAME: NEW NAME`"),
            (
                [("A", "B"), ("B", "A")],
                "map.yaml: the label map goes in a circle, `A` to `B` to `A`; remove one of these entries"
            ),
            (
                [("Q", "A"), ("A", "B"), ("B", "C"), ("C", "A")],
                "map.yaml: the label map goes in a circle, `A` to `B` to `C` to `A`; remove one of these entries"
            ),
            ([("A", "B"), ("A ", "C")], "map.yaml: the label map has `A` twice on the left; remove one of them"),
            (
                [("A", "B"), ("B", " ")],
                "map.yaml: entry 2 of the label map, `B` to ` `, has an empty name; write both names or remove it"
            ),
            (
                [("", "B")],
                "map.yaml: entry 1 of the label map, `` to `B`, has an empty name; write both names or remove it"
            ),
        ] as [([(String, String)], String)])
    func refusals(pairs: [(String, String)], sentence: String) throws {
        let error = try #require(throws: LabelError.self) { try map(pairs) }
        #expect(error.description == sentence)
        #expect(error.category == .invalidInput)
    }

    @Test("a circle of a thousand names is refused in one short sentence, a chain of a thousand is followed")
    func longChains() throws {
        let chain = (0..<1_000).map { ("n\($0)", "n\($0 + 1)") }
        #expect(try map(chain)("n0") == "n1000")
        let error = try #require(throws: LabelError.self) { try map(chain + [("n1000", "n0")]) }
        #expect(error.description.count < 200)
    }

    @Test("names that no row has and no entry leads to are refused with the nearest label")
    func unknownNames() throws {
        let data = rows(["SPORTS", "WORLD NEWS", nil, "WORLDPOST"])
        #expect(throws: Never.self) {
            try map([("WORLDPOST", "WORLD"), ("WORLD", "WORLD NEWS"), ("SPORTS", "SPORT")]).check(against: data)
        }
        let one = try #require(throws: LabelError.self) {
            try map([("SPORTS", "SPORT"), ("WORLD POST", "WORLD NEWS")]).check(against: data)
        }
        #expect(
            one.description
                == "map.yaml: the label map names a label that does not occur in the data: `WORLD POST`; correct or"
                + " remove it; did you mean \"WORLDPOST\"?")
        let two = try #require(throws: LabelError.self) {
            try map([("Zebra", "SPORT"), ("Quagga", "SPORTS")]).check(against: data)
        }
        #expect(
            two.description
                == "map.yaml: the label map names labels that do not occur in the data: `Zebra`, `Quagga`; correct or"
                + " remove them")
    }
}
