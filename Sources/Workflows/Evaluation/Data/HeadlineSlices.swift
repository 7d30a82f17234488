import HeadlineData

/// Groups of headlines that are worth a figure of their own.
struct HeadlineSlices {
    /// What the slices are by, such as `length`.
    let title: String
    /// The name of each slice and its rows.
    let slices: [(name: String, rows: [Int])]

    /// Slices that are not among them, and why, as a sentence; `nil` when all are.
    let omission: String?

    /// Slices with fewer headlines than this say nothing.
    static let minimumRows = 5
    /// From fewer headlines than this nothing is concluded.
    static let minimumToJudge = 30

    /// By the number of words, in four groups of about the same size.
    static func byLength(_ headlines: [Headline]) -> HeadlineSlices {
        let counts = headlines.map { wordCount($0.text) }
        let sorted = counts.sorted()
        let borders = Set((1...3).map { sorted[min(sorted.count - 1, $0 * sorted.count / 4)] }).sorted()
        func place(_ count: Int) -> Int { borders.firstIndex { count <= $0 } ?? borders.count }
        let slices = (0...borders.count).map { index in
            let low = index == 0 ? sorted[0] : borders[index - 1] + 1
            let high = index < borders.count ? borders[index] : sorted[sorted.count - 1]
            let name = low >= high ? "\(high) words" : "\(low)–\(high) words"
            return (name: name, rows: counts.indices.filter { place(counts[$0]) == index })
        }
        return HeadlineSlices("length", slices)
    }

    /// By year, or by month where all fall into two years; `nil` when no headline has a date.
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

    /// By source, the most frequent ones; `nil` when no headline has one.
    static func bySource(_ headlines: [Headline]) -> HeadlineSlices? {
        byName("source", headlines.map(\.source), most: 12)
    }

    /// By category; `nil` when no headline has one.
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

    private init(_ title: String, _ slices: [(name: String, rows: [Int])], most: Int = .max) {
        self.title = title
        let large = slices.filter { $0.rows.count >= Self.minimumRows }
        self.slices = Array(large.prefix(most))
        let (small, further) = (slices.filter { !$0.rows.isEmpty }.count - large.count, max(0, large.count - most))
        let parts = [
            small > 0 ? "\(small) with fewer than \(Self.minimumRows) headlines" : nil,
            further > 0 ? "\(further) that are less frequent" : nil,
        ].compactMap(\.self)
        omission = parts.isEmpty ? nil : "Not shown: \(parts.joined(separator: ", "))."
    }

    /// The number of words between white space.
    static func wordCount(_ text: String) -> Int { text.split(whereSeparator: \.isWhitespace).count }
}
