import Files
import HeadlineData
import JSON
import Testing
import TestSupport

/// A check of files whose texts are at hand.
private func check(
    _ files: [(name: String, text: String)], measure: LengthMeasure = .words(), map: LabelMap? = nil
) throws -> DataCheck {
    try withTemporaryFolder { folder in
        let sources = try files.map { file in
            try AtomicFile.write(file.text, to: "\(folder)/\(file.name)")
            return try HeadlineSource(readingFrom: "\(folder)/\(file.name)")
        }
        return try DataCheck(of: sources, measure: measure, map: map)
    }
}

/// A file of JSON lines.
private func rows(_ rows: [(headline: String, label: String?)]) -> String {
    rows.map { row in
        let members = [
            ("headline", JSONValue.string(row.headline)), ("category", row.label.map { .string($0) } ?? .null),
        ]
        return String(decoding: JSONValue.object(members.map { (key: $0.0, value: $0.1) }).serialized(), as: UTF8.self)
            + "\n"
    }.joined()
}

/// Headlines that resemble no other, all of one label.
private func fill(_ count: Int, _ label: String?, seed: UInt64) -> [(headline: String, label: String?)] {
    var invented = InventedHeadlines(seed: seed)
    return invented.headlines(count).map { ($0, label) }
}

@Suite struct DataCheckTests {
    @Test("Clean files have no finding")
    func clean() throws {
        let training = rows(fill(20, "sports", seed: 1) + fill(30, "weather", seed: 2))
        let validation = rows(fill(4, "sports", seed: 3) + fill(4, "weather", seed: 4))
        let check = try check([("train.jsonl", training), ("validation.jsonl", validation)])
        #expect(check.findings.isEmpty && !check.fails)
        #expect(check.files.map(\.name) == ["train.jsonl", "validation.jsonl"])
        #expect(check.leakage.map(\.overlap.exact) == [0] && check.leakage[0].overlap.validationCount == 8)
        let labels = try #require(check.labels)
        #expect(
            labels.labels.map(\.name) == ["weather", "sports"] && labels.labels.map(\.counts) == [[30, 4], [20, 4]])
        #expect(abs(labels.imbalance - 34.0 / 24) < 1e-12)
        // e^(−Σ p ln p) of 34 and 24 in 58.
        #expect(abs(labels.effectiveCount - 1.970_346) < 1e-5)
    }

    @Test("Exact and near duplicates are counted in each file, leakage between them, each with its rows")
    func duplicates() throws {
        let training = [
            "Mayor of Tessen opens the new harbour bridge", "MAYOR OF TESSEN OPENS THE NEW HARBOUR BRIDGE!",
            "Mayor of Tessen opens the new harbor bridge", "Glacier hikers found alive after nine days",
        ]
        let validation = [
            "Glacier hikers found alive, after nine days", "Glacier hikers found alive after nine day",
            "Bakers' strike enters its second week",
        ]
        let check = try check([
            ("a.txt", training.joined(separator: "\n")), ("b.txt", validation.joined(separator: "\n")),
        ])
        #expect(check.files[0].duplicates.exact == 1 && check.files[0].duplicates.near == 1)
        let group = try #require(check.files[0].duplicates.examples.first)
        #expect(group.count == 3 && group.rows.map(\.line) == [1, 2, 3])
        let leakage = try #require(check.leakage.first)
        #expect(leakage.overlap.exact == 1 && leakage.overlap.near == 1 && abs(leakage.share - 2.0 / 3) < 1e-12)
        #expect(leakage.examples.map(\.isExact) == [true, false])
        #expect(leakage.examples.map(\.later.line) == [1, 2] && leakage.examples.map(\.earlier.line) == [4, 4])
        #expect(check.findings.map(\.kind) == [.leakage, .exactDuplicates, .nearDuplicates, .nearDuplicates])
        #expect(
            check.findings[0].sentence
                == "1 of 3 headlines is also in a.txt, and 1 more is a near-duplicate of one there")
        #expect(check.findings.map(\.kind.isStrict) == [true, true, false, false])
        #expect(check.labels == nil && check.conflicts.isEmpty)
    }

    @Test("Of three files each pair is compared once, the earlier with the later")
    func threeFiles() throws {
        let texts = [
            "Ferry to Low Brannoc runs again", "Curator sues over missing lantern", "Ferry to Low Brannoc runs again",
        ]
        let check = try check(zip(["a", "b", "c"], texts).map { ("\($0).txt", $1) })
        #expect(
            check.leakage.map { [$0.earlier, $0.later, $0.overlap.exact] } == [[0, 1, 0], [0, 2, 1], [1, 2, 0]])
    }

    @Test("One headline with several labels is a conflict, however it is written and wherever it stands")
    func conflicts() throws {
        let training = rows(
            [
                ("Ferry runs again after the storm", "world"), ("FERRY runs again, after the storm!", "weather"),
                ("Ferry runs again after the storm", "world"), ("Curator sues over a lantern", "arts"),
                ("Curator sues over a lantern", "arts"),
            ])
        let check = try check([("a.jsonl", training), ("b.jsonl", rows([("Curator sues over a lantern", "crime")]))])
        #expect(check.conflicts.count == 2)
        #expect(check.conflicts[0].labels == ["world", "weather"] && check.conflicts[0].rows.map(\.count) == [2, 1])
        #expect(check.conflicts[1].labels == ["arts", "crime"] && check.conflicts[1].rows.map(\.file) == [0, 1])
        let finding = try #require(check.findings.first { $0.kind == .conflictingLabels })
        #expect(finding.count == 2 && finding.file == nil)
    }

    @Test("Labels that are missing, rare, unknown to the first file or alike are found, and a map settles them")
    func labels() throws {
        let training = rows(
            fill(12, "world", seed: 1) + fill(3, "arts", seed: 2) + fill(15, "arts & culture", seed: 3)
                + fill(2, nil, seed: 4))
        let files = [("a.jsonl", training), ("b.jsonl", rows(fill(2, "weather", seed: 5) + fill(1, "world", seed: 6)))]
        let labels = try #require(try check(files).labels)
        #expect(labels.rare.map(\.name) == ["arts"] && labels.unknown.map(\.name) == ["weather"])
        #expect(labels.unlabeled == [2, 0])
        #expect(labels.lookalikes.map { [$0.first, $0.second] } == [["arts & culture", "arts"]])
        let kinds = try check(files).findings.map(\.kind)
        #expect(kinds == [.unlabeledRows, .unknownLabels, .rareLabels, .lookalikeLabels])
        let map = try LabelMap([("arts", "culture"), ("arts & culture", "culture"), ("weather", "world")], name: "map")
        let mapped = try check(files, map: map)
        #expect(
            mapped.findings.map(\.kind) == [.unlabeledRows]
                && mapped.labels?.labels.map(\.name) == ["culture", "world"])
        #expect(throws: LabelError.self) { try check(files, map: LabelMap([("art", "culture")], name: "map")) }
    }

    @Test("Empty, over-long and damaged headlines and odd dates are found")
    func defects() throws {
        let text = """
            headline,date
            one two three four five,2024-01-31
            "",2024-01-31
            one two three four,2024-03-01
            a caf\u{FFFD} opens,soon
            Caf\u{C3}\u{A9} opens,

            """
        let check = try check([("a.csv", text)], measure: .words(limit: 4))
        let file = check.files[0]
        #expect(file.summary.rowsRead == 5 && file.summary.emptyHeadlines == 1)
        #expect(file.lengths.overlong == 1 && file.lengths.examples.map(\.length) == [5])
        #expect(file.lengths.examples.first?.line == 2)
        #expect(file.damage.map(\.kind) == [.replacementCharacters, .misreadEncoding])
        #expect(file.damage.map { $0.examples.map(\.line) } == [[5], [6]])
        #expect(file.dates.first?.description == "2024-01-31" && file.dates.last?.description == "2024-03-01")
        #expect(file.dates.missing == 2 && file.dates.unreadable == 1)
        #expect(file.dates.months.map(\.count) == [1, 0, 1] && file.dates.months.map(\.month) == [1, 2, 3])
        #expect(
            check.findings.map(\.kind) == [
                .emptyHeadlines, .overlongHeadlines, .damagedText, .unreadableDates, .missingDates,
            ])
        #expect(check.findings.map(\.count) == [1, 1, 2, 1, 1] && check.fails)
        #expect(check.findings.allSatisfy { $0.file == "a.csv" && !$0.sentence.isEmpty && !$0.advice.isEmpty })
    }

    @Test("Progress is told before the work, stage by stage")
    func progress() throws {
        try withTemporaryFolder { folder in
            try AtomicFile.write("Ferry runs again\n", to: "\(folder)/a.txt")
            var stages: [String] = []
            _ = try DataCheck(of: [HeadlineSource(readingFrom: "\(folder)/a.txt")]) { stages.append($0) }
            #expect(stages == ["looking for duplicates among 1 headlines", "measuring 1 headlines in words"])
        }
    }
}

@Suite struct CheckNamesTests {
    @Test("Files are named by as much of their paths as tells them apart")
    func names() throws {
        try withTemporaryFolder { folder in
            try createFolder("\(folder)/x/data")
            try createFolder("\(folder)/y/data")
            let paths = ["x/data/a.txt", "y/data/a.txt"].map { "\(folder)/\($0)" }
            for path in paths { try AtomicFile.write("Ferry runs again\n", to: path) }
            let check = try DataCheck(of: paths.map { try HeadlineSource(readingFrom: $0) })
            #expect(check.files.map(\.name) == ["x/data/a.txt", "y/data/a.txt"])
            let twice = try DataCheck(of: [paths[0], paths[0]].map { try HeadlineSource(readingFrom: $0) })
            #expect(twice.files.map(\.name) == [paths[0], paths[0]] && twice.leakage[0].overlap.exact == 1)
        }
    }
}
