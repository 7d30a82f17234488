import HeadlineData
import Reports
import Text

/// The sections about lengths, dates, duplicates and damage.
extension DataCheck {
    /// The lengths of headlines.
    var lengthsSection: Report.Section {
        let (unit, limit) = (files[0].lengths.unit, files[0].lengths.limit)
        var table = Table(
            "Length in \(unit)",
            [.words("file")]
                + ["shortest", "median", "mean", "95th percentile", "99th percentile", "longest", "over \(limit)"].map {
                    .numbers($0)
                })
        for file in files {
            let lengths = file.lengths
            table.add([
                .text(file.name), .count(lengths.shortest), .count(lengths.quantile(0.5)),
                .number(lengths.mean, .decimals(1)), .count(lengths.quantile(0.95)), .count(lengths.quantile(0.99)),
                .count(lengths.longest), .count(lengths.overlong),
            ])
        }
        // A single long headline must not squeeze all others together.
        let longest = files.map(\.lengths.longest).max() ?? 0
        let common = files.map { $0.lengths.quantile(0.999) }.max() ?? 0
        let shown = min(longest, max(common, limit) + max(2, common / 10))
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
        var description = "Half of the headlines in \(files[0].name) have at most \(median) \(unit)."
        if hidden > 0 {
            description +=
                " \(Formatting.count(hidden, "longer headline")) \(hidden == 1 ? "does" : "do") not fit into the picture."
        }
        let histogram = Histogram(
            "headlines", by: unit, lowest: 0, width: Double(width),
            series: series.indices.map { index in .init(series[index], columns.map { $0[index] }) },
            marks: limit < bins * width ? [.init("too long from here", at: Double(limit) + 0.5)] : [])
        var blocks: [Report.Block] = [
            .table(table), .picture(Picture("Length in \(unit)", description: description, histogram)),
        ]
        for file in files where !file.lengths.examples.isEmpty {
            let examples = file.lengths.examples.map {
                Example($0.text, details: ["\($0.length) \(unit)", "line \($0.line)"])
            }
            blocks.append(.folded(summary: "Longest headlines in \(file.name)", [.examples(examples)]))
        }
        return .init("Length", blocks)
    }

    /// The dates of headlines.
    var datesSection: Report.Section? {
        guard files.contains(where: { $0.dates.first != nil || $0.dates.unreadable > 0 }) else { return nil }
        var table = Table(
            "Dates of the headlines",
            [.words("file"), .numbers("first"), .numbers("last"), .numbers("without date"), .numbers("unreadable")])
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
                .picture(
                    Picture(
                        "Headlines per \(unit)", description: "From the first to the last dated headline.",
                        BarChart(series: series, nameTitle: unit, bars: bars))),
            ])
    }

    /// The groups of duplicates within each file.
    var duplicatesSection: Report.Section? {
        guard files.contains(where: { !$0.duplicates.examples.isEmpty }) else { return nil }
        let blocks = files.filter { !$0.duplicates.examples.isEmpty }.map { file -> Report.Block in
            let examples = file.duplicates.examples.map { group in
                Example(
                    group.rows[0].text, details: ["\(group.count) rows", "line \(group.rows[0].line)"],
                    related: group.rows.dropFirst().map { Example($0.text, details: ["line \($0.line)"]) })
            }
            return .folded(summary: "Largest groups in \(file.name)", [.examples(examples)])
        }
        let text =
            "Exact duplicates have the same letters and digits; near-duplicates share four fifths of their character trigrams. A"
            + " group holds every headline that such pairs connect."
        return .init("Duplicates", [.paragraph(text)] + blocks)
    }

    /// The headlines with damaged text.
    var damageSection: Report.Section? {
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
