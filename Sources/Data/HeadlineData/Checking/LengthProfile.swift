import Preconditions

/// A measure of a headline's length, with a limit.
public struct LengthMeasure {
    /// The unit: `words` or `tokens`.
    public let unit: String
    /// The most that is not over-long.
    public let limit: Int
    /// The length of a text.
    let length: (String) throws -> Int

    /// - Parameters:
    ///   - unit: In the plural.
    ///   - limit: At least 1.
    public init(unit: String, limit: Int, length: @escaping (String) throws -> Int) {
        require(limit >= 1, "LengthMeasure: the limit is \(limit), must be at least 1")
        (self.unit, self.limit, self.length) = (unit, limit, length)
    }

    /// More words than this are seldom one headline: newsrooms write fewer than 20.
    public static let defaultWordLimit = 32
    /// The positions of the models that this toolkit trains from scratch.
    public static let defaultTokenLimit = 64

    /// Words as white space divides them.
    public static func words(limit: Int = defaultWordLimit) -> LengthMeasure {
        LengthMeasure(unit: "words", limit: limit) { $0.split(whereSeparator: \.isWhitespace).count }
    }
}

/// The lengths of the headlines of a file.
public struct LengthProfile: Sendable {
    /// The unit, in the plural.
    public let unit: String
    /// `counts[n]` headlines have length n; up to the longest.
    public let counts: [Int]
    /// The most that is not over-long.
    public let limit: Int
    /// The number of headlines that are longer than the limit.
    public let overlong: Int
    /// The longest of them first.
    public let examples: [Example]

    /// A headline with its length.
    public struct Example: Sendable, Hashable {
        /// The headline.
        public let text: String
        /// The line of the file, from 1.
        public let line: Int
        /// The length, in the unit of the measure.
        public let length: Int
    }

    init(_ rows: [Headline], _ measure: LengthMeasure) throws {
        let lengths = try rows.map { try measure.length($0.text) }
        var counts = [Int](repeating: 0, count: (lengths.max() ?? 0) + 1)
        for length in lengths { counts[length] += 1 }
        let long = rows.indices.filter { lengths[$0] > measure.limit }
        (unit, limit) = (measure.unit, measure.limit)
        self.counts = counts
        overlong = long.count
        examples = long.sorted { (-lengths[$0], $0) < (-lengths[$1], $1) }.prefix(DataCheck.maximumExamples).map {
            Example(text: rows[$0].text, line: rows[$0].line, length: lengths[$0])
        }
    }

    /// The number of headlines.
    public var total: Int { counts.reduce(0, +) }
    /// The length of the longest one.
    public var longest: Int { counts.count - 1 }
    /// The length of the shortest one.
    public var shortest: Int { counts.firstIndex { $0 > 0 } ?? 0 }

    /// The mean length.
    public var mean: Double {
        Double(counts.enumerated().reduce(0) { $0 + $1.offset * $1.element }) / Double(max(1, total))
    }

    /// The smallest length that at least this share of the headlines does not exceed; `share` is above 0 and at most 1.
    public func quantile(_ share: Double) -> Int {
        require(share > 0 && share <= 1, "quantile: \(share), expected above 0 and at most 1")
        let wanted = Int((share * Double(total)).rounded(.up))
        var seen = 0
        for (length, count) in counts.enumerated() {
            seen += count
            if seen >= wanted { return length }
        }
        return longest
    }
}
