import Files
import Text

/// Something about headline files that deserves attention.
public struct Finding: Sendable, Hashable {
    /// A kind of finding.
    public enum Kind: String, Sendable, Hashable, Codable, CaseIterable {
        case leakage, exactDuplicates, nearDuplicates, conflictingLabels
        // Reports keep the spelling they have had since the first version.
        case unlabeledRows = "unlabelledRows"
        case unknownLabels, rareLabels
        case lookalikeLabels, emptyHeadlines, overlongHeadlines, damagedText, unreadableDates, missingDates

        /// True if a strict check fails for it. Near duplicates within a file do not count, as a split keeps them together, nor do
        /// missing dates, which only a temporal split needs.
        public var isStrict: Bool {
            switch self {
            case .nearDuplicates, .missingDates: false
            default: true
            }
        }
    }

    /// The kind of finding.
    public let kind: Kind
    /// The name of the file it is about; `nil` for all of them together.
    public let file: String?
    /// The number of rows, labels or pairs.
    public let count: Int
    /// The finding, as a sentence.
    public let sentence: String
    /// The advice, as an imperative.
    public let advice: String

    /// Returns all findings, file by file within each kind, in the order of the kinds.
    static func all(
        files: [CheckedFile], leakage: [Leakage], labels: LabelProfile?, conflicts: [LabelConflict]
    ) -> [Finding] {
        var findings = leakage.compactMap { Self.leakage($0, files) }
        for file in files { findings += Self.findings(of: file) }
        if let labels { findings += Self.findings(of: labels, files) }
        if !conflicts.isEmpty {
            findings.append(
                Finding(
                    kind: .conflictingLabels, file: nil, count: conflicts.count,
                    sentence: "\(some(conflicts.count, "headline")) with more than one label",
                    advice: "decide on one label for each; a model can learn at most one"))
        }
        let order = Kind.allCases
        return order.flatMap { kind in findings.filter { $0.kind == kind } }
    }

    private static func leakage(_ leakage: Leakage, _ files: [CheckedFile]) -> Finding? {
        let count = leakage.overlap.exact + leakage.overlap.near
        guard count > 0 else { return nil }
        return Finding(
            kind: .leakage, file: files[leakage.later].name, count: count,
            sentence: sentence(leakage.overlap, files[leakage.earlier].name),
            advice:
                "remove them from one of the two files, or figures on the second file will flatter a model trained on the first"
        )
    }

    private static func findings(of file: CheckedFile) -> [Finding] {
        var findings: [Finding] = []
        func add(_ kind: Kind, _ count: Int, _ sentence: String, _ advice: String) {
            guard count > 0 else { return }
            findings.append(Finding(kind: kind, file: file.name, count: count, sentence: sentence, advice: advice))
        }
        let (summary, duplicates, lengths) = (file.summary, file.duplicates, file.lengths)
        add(
            .exactDuplicates, duplicates.exact,
            "\(some(duplicates.exact, "row")) \(duplicates.exact == 1 ? "repeats" : "repeat") an earlier one except for case and punctuation",
            "remove them, or they count several times")
        add(
            .nearDuplicates, duplicates.near,
            "\(some(duplicates.near, "headline")) nearly \(duplicates.near == 1 ? "repeats" : "repeat") an earlier one",
            "leave them if they are news: a split keeps them together")
        add(
            .emptyHeadlines, summary.emptyHeadlines,
            "\(some(summary.emptyHeadlines, "row")) without a headline, dropped",
            "remove them, or find out why their text is missing")
        add(
            .overlongHeadlines, lengths.overlong,
            "\(some(lengths.overlong, "headline")) with more than \(lengths.limit) \(lengths.unit); the longest has \(lengths.longest)",
            "check that they are headlines; training cuts or drops those that are longer than the model's context")
        let damaged = file.damage.reduce(0) { $0 + $1.count }
        add(
            .damagedText, damaged,
            "damaged text: "
                + file.damage.map { "\(some($0.count, "headline")) with \($0.kind.name)" }.joined(separator: ", "),
            "repair them at the source; a model learns such damage like words")
        if let first = summary.firstUnreadableDate {
            add(
                .unreadableDates, summary.unreadableDates,
                "\(some(summary.unreadableDates, "date")) that cannot be read, the first, \(quoted(first.text)), on line \(first.line)",
                "write dates like 2024-03-09")
        }
        if file.dates.first != nil {
            let missing = file.dates.missing - file.dates.unreadable
            add(.missingDates, missing, "\(some(missing, "row")) without a date", "a temporal split trains on them all")
        }
        return findings
    }

    private static func findings(of labels: LabelProfile, _ files: [CheckedFile]) -> [Finding] {
        var findings: [Finding] = []
        func add(_ kind: Kind, _ file: String?, _ count: Int, _ sentence: String, _ advice: String) {
            guard count > 0 else { return }
            findings.append(Finding(kind: kind, file: file, count: count, sentence: sentence, advice: advice))
        }
        for (file, count) in zip(files, labels.unlabeled) {
            add(
                .unlabeledRows, file.name, count, "\(some(count, "row")) without a label",
                "label them; a classifier ignores them")
        }
        let (unknown, rare) = (labels.unknown.map(\.name), labels.rare.map(\.name))
        add(
            .unknownLabels, nil, unknown.count,
            "\(some(unknown.count, "label")) without a headline in \(files[0].name): \(quotedList(unknown))",
            "training on that file and validating on another is refused; merge labels with a map")
        add(
            .rareLabels, nil, rare.count,
            "\(some(rare.count, "label")) with fewer than \(Labeling.defaultRareLimit) headlines in \(files[0].name): \(quotedList(rare))",
            "merge labels with a map (labels.map), or give more headlines")
        let pairs = labels.lookalikes.map { "\(quoted($0.first)) and \(quoted($0.second))" }
        let shown = pairs.prefix(4).joined(separator: ", ")
        add(
            .lookalikeLabels, nil, pairs.count,
            "\(some(pairs.count, "pair")) of labels that may mean the same: \(shown)\(pairs.count > 4 ? " and \(pairs.count - 4) more" : "")",
            "merge those that do with a map (labels.map)")
        return findings
    }

    /// Returns the finding about headlines of a file that are in an earlier one too.
    private static func sentence(_ overlap: Overlap, _ earlier: String) -> String {
        let all = some(overlap.validationCount, "headline")
        func are(_ count: Int) -> String {
            count == 1 ? "is a near-duplicate of one" : "are near-duplicates of some"
        }
        if overlap.exact == 0 {
            return "\(grouped(overlap.near)) of \(all) \(are(overlap.near)) in \(earlier)"
        }
        let exact =
            "\(grouped(overlap.exact)) of \(all) \(overlap.exact == 1 ? "is" : "are") also in \(earlier)"
        return overlap.near == 0 ? exact : "\(exact), and \(grouped(overlap.near)) more \(are(overlap.near)) there"
    }

    /// `1 row`, `1,200 rows`.
    private static func some(_ count: Int, _ what: String) -> String {
        "\(grouped(count)) \(what)\(count == 1 ? "" : "s")"
    }
}
