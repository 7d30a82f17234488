import Files
import HeadlineData
import Testing
import TestSupport

/// What is found in one headline of a text file, or in the labels of a few.
private func source(_ bytes: [UInt8], _ name: String) throws -> DataCheck {
    try withTemporaryFolder { folder in
        try AtomicFile.write(bytes, to: "\(folder)/\(name)")
        return try DataCheck(of: [HeadlineSource(readingFrom: "\(folder)/\(name)")])
    }
}

@Suite struct TextDamageTests {
    @Test(
        "Traces of earlier programs are found",
        arguments: [
            ("a caf\u{FFFD} opens", [.replacementCharacters]),
            ("Mayor\u{E2}\u{20AC}\u{2122}s bridge", [.misreadEncoding]),
            ("Mayor\u{E2}\u{80}\u{99}s bridge", [.misreadEncoding, .controlCharacters]),
            ("Caf\u{C3}\u{A9} opens", [.misreadEncoding]), ("5\u{C2}\u{A0}per cent", [.misreadEncoding]),
            ("Arts &amp; culture", [.htmlReferences]), ("Mayor&#39;s bridge &#x27;", [.htmlReferences]),
            ("A <b>bold</b> plan", [.htmlTags]), ("a \u{7}bell", [.controlCharacters]),
            ("turned \u{202E}round", [.controlCharacters]),
        ] as [(String, [TextDamage])])
    func found(text: String, kinds: [TextDamage]) throws {
        let check = try source(Array(text.utf8), "a.txt")
        #expect(check.files[0].damage.map(\.kind) == kinds)
    }

    @Test(
        "Text that is sound is left in peace",
        arguments: [
            "Café opens — “at last” …", "Profits < losses > hopes", "Q&A; with the mayor", "AT&T and M&S",
            "São Paulo e Ângela", "L'Âge d'or", "x < y", "Naïve 5 & 6; 7", "日本の見出し", "5 °C £3 ½",
        ])
    func spared(text: String) throws { #expect(try source(Array(text.utf8), "a.txt").files[0].damage.isEmpty) }
}

@Suite struct LookalikeLabelsTests {
    @Test(
        "Names that may mean the same are found, with the reason",
        arguments: [
            ("ARTS & CULTURE", "CULTURE & ARTS", .sameWords), ("PARENTS", "PARENTING", .sameWords),
            ("THE WORLDPOST", "WORLDPOST", .sameWords), ("us news", "US-News", .sameWords),
            ("Sport", "sports", .sameWords),
            ("WORLD POST", "WORLDPOST", .sameWords), ("STYLE", "STYLE & BEAUTY", .contained),
            ("politics", "politcs", .spelling), ("world news", "wolrd news", .spelling),
        ] as [(String, String, LookalikeLabels.Reason)])
    func found(first: String, second: String, reason: LookalikeLabels.Reason) throws {
        #expect(try lookalikes(first, second).map(\.reason) == [reason])
    }

    @Test(
        "Names that mean different things are not",
        arguments: [
            ("WORLD NEWS", "WEIRD NEWS"), ("BLACK VOICES", "QUEER VOICES"), ("MEDIA", "MONEY"), ("art", "act"),
            ("1", "2"), ("1 2", "1"), ("HEALTHY LIVING", "HOME & LIVING"), ("sci", "ski"),
        ])
    func spared(first: String, second: String) throws { #expect(try lookalikes(first, second).isEmpty) }

    private func lookalikes(_ first: String, _ second: String) throws -> [LookalikeLabels] {
        let lines = [first, second].enumerated().map { index, label in
            "{\"headline\": \"Ferry \(index) runs\", \"category\": \"\(label)\"}\n"
        }
        return try source(Array(lines.joined().utf8), "a.jsonl").labels?.lookalikes ?? []
    }
}

@Suite struct EncodingProfileTests {
    @Test("The byte order mark, line ends and characters beyond ASCII are seen")
    func profile() throws {
        let mixed = try source([0xEF, 0xBB, 0xBF] + Array("Caf\u{E9} one\r\ntwo two\nthree\rfour".utf8), "a.txt").files[
            0]
        #expect(mixed.encoding.hasByteOrderMark && !mixed.encoding.isASCII && !mixed.encoding.isCompressed)
        #expect([mixed.encoding.pairs, mixed.encoding.lineFeeds, mixed.encoding.carriageReturns] == [1, 1, 1])
        #expect(mixed.encoding.hasMixedLineEnds && mixed.summary.rowsRead == 4)
        #expect(mixed.encoding.description == "UTF-8, byte order mark, lines end with LF and CR LF and CR")
        let plain = try source(Array("one\ntwo\n".utf8), "a.txt").files[0]
        #expect(plain.encoding.description == "ASCII, lines end with LF" && !plain.encoding.hasMixedLineEnds)
    }
}

@Suite struct LengthProfileTests {
    @Test("Quantiles, mean and extremes are those of the sorted lengths")
    func quantiles() throws {
        let lengths = [1, 1, 2, 3, 3, 3, 4, 7, 9, 12]
        let text = lengths.enumerated().map { index, length in
            (0..<length).map { "w\(index)x\($0)" }.joined(separator: " ") + "\n"
        }.joined()
        let profile = try source(Array(text.utf8), "a.txt").files[0].lengths
        #expect(profile.total == 10 && profile.shortest == 1 && profile.longest == 12)
        #expect(abs(profile.mean - 4.5) < 1e-12)
        for share in [0.1, 0.2, 0.25, 0.5, 0.75, 0.9, 0.99, 1] {
            let place = Int((share * 10).rounded(.up)) - 1
            #expect(profile.quantile(share) == lengths[place], "\(share)")
        }
    }
}
