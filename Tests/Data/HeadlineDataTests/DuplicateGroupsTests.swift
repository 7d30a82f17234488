import HeadlineData
import Randomness
import Testing

/// The trigrams of a normal form, without any of the module's numbering.
private func grams(_ form: [UInt32]) -> Set<[UInt32]> {
    form.count <= 3 ? [form] : Set((0...(form.count - 3)).map { Array(form[$0..<($0 + 3)]) })
}

/// The similarity that the join promises, the slow way.
private func areNear(_ a: Set<[UInt32]>, _ b: Set<[UInt32]>) -> Bool {
    let shared = a.count { b.contains($0) }
    return 5 * shared >= 4 * (a.count + b.count - shared)
}

/// Groups by comparing all pairs, numbered by first appearance.
private func groupsOfAllPairs<Item>(_ items: [Item], _ belong: (Item, Item) -> Bool) -> [Int32] {
    var labels = Array(items.indices)
    for i in items.indices {
        for j in 0..<i where labels[i] != labels[j] && belong(items[i], items[j]) {
            let (from, to) = (max(labels[i], labels[j]), min(labels[i], labels[j]))
            for k in 0...i where labels[k] == from { labels[k] = to }
        }
    }
    var numbers: [Int: Int32] = [:]
    return labels.map { label in
        let number = numbers[label] ?? Int32(numbers.count)
        numbers[label] = number
        return number
    }
}

