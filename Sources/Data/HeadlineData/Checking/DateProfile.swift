/// The days that the headlines of a file are from.
public struct DateProfile: Sendable, Hashable {
    /// `nil` when no row has a date.
    public let first: CalendarDate?
    /// The newest date.
    public let last: CalendarDate?
    /// Rows without a date, those included whose date cannot be read.
    public let missing: Int
    /// Rows whose date cannot be read.
    public let unreadable: Int
    /// Rows of each month from the first to the last, months without one included.
    public let months: [Month]

    /// A month and how many rows are from it.
    public struct Month: Sendable, Hashable {
        /// The year.
        public let year: Int
        /// 1 … 12
        public let month: Int
        /// The number of headlines.
        public let count: Int
    }

    init(_ rows: [Headline], _ summary: ReadSummary) {
        let dates = rows.compactMap(\.date)
        (first, last) = (dates.min(), dates.max())
        missing = rows.count - dates.count
        unreadable = summary.unreadableDates
        var counts: [Int: Int] = [:]
        for date in dates { counts[date.year * 12 + date.month - 1, default: 0] += 1 }
        guard let lowest = counts.keys.min(), let highest = counts.keys.max() else {
            months = []
            return
        }
        months = (lowest...highest).map { Month(year: $0 / 12, month: $0 % 12 + 1, count: counts[$0] ?? 0) }
    }
}
