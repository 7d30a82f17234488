/// The counts of a split.
public struct SplitSummary: Sendable, Hashable, Codable, CustomStringConvertible {
    /// The method.
    public let method: SplitMethod
    /// The requested share of validation headlines.
    public let requestedFraction: Double
    /// The number of headlines to train on.
    public let trainingCount: Int
    /// The number of headlines to validate on.
    public let validationCount: Int
    /// Rows that repeat an earlier one exactly.
    public let exactDuplicates: Int
    /// Different headlines that are near-duplicates of an earlier one.
    public let nearDuplicates: Int
    /// Rows of the largest group that was kept together.
    public let largestGroup: Int
    /// Rows that lack what the method needs: a category (they are a stratum of their own) or a date (all for training).
    public let rowsWithoutKey: Int

    init(rows: [Headline], groups: DuplicateGroups, validation: Int, method: SplitMethod, fraction: Double) {
        self.method = method
        requestedFraction = fraction
        trainingCount = rows.count - validation
        validationCount = validation
        exactDuplicates = groups.exactDuplicates
        nearDuplicates = groups.nearDuplicates
        largestGroup = groups.largestGroup
        rowsWithoutKey =
            switch method {
            case .random: 0
            case .stratified: rows.count { $0.category == nil }
            case .temporal: rows.count { $0.date == nil }
            }
    }

    /// One line for a person.
    public var description: String {
        var text =
            "\(method.rawValue) split: \(trainingCount) headlines to train on, \(validationCount) to validate on;"
            + " \(exactDuplicates) exact and \(nearDuplicates) near-duplicates kept with their group"
            + " (the largest has \(largestGroup))"
        if rowsWithoutKey > 0 {
            text +=
                method == .temporal
                ? "; \(rowsWithoutKey) without a date are all for training" : "; \(rowsWithoutKey) have no category"
        }
        return text
    }
}
