import Files
package import HeadlineData
package import Reports
import Text

extension DataCheck {
    /// Returns the check as a report.
    package func report(command: String) -> Report {
        let sections = [
            findingsSection, filesSection, leakageSection, labelsSection, conflictsSection, lengthsSection,
            datesSection, duplicatesSection, damageSection,
        ]
        let facts = files.flatMap { file in
            [
                Report.Fact("file", "\(file.path) (\(grouped(file.byteCount)) bytes)"),
                Report.Fact("SHA-256", file.digest.hexadecimal),
            ]
        }
        return Report(
            title: "Headline data check", subtitle: files.map(\.name).joined(separator: ", "), verdict: verdict,
            provenance: facts + [.init("command", command)], sections: sections.compactMap(\.self))
    }

    private var verdict: Verdict {
        let counted = findings.filter(\.kind.isStrict)
        guard let first = counted.first else {
            return Verdict(.good, "Ready to train: nothing here should stop you.", reasons: findings.map(sentence))
        }
        // Findings that falsify an evaluation or stop a run, rather than just make the model worse.
        let isGrave =
            counted.contains { $0.kind == .unknownLabels }
            || leakage.contains { $0.overlap.exact > 0 || $0.share >= Self.graveShare }
        let needs = "\(Formatting.count(counted.count, "finding")) \(counted.count == 1 ? "needs" : "need")"
        return Verdict(
            isGrave ? .bad : .caution, "\(needs) attention before you train on this.",
            reasons: ["Start with this: \(sentence(first)); \(first.advice)."])
    }

    /// The share of near-duplicates of an earlier file that distorts an evaluation.
    private static let graveShare = 0.01

    private func sentence(_ finding: Finding) -> String { (finding.file.map { $0 + ": " } ?? "") + finding.sentence }

    private var findingsSection: Report.Section? {
        guard !findings.isEmpty else { return nil }
        let examples = findings.map { finding in
            Example(
                lead: finding.file.map { $0 + ": " }, finding.sentence,
                details: [
                    finding.advice, finding.kind.isStrict ? "counts in strict mode" : "does not count in strict mode",
                ])
        }
        return .init("Findings", [.examples(examples)])
    }

    private var filesSection: Report.Section {
        let hasDates = files.contains { $0.dates.first != nil || $0.dates.missing < $0.summary.kept }
        var table = Table(
            "Rows of each file",
            [
                .words("file"), .numbers("rows"), .numbers("kept"), .numbers("empty"), .numbers("exact duplicates"),
                .numbers("near-duplicates"), .numbers("too long"), .words("encoding"),
            ])
        for file in files {
            table.add([
                .text(file.name), .count(file.summary.rowsRead), .count(file.summary.kept),
                .count(file.summary.emptyHeadlines), .count(file.duplicates.exact), .count(file.duplicates.near),
                .count(file.lengths.overlong), .text(file.encoding.description),
            ])
        }
        var blocks: [Report.Block] = [.table(table)]
        for file in files {
            let columns = ColumnNames.Role.allCases.compactMap { role in
                file.summary.columns[role].map { "\(role.rawValue) from `\($0)`" }
            }
            let read = columns.isEmpty ? "" : "; columns: \(columns.joined(separator: ", "))"
            blocks.append(.paragraph("\(file.name): \(file.summary)\(read)."))
        }
        if !hasDates { blocks.append(.paragraph("None of the files has dates.")) }
        if labels == nil { blocks.append(.paragraph("None of the files has labels.")) }
        return .init("Files", blocks)
    }

    private var leakageSection: Report.Section? {
        guard !leakage.isEmpty else { return nil }
        var table = Table(
            "Headlines that also appear in an earlier file",
            [
                .words("file"), .words("appear in"), .numbers("exact copies"), .numbers("near-duplicates"),
                .numbers("of"),
                .numbers("share"),
            ])
        var blocks: [Report.Block] = []
        for pair in leakage {
            table.add([
                .text(files[pair.later].name), .text(files[pair.earlier].name), .count(pair.overlap.exact),
                .count(pair.overlap.near), .count(pair.overlap.validationCount), .number(pair.share, .percent(2)),
            ])
            guard !pair.examples.isEmpty else { continue }
            let examples = pair.examples.map { pair in
                Example(
                    pair.later.text,
                    details: ["line \(pair.later.line)", pair.isExact ? "exact copy" : "near-duplicate"],
                    related: [Example(pair.earlier.text, details: ["line \(pair.earlier.line)"])])
            }
            blocks.append(
                .folded(
                    summary:
                        "Examples: headlines of \(files[pair.later].name) and their copies in \(files[pair.earlier].name)",
                    [.examples(examples)]))
        }
        return .init("Leakage between files", [.table(table)] + blocks)
    }

    /// The names of the series in pictures: the first file and the others.
    var series: [String] {
        switch files.count {
        case 1: [files[0].name]
        case 2: files.map(\.name)
        default: [files[0].name, "the other files"]
        }
    }

    /// Sums one number for each file into one for each series.
    func seriesOf(_ numbers: [Double]) -> [Double] {
        files.count == 1 ? numbers : [numbers[0], numbers.dropFirst().reduce(0, +)]
    }
}
