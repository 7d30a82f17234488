import HeadlineData
import Randomness
import Testing

/// Headlines of four categories of unlike size, some sent twice or nearly so, dated over 400 days, one in ten without a
/// date.
private func inventedRows(_ count: Int, seed: UInt64) -> [Headline] {
    var invented = InventedHeadlines(seed: seed)
    var rows: [Headline] = []
    for line in 1...count {
        let chance = invented.number(below: 10)
        let text: String
        if chance < 2, let original = rows.dropLast(invented.number(below: rows.count + 1)).last?.text {
            text = chance == 0 ? invented.restyled(original) : invented.misspelt(original)
        } else {
            text = invented.headline()
        }
        let category = ["politics", "politics", "politics", "science", "science", "sports", "health"][
            invented.number(below: 7)]
        let day = invented.number(below: 400)
        let date = CalendarDate(year: 2022 + day / 200, month: 1 + day % 200 / 20, day: 1 + day % 20)
        rows.append(
            Headline(text, category: category, date: invented.number(below: 10) == 0 ? nil : date, line: line))
    }
    return rows
}

@Suite struct SplitTests {
    @Test("Every row is on one side, and duplicates are on the same side", arguments: SplitMethod.allCases)
    func keepsGroupsTogether(method: SplitMethod) throws {
        let rows = inventedRows(1_200, seed: 1)
        let groups = DuplicateGroups(of: rows.map(\.text))
        #expect(groups.exactDuplicates > 50 && groups.nearDuplicates > 50)
        for seed in 0..<10 {
            let split = try Split(of: rows, method: method, fraction: 0.2, seed: UInt64(seed))
            #expect((split.training + split.validation).sorted() == Array(rows.indices))
            let training = Set(split.training.map { groups.groups[$0] })
            #expect(training.isDisjoint(with: split.validation.map { groups.groups[$0] }))
        }
    }

    @Test(
        "A split is a function of its seed, and another seed is another split",
        arguments: [SplitMethod.random, .stratified])
    func isSeeded(method: SplitMethod) throws {
        let rows = inventedRows(500, seed: 2)
        let splits = try (0..<5).map { try Split(of: rows, method: method, fraction: 0.1, seed: $0) }
        #expect(try (0..<5).map { try Split(of: rows, method: method, fraction: 0.1, seed: $0) } == splits)
        #expect(Set(splits.map(\.validation)).count == 5)
    }

    @Test("Seeded splits are the same on every machine and with every build")
    func isReproducible() throws {
        let rows = inventedRows(30, seed: 3)
        let random = try Split(of: rows, method: .random, fraction: 0.2, seed: 42)
        let stratified = try Split(of: rows, method: .stratified, fraction: 0.2, seed: 42)
        #expect(random.validation == Self.expectedRandom)
        #expect(stratified.validation == Self.expectedStratified)
    }
    static let expectedRandom = [0, 1, 13, 18, 19, 24]
    static let expectedStratified = [2, 3, 9, 14, 25, 27]

    @Test("The fraction is met", arguments: [0.01, 0.05, 0.2, 0.5, 0.9])
    func meetsFraction(fraction: Double) throws {
        let rows = inventedRows(1_000, seed: 4)
        let random = try Split(of: rows, method: .random, fraction: fraction, seed: 1)
        #expect(random.validation.count == Int(fraction * 1_000))
        let stratified = try Split(of: rows, method: .stratified, fraction: fraction, seed: 1)
        // Each of the four categories may miss its share by part of a group.
        #expect(abs(stratified.validation.count - Int(fraction * 1_000)) <= 4)
        #expect(random.summary.validationCount == random.validation.count)
        #expect(random.summary.trainingCount == 1_000 - random.validation.count)
    }

    @Test("A stratified split has the mixture of categories on both sides")
    func stratifies() throws {
        let rows = inventedRows(2_000, seed: 5).map { row in
            // Groups whose members disagree about their category would blur the count.
            Headline(row.text, category: row.text.utf8.count % 3 == 0 ? "rare" : "common", line: row.line)
        }
        let split = try Split(of: rows, method: .stratified, fraction: 0.1, seed: 1)
        let all = rows.count { $0.category == "rare" }
        let held = split.validation.count { rows[$0].category == "rare" }
        // A tenth, up to groups that hold both categories.
        #expect(abs(Double(held) / Double(all) - 0.1) < 0.02)
    }

