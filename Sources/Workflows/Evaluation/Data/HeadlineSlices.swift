import HeadlineData

/// Groups of headlines that are worth a number of their own.
struct HeadlineSlices {
    /// The property that the slices go by, such as `length`.
    let title: String
    /// The name of each slice and its rows.
    let slices: [(name: String, rows: [Int])]

    /// A sentence about the slices that are left out; `nil` if none is.
    let omission: String?

    /// The fewest headlines that a slice needs to be shown.
    static let minimumRows = 5
    /// The fewest headlines that a slice needs to be called better or worse.
    static let minimumToJudge = 30

    /// Slices by the number of words: four groups of about the same size.
    static func byLength(_ headlines: [Headline]) -> HeadlineSlices {
        let counts = headlines.map { wordCount($0.text) }
        let sorted = counts.sorted()
        let boundaries = Set((1...3).map { sorted[min(sorted.count - 1, $0 * sorted.count / 4)] }).sorted()
        func place(_ count: Int) -> Int { boundaries.firstIndex { count <= $0 } ?? boundaries.count }
        let slices = (0...boundaries.count).map { index in
            let low = index == 0 ? sorted[0] : boundaries[index - 1] + 1
            let high = index < boundaries.count ? boundaries[index] : sorted[sorted.count - 1]
            let name = low >= high ? "\(high) words" : "\(low)–\(high) words"
            return (name: name, rows: counts.indices.filter { place(counts[$0]) == index })
        }
        return HeadlineSlices("length", slices)
    }

    /// Slices by year, or by month if all dates fall into two years; `nil` if no headline has a date.
    static func byDate(_ headlines: [Headline]) -> HeadlineSlices? {
        let dates = headlines.compactMap(\.date)
        guard let first = dates.min(), let last = dates.max() else { return nil }
        let isByYear = last.year - first.year > 1
        var groups: [String: [Int]] = [:]
        for (row, headline) in headlines.enumerated() {
            let name = headline.date.map { date in
                isByYear ? "\(date.year)" : "\(date.year)-\(date.month < 10 ? "0" : "")\(date.month)"
            }
            groups[name ?? "no date", default: []].append(row)
        }
        return HeadlineSlices("date", groups.sorted { $0.key < $1.key }.map { ($0.key, $0.value) })
    }

    /// Slices by source, the most frequent ones; `nil` if no headline has a source.
    static func bySource(_ headlines: [Headline]) -> HeadlineSlices? {
        byName("source", headlines.map(\.source), most: 12)
    }

    /// Slices by category; `nil` if no headline has one.
    static func byCategory(_ headlines: [Headline]) -> HeadlineSlices? {
        byName("category", headlines.map(\.category), most: 60)
    }

    private static func byName(_ title: String, _ names: [String?], most: Int) -> HeadlineSlices? {
        guard names.contains(where: { $0 != nil }) else { return nil }
        var groups: [String: [Int]] = [:]
        for (row, name) in names.enumerated() { groups[name ?? "no \(title)", default: []].append(row) }
        let sorted = groups.sorted { ($1.value.count, $0.key) < ($0.value.count, $1.key) }
        return HeadlineSlices(title, sorted.map { ($0.key, $0.value) }, most: most)
    }

    /// Calculates one row of a table for each slice.
    func table<Row: Sendable>(_ row: (_ name: String, _ rows: [Int]) -> Row) -> SliceTable<Row> {
        SliceTable(title: title, rows: slices.map { row($0.name, $0.rows) }, omission: omission)
    }

    private init(_ title: String, _ slices: [(name: String, rows: [Int])], most: Int = .max) {
        self.title = title
        let large = slices.filter { $0.rows.count >= Self.minimumRows }
        self.slices = Array(large.prefix(most))
        let (small, further) = (slices.filter { !$0.rows.isEmpty }.count - large.count, max(0, large.count - most))
        let parts = [
            small > 0 ? "\(small) with fewer than \(Self.minimumRows) headlines" : nil,
            further > 0 ? "\(further) less frequent ones" : nil,
        ].compactMap(\.self)
        omission = parts.isEmpty ? nil : "Not shown: \(parts.joined(separator: ", "))."
    }

    /// The number of words, separated by white space.
    static func wordCount(_ text: String) -> Int { text.split(whereSeparator: \.isWhitespace).count }
}

/// The results of some groups of headlines, one row each.
public struct SliceTable<Row: Sendable>: Sendable {
    /// The property that the slices go by, such as `length`.
    public let title: String
    /// The results of each slice.
    public let rows: [Row]
    /// A sentence about the slices that are left out; `nil` if none is.
    public let omission: String?
}
