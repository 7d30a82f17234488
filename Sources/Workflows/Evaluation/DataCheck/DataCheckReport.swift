import Files
package import HeadlineData
package import Reports
import Text

extension DataCheck {
    /// The check as a report.
    package func report(command: String) -> Report {
        let sections = [
            findingsSection, filesSection, leakageSection, labelsSection, conflictsSection, lengthsSection,
            datesSection,
            duplicatesSection, damageSection,
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
            return Verdict(.good, "nothing here should keep anyone from training.", reasons: findings.map(sentence))
        }
        // What makes figures wrong or stops a run, and not only makes the model worse.
        let isGrave =
            counted.contains { $0.kind == .unknownLabels }
            || leakage.contains { $0.overlap.exact > 0 || $0.share >= Self.graveShare }
        let number = counted.count == 1 ? "one thing deserves" : "\(counted.count) things deserve"
        return Verdict(
            isGrave ? .bad : .caution, "\(number) attention before anyone trains on this.",
            reasons: ["Begin with this: \(sentence(first)); \(first.advice)."])
    }

    /// The share of a file whose near duplicates in an earlier one begin to move its figures.
    private static let graveShare = 0.01

    private func sentence(_ finding: Finding) -> String { (finding.file.map { $0 + ": " } ?? "") + finding.sentence }

    private var findingsSection: Report.Section? {
        guard !findings.isEmpty else { return nil }
        let examples = findings.map { finding in
            Example(
                lead: finding.file.map { $0 + ": " }, finding.sentence,
                details: [
                    finding.advice, finding.kind.isStrict ? "counts with --strict" : "does not count with --strict",
                ])
        }
        return .init("Findings", [.examples(examples)])
    }