    @Test("A stratified split leaves every category something to train on")
    func sparesSmallCategories() throws {
        var invented = InventedHeadlines(seed: 6)
        let rows = invented.headlines(40).enumerated().map { line, text in
            Headline(text, category: line < 10 ? "tiny\(line)" : line == 10 ? nil : "large", line: line)
        }
        let split = try Split(of: rows, method: .stratified, fraction: 0.5, seed: 1)
        #expect(split.training.filter { $0 < 11 } == Array(0..<11))
        #expect(split.summary.rowsWithoutKey == 1)
        #expect(abs(split.validation.count - 15) <= 5)
    }

    @Test("A temporal split trains on nothing newer than what it validates on")
    func splitsByTime() throws {
        let rows = inventedRows(1_500, seed: 7)
        let split = try Split(of: rows, method: .temporal, fraction: 0.2, seed: 1)
        let newestTraining = try #require(split.training.compactMap { rows[$0].date }.max())
        let members = Dictionary(grouping: split.validation) { split.groups.groups[$0] }
        for group in members.values {
            let newest = try #require(group.compactMap { rows[$0].date }.max())
            #expect(newest >= newestTraining)
        }
        let dated = rows.count { $0.date != nil }
        let held = split.validation.count { rows[$0].date != nil }
        #expect(abs(held - dated / 5) <= split.summary.largestGroup)
        #expect(split.summary.rowsWithoutKey == rows.count - dated)
        #expect(split.summary.description.contains("without a date are all for training"))
        #expect(try Split(of: rows, method: .temporal, fraction: 0.2, seed: 2).validation == split.validation)
    }

    @Test("What cannot be split says why")
    func refuses() {
        let dated = Headline("Ferry runs again", category: "world", date: CalendarDate("2024-01-01"))
        let cases: [([Headline], SplitMethod, Double, String)] = [
            ([], .random, 0.1, "no headline"),
            ([dated], .random, 0.1, "only one headline"),
            (
                [dated, Headline("Ferry runs AGAIN"), Headline("ferry: runs again")], .random, 0.5,
                "all 3 headlines are"
            ),
            ([dated, Headline("B")], .random, 0, "fraction is 0.0"),
            ([dated, Headline("B")], .random, 1, "fraction is 1.0"),
            ([dated, Headline("B")], .random, .nan, "fraction is nan"),
            ([Headline("A"), Headline("B")], .stratified, 0.5, "no row has one"),
            ([Headline("A"), Headline("B")], .temporal, 0.5, "no row has one"),
            ([dated, Headline("B", category: "x")], .stratified, 0.5, "too few different headlines"),
        ]
        for (rows, method, fraction, part) in cases {
            let error = #expect(throws: SplitError.self) {
                try Split(of: rows, method: method, fraction: fraction, seed: 0)
            }
            #expect(error?.description.contains(part) == true, "\(error?.description ?? "no error")")
        }
    }

    @Test(
        "Neither side is ever empty, however few the rows and however odd the fraction", arguments: SplitMethod.allCases
    )
    func neverLeavesASideEmpty(method: SplitMethod) throws {
        for count in 2...12 {
            for fraction in [1e-9, 0.1, 0.5, 0.999_999] {
                var invented = InventedHeadlines(seed: UInt64(count))
                let rows = invented.headlines(count).enumerated().map { line, text in
                    Headline(text, category: "one", date: CalendarDate(year: 2024, month: 1, day: 1 + line % 2))
                }
                let split = try Split(of: rows, method: method, fraction: fraction, seed: 3)
                #expect(!split.training.isEmpty && !split.validation.isEmpty)
            }
        }
    }
}

@Suite struct SeededGeneratorTests {
    @Test("The generator gives the published SplitMix64 numbers for seed 1234567")
    func knownNumbers() {
        var generator = SplitMix64(seed: 1_234_567)
        let expected: [UInt64] = [
            6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423, 4_593_380_528_125_082_431,
            16_408_922_859_458_223_821,
        ]
        for number in expected { #expect(generator.next() == number) }
    }

    @Test("Numbers below a bound and shuffles are spread evenly")
    func isEven() {
        var generator = SplitMix64(seed: 1)
        var counts = [[Int]](repeating: [0, 0, 0, 0, 0], count: 5)
        for _ in 0..<20_000 {
            var order = [0, 1, 2, 3, 4]
            generator.shuffle(&order)
            for (place, element) in order.enumerated() { counts[place][element] += 1 }
        }
        // 4,000 expected in each cell, standard deviation 57: five of them.
        for count in counts.joined() { #expect(abs(count - 4_000) < 285) }
    }
}
