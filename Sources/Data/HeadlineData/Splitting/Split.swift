/// A way to divide the rows of one file into training and validation.
public enum SplitMethod: String, Sendable, Hashable, Codable, CaseIterable {
    /// At random.
    case random
    /// At random within each category, so that training and validation have the same mixture.
    case stratified
    /// By date: the newest rows are for validation.
    case temporal
}

/// The rows of one table divided into training and validation, with exact and near duplicates always together.
///
/// Whole groups of duplicates are assigned; the split is a function of the rows, the method, the fraction and the seed.
public struct Split: Sendable, Hashable {
    /// Indices of the rows to train on, ascending; never empty.
    public let training: [Int]
    /// Indices of the rows to validate on, ascending; never empty.
    public let validation: [Int]
    /// The groups that were kept together.
    public let groups: DuplicateGroups
    /// Counts for the person.
    public let summary: SplitSummary

    /// Divides the rows.
    ///
    /// - Parameters:
    ///   - rows: The headlines.
    ///   - method: How to choose. `temporal` divides the rows that have a date; the others are for training. A group is
    ///     as new as its newest member, so no training row is newer than the newest member of any validation group.
    ///   - fraction: The share of rows (of dated rows, for `temporal`) for validation, more than 0 and less than 1. It
    ///     is met up to the size of a group; `stratified` leaves every category at least one group to train on.
    ///   - seed: Another seed is another random split; `temporal` ignores it.
    /// - Throws: A `SplitError` when the fraction is not between 0 and 1, or when a side would be empty.
    public init(of rows: [Headline], method: SplitMethod, fraction: Double, seed: UInt64) throws(SplitError) {
        guard fraction > 0, fraction < 1 else {
            throw .fraction(fraction)
        }
        guard rows.count >= 2 else {
            throw .fewHeadlines(rows.count)
        }
        let groups = DuplicateGroups(of: rows.map(\.text))
        guard groups.groupCount >= 2 else {
            throw .onlyDuplicates(headlines: rows.count)
        }
        let chooser = GroupChooser(rows: rows, members: groups.members(), fraction: fraction)
        let chosen: [Int]
        switch method {
        case .random: chosen = chooser.chooseAtRandom(seed: seed)
        case .stratified: chosen = try chooser.chooseByCategory(seed: seed)
        case .temporal: chosen = try chooser.chooseNewest()
        }
        var isValidation = [Bool](repeating: false, count: groups.groupCount)
        for group in chosen { isValidation[group] = true }
        training = rows.indices.filter { !isValidation[Int(groups.groups[$0])] }
        validation = rows.indices.filter { isValidation[Int(groups.groups[$0])] }
        guard !training.isEmpty, !validation.isEmpty else {
            throw .emptySide(
                name: training.isEmpty ? "training" : "validation", fraction: fraction, headlines: rows.count,
                groups: groups.groupCount)
        }
        self.groups = groups
        summary = SplitSummary(
            rows: rows, groups: groups, validation: validation.count, method: method, fraction: fraction)
    }
}