    private var filesSection: Report.Section {
        let hasDates = files.contains { $0.dates.first != nil || $0.dates.missing < $0.summary.kept }
        var table = Table(
            "Rows of each file",
            [
                .words("file"), .figures("rows"), .figures("kept"), .figures("empty"), .figures("exact duplicates"),
                .figures("near duplicates"), .figures("over-long"), .words("encoding"),
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
        if !hasDates { blocks.append(.paragraph("No file has dates.")) }
        if labels == nil { blocks.append(.paragraph("No file has labels.")) }
        return .init("Files", blocks)
    }

    private var leakageSection: Report.Section? {
        guard !leakage.isEmpty else { return nil }
        var table = Table(
            "Headlines of a file that stand in an earlier one",
            [
                .words("file"), .words("stands in"), .figures("exactly"), .figures("nearly"), .figures("of"),
                .figures("share"),
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
                    pair.later.text, details: ["line \(pair.later.line)", pair.isExact ? "exact" : "near"],
                    related: [Example(pair.earlier.text, details: ["line \(pair.earlier.line)"])])
            }
            blocks.append(
                .folded(
                    summary:
                        "\(examples.count) headlines of \(files[pair.later].name) with what they repeat in \(files[pair.earlier].name)",
                    [.examples(examples)]))
        }
        return .init("Leakage between files", [.table(table)] + blocks)
    }

    /// The names of two series, and how a list of one number for each file becomes theirs: the first file and the others.
    private var series: [String] {
        switch files.count {
        case 1: [files[0].name]
        case 2: files.map(\.name)
        default: [files[0].name, "the other files"]
        }
    }

    private func seriesOf(_ numbers: [Double]) -> [Double] {
        files.count == 1 ? numbers : [numbers[0], numbers.dropFirst().reduce(0, +)]
    }

    private static let maximumBars = 50

    private var labelsSection: Report.Section? {
        guard let labels else { return nil }
        let total = labels.labels.reduce(0) { $0 + $1.count }
        var table = Table("All labels", [.words("label")] + files.map { .figures($0.name) } + [.figures("share")])
        for label in labels.labels {
            table.add(
                [.text(label.name)] + label.counts.map { .count($0) }
                    + [.number(Double(label.count) / Double(max(1, total)), .percent(1))])
        }
        let (most, least) = (labels.labels[0], labels.labels[labels.labels.count - 1])
        let balance =
            labels.labels.count == 1
            ? "All headlines with a label have the same one, \(most.name)."
            : "\(labels.labels.count) labels. The most frequent, \(most.name), has \(grouped(most.count)) headlines, the least frequent, \(least.name),"
                + " \(grouped(least.count)): \(NumberStyle.decimals(1).text(labels.imbalance)) times as many. They are as hard to guess as"
                + " \(NumberStyle.decimals(1).text(labels.effectiveCount)) labels of equal size."
        let bars = labels.labels.prefix(Self.maximumBars).map { label in
            (name: label.name, values: seriesOf(label.counts.map(Double.init)).map { Optional($0) })
        }
        var blocks: [Report.Block] = [.paragraph(balance)]
        if labels.unlabeled.contains(where: { $0 > 0 }) {
            let parts = zip(files, labels.unlabeled).filter { $0.1 > 0 }.map { "\(grouped($0.1)) in \($0.0.name)" }
            blocks.append(.paragraph("Rows without a label: \(parts.joined(separator: ", "))."))
        }
        if !labels.lookalikes.isEmpty {
            var pairs = Table(
                "Labels that may mean the same",
                [.words("label"), .words("and"), .words("because"), .figures("headlines")])
            let counts = Dictionary(uniqueKeysWithValues: labels.labels.map { ($0.name, $0.count) })
            for pair in labels.lookalikes {
                let sizes = [pair.first, pair.second].map { grouped(counts[$0] ?? 0) }.joined(separator: " and ")
                pairs.add([.text(pair.first), .text(pair.second), .text(pair.reason.sentence), .text(sizes)])
            }
            blocks.append(.table(pairs))
        }
        let hidden = labels.labels.count - bars.count
        blocks.append(
            .figure(
                Figure(
                    "Headlines of each label",
                    description: hidden > 0
                        ? "The \(bars.count) most frequent labels; \(hidden) are left out."
                        : "From the most to the least frequent label.",
                    BarChart(series: series, nameTitle: "label", bars: bars))))
        blocks.append(
            labels.labels.count > 12
                ? .folded(summary: "All \(labels.labels.count) labels", [.table(table)]) : .table(table))
        return .init("Labels", blocks)
    }

    private var conflictsSection: Report.Section? {
        guard !conflicts.isEmpty else { return nil }
        let examples = conflicts.prefix(DataCheck.maximumExamples).map { conflict in
            Example(
                conflict.rows[0].headline.text,
                details: conflict.rows.map { row in
                    let place = files.count > 1 ? "\(files[row.file].name) line" : "line"
                    let more = row.count > 1 ? ", \(row.count) rows" : ""
                    return "\(row.headline.category ?? "") (\(place) \(row.headline.line)\(more))"
                })
        }
        let text =
            conflicts.count == 1
            ? "One headline has several labels." : "\(grouped(conflicts.count)) headlines have several labels."
        return .init(
            "Conflicting labels",
            [
                .paragraph(text),
                .folded(
                    summary: conflicts.count > examples.count ? "\(examples.count) of them" : "Show them",
                    [.examples(examples)]),
            ])
    }

    private var lengthsSection: Report.Section {
        let (unit, limit) = (files[0].lengths.unit, files[0].lengths.limit)
        var table = Table(
            "Length in \(unit)",
            [.words("file")]
                + ["shortest", "median", "mean", "95%", "99%", "longest", "over \(limit)"].map { .figures($0) })
        for file in files {
            let lengths = file.lengths
            table.add([
                .text(file.name), .count(lengths.shortest), .count(lengths.quantile(0.5)),
                .number(lengths.mean, .decimals(1)), .count(lengths.quantile(0.95)), .count(lengths.quantile(0.99)),
                .count(lengths.longest), .count(lengths.overlong),
            ])
        }
        // A single odd headline must not press all others together.
        let longest = files.map(\.lengths.longest).max() ?? 0
        let usual = files.map { $0.lengths.quantile(0.999) }.max() ?? 0
        let shown = min(longest, max(usual, limit) + max(2, usual / 10))
        let width = max(1, (shown + 40) / 41)
        let bins = shown / width + 1
        let heights = files.map { file in
            (0..<bins).map { bin in
                Double(file.lengths.counts.dropFirst(bin * width).prefix(width).reduce(0, +))
            }
        }
        let columns = (0..<bins).map { bin in seriesOf(heights.map { $0[bin] }) }
        let hidden = files.reduce(0) { $0 + $1.lengths.counts.dropFirst(bins * width).reduce(0, +) }
        let median = files[0].lengths.quantile(0.5)
        var description = "Half of the headlines of \(files[0].name) have at most \(median) \(unit)."
        if hidden > 0 { description += " \(grouped(hidden)) longer ones are beyond the right side." }
        let histogram = Histogram(
            "headlines", by: unit, lowest: 0, width: Double(width),
            series: series.indices.map { index in .init(series[index], columns.map { $0[index] }) },
            marks: limit < bins * width ? [.init("over-long from here", at: Double(limit) + 0.5)] : [])
        var blocks: [Report.Block] = [
            .table(table), .figure(Figure("Length in \(unit)", description: description, histogram)),
        ]
        for file in files where !file.lengths.examples.isEmpty {
            let examples = file.lengths.examples.map {
                Example($0.text, details: ["\($0.length) \(unit)", "line \($0.line)"])
            }
            blocks.append(.folded(summary: "The longest of \(file.name)", [.examples(examples)]))
        }
        return .init("Length", blocks)
    }

    private var datesSection: Report.Section? {
        guard files.contains(where: { $0.dates.first != nil || $0.dates.unreadable > 0 }) else { return nil }
        var table = Table(
            "Days of the headlines",
            [.words("file"), .figures("first"), .figures("last"), .figures("without a date"), .figures("unreadable")])
        var counts: [String: [Double]] = [:]
        let months = Set(files.flatMap { $0.dates.months.map { $0.year * 12 + $0.month } }).count
        let byYear = months > 24
        for (index, file) in files.enumerated() {
            let dates = file.dates
            table.add([
                .text(file.name), dates.first.map { .text($0.description) } ?? .missing,
                dates.last.map { .text($0.description) } ?? .missing, .count(dates.missing - dates.unreadable),
                .count(dates.unreadable),
            ])
            for month in dates.months {
                let number = "\(month.month)"
                let name = byYear ? "\(month.year)" : "\(month.year)-\(number.count == 1 ? "0" : "")\(number)"
                counts[name, default: [Double](repeating: 0, count: files.count)][index] += Double(month.count)
            }
        }
        guard !counts.isEmpty else { return .init("Dates", [.table(table)]) }
        let bars = counts.sorted { $0.key < $1.key }.suffix(60).map { entry in
            (name: entry.key, values: seriesOf(entry.value).map { Optional($0) })
        }
        let unit = byYear ? "year" : "month"
        return .init(
            "Dates",
            [
                .table(table),
                .figure(
                    Figure(
                        "Headlines of each \(unit)", description: "From the first to the last \(unit) with a date.",
                        BarChart(series: series, nameTitle: unit, bars: bars))),
            ])
    }

    private var duplicatesSection: Report.Section? {
        guard files.contains(where: { !$0.duplicates.examples.isEmpty }) else { return nil }
        let blocks = files.filter { !$0.duplicates.examples.isEmpty }.map { file -> Report.Block in
            let examples = file.duplicates.examples.map { group in
                Example(
                    group.rows[0].text, details: ["\(group.count) rows", "line \(group.rows[0].line)"],
                    related: group.rows.dropFirst().map { Example($0.text, details: ["line \($0.line)"]) })
            }
            return .folded(summary: "The largest groups of \(file.name)", [.examples(examples)])
        }
        let text =
            "Exact duplicates have the same letters and digits; near ones share four fifths of their character trigrams."
            + " Groups are closed under chains."
        return .init("Duplicates", [.paragraph(text)] + blocks)
    }

    private var damageSection: Report.Section? {
        let blocks = files.flatMap { file in
            file.damage.map { damage -> Report.Block in
                .folded(
                    summary: "\(file.name): \(grouped(damage.count)) with \(damage.kind.name)",
                    [.examples(damage.examples.map { Example($0.text, details: ["line \($0.line)"]) })])
            }
        }
        return blocks.isEmpty ? nil : .init("Damaged text", blocks)
    }
}

extension LookalikeLabels.Reason {
    fileprivate var sentence: String {
        switch self {
        case .sameWords: "the same words"
        case .contained: "one has the words of the other"
        case .spelling: "nearly the same spelling"
        }
    }
}