@Suite struct NormalFormTests {
    @Test(
        "Case, punctuation, symbols and white space do not matter",
        arguments: [
            ("U.S.–China talks", "us china talks"), ("ÉCOLE  fermée", "école fermée"), ("cafe\u{301}s", "CAFÉS"),
            ("A 'quoted' word…", "“a” quoted-word"), ("Ω и Ж", "ω И ж"), ("Moon 🌕 up!", "moon up"),
            ("☃\u{FE0F}x", "☃X"),
            ("5 % more", "5 more"), ("İ", "i\u{307}"),
        ])
    func ignoresStyle(a: String, b: String) { #expect(normalForm(of: a) == normalForm(of: b)) }

    @Test(
        "Letters, digits and marks do matter",
        arguments: [
            ("5 things", "6 things"), ("resume", "résumé"), ("it's", "it"), ("日本", "日木"), ("???", "!!!"), ("🌕", "🌑"),
        ])
    func keepsContent(a: String, b: String) { #expect(normalForm(of: a) != normalForm(of: b)) }

    @Test("Only an empty text has an empty form")
    func isNeverEmpty() {
        #expect(normalForm(of: "").isEmpty)
        for text in ["?", " ", "\u{200B}", "\u{FE0F}"] { #expect(!normalForm(of: text).isEmpty) }
    }
}

@Suite struct DuplicateGroupsTests {
    @Test("Exact and near duplicates are told apart and counted")
    func groupsByHand() {
        let texts = [
            "Mayor of Tessen opens the new harbour bridge", "Glacier hikers found alive after nine days",
            "MAYOR OF TESSEN OPENS THE NEW HARBOUR BRIDGE!", "Mayor of Tessen opens the new harbor bridge",
            "Bakers' strike enters its second week", "Glacier hikers found alive after nine days",
        ]
        let groups = DuplicateGroups(of: texts)
        #expect(groups.exactGroups == [0, 1, 0, 2, 3, 1])
        #expect(groups.groups == [0, 1, 0, 0, 2, 1])
        #expect(groups.exactDuplicates == 2)
        #expect(groups.nearDuplicates == 1)
        #expect(groups.groupCount == 3)
        #expect(groups.largestGroup == 3)
        #expect(groups.members() == [[0, 2, 3], [1, 5], [4]])
    }

    @Test("No texts, one text and texts shorter than a trigram are grouped")
    func groupsSmallInputs() {
        #expect(DuplicateGroups(of: []).groupCount == 0)
        #expect(DuplicateGroups(of: ["A"]).groups == [0])
        #expect(
            DuplicateGroups(of: ["a", "b", "A!", "ab", "abc", "Ab", "", "?", "abcd"]).groups == [
                0, 1, 0, 2, 3, 2, 4, 5, 6,
            ])
    }

    @Test("Groups are those of comparing all pairs", arguments: 0..<4)
    func agreesWithAllPairs(seed: Int) {
        var invented = InventedHeadlines(seed: UInt64(seed))
        var texts = invented.headlines(200)
        // Edits upon edits make chains, pairs on both sides of the threshold, and texts of all sizes.
        while texts.count < 500 {
            let original = texts[invented.number(below: texts.count)]
            switch invented.number(below: 5) {
            case 0: texts.append(invented.restyled(original))
            case 1: texts.append(invented.misspelt(original))
            case 2: texts.append(original + " " + invented.word())
            case 3: texts.append(String(original.prefix(2 + invented.number(below: original.count))))
            default:
                var words = original.split(separator: " ").map(String.init)
                words[invented.number(below: words.count)] = invented.word()
                texts.append(words.joined(separator: " "))
            }
        }
        let groups = DuplicateGroups(of: texts)
        let forms = texts.map { normalForm(of: $0) }
        #expect(groups.exactGroups == groupsOfAllPairs(forms, ==))
        #expect(groups.groups == groupsOfAllPairs(forms.map(grams), areNear))
        #expect(groups.exactDuplicates > 10 && groups.nearDuplicates > 100 && groups.groupCount > 100)
    }

    @Test(
        "Groups are those of comparing all pairs also where texts are tiny and every trigram is common",
        arguments: 0..<4)
    func agreesOnTinyTexts(seed: Int) {
        var generator = SplitMix64(seed: UInt64(seed), stream: 7)
        let texts = (0..<400).map { _ in
            String((0..<(1 + generator.below(24))).map { _ in Character(["a", "b", "é"][generator.below(3)]) })
        }
        let groups = DuplicateGroups(of: texts)
        let forms = texts.map { normalForm(of: $0) }
        #expect(groups.exactGroups == groupsOfAllPairs(forms, ==))
        #expect(groups.groups == groupsOfAllPairs(forms.map(grams), areNear))
        #expect(groups.groupCount < groups.exactGroupCount && groups.groupCount > 50)
    }

    @Test("Of headlines sent again with a letter wrong, at least nineteen in twenty are found, and no strangers")
    func findsMisspeltHeadlines() {
        var invented = InventedHeadlines(seed: 7)
        let originals = invented.headlines(2_000).filter { $0.count >= 40 }
        let copies = originals.map { invented.misspelt($0) }
        let groups = DuplicateGroups(of: originals + copies)
        let found = originals.indices.count { groups.groups[$0] == groups.groups[$0 + originals.count] }
        #expect(originals.count > 1_000)
        #expect(20 * found >= 19 * originals.count)
        #expect(DuplicateGroups(of: originals).nearDuplicates == 0)
    }

    @Test("Grouping does not depend on the order of the texts")
    func isIndependentOfOrder() {
        var invented = InventedHeadlines(seed: 8)
        var texts = invented.headlines(150)
        texts += texts.map { invented.misspelt($0) }
        let groups = DuplicateGroups(of: texts)
        let reversed = DuplicateGroups(of: texts.reversed())
        #expect(reversed.groupCount == groups.groupCount)
        let partition = Set(groups.members().map { Set($0.map { texts[$0] }) })
        #expect(Set(reversed.members().map { Set($0.map { texts[texts.count - 1 - $0] }) }) == partition)
    }

    @Test("Overlap between two files is counted, exact and near, and nothing else is")
    func countsOverlap() {
        let training = [
            "Ferry to Low Brannoc runs again after the storm", "Curator sues over missing lantern", "A", "A",
        ]
        let validation = [
            "FERRY to Low Brannoc runs again, after the storm", "Ferry to Low Brannock runs again after the storm",
            "Nothing like it stands there", "Nothing like it stands there", "b",
        ]
        let overlap = Overlap(training: training, validation: validation)
        #expect(overlap.exact == 1)
        #expect(overlap.near == 1)
        #expect(overlap.validationCount == 5)
        #expect(Overlap(training: training, validation: ["b"]).description.contains("no validation headline"))
    }
}
