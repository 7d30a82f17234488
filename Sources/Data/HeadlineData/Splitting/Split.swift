import Files
public import Text

/// How the rows of one file are divided into a training and a validation side.
public enum SplitMethod: String, Sendable, Hashable, Codable, CaseIterable {
    /// At random.
    case random
    /// At random within each category, so that both sides have the same mixture.
    case stratified
    /// By date: the newest rows are for validation.
    case temporal
}

/// A split that cannot be made of the rows at hand.
public struct SplitError: ReportableError, Equatable {
    public let description: String
    public let category: ErrorCategory

    init(_ description: String, category: ErrorCategory = .invalidInput) {
        self.description = description
        self.category = category
    }
}

/// The rows of one table divided into two sides, such that no two exact or near duplicates are on different sides.
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
            throw SplitError(
                "the validation fraction is \(fraction), expected more than 0 and less than 1",
                category: .invalidRequest)
        }
        guard rows.count >= 2 else {
            let found = rows.isEmpty ? "there is no headline" : "there is only one headline"
            throw SplitError("\(found), expected at least two: one to train on and one to validate on")
        }
        let groups = DuplicateGroups(of: rows.map(\.text))
        guard groups.groupCount >= 2 else {
            throw SplitError(
                "all \(rows.count) headlines are duplicates or near duplicates of one another, so they cannot be split"
                    + " into a training and a validation side; give a file with different headlines")
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
            throw SplitError(
                "a validation fraction of \(fraction) of \(rows.count) headlines in \(groups.groupCount) groups of"
                    + " duplicates leaves the \(training.isEmpty ? "training" : "validation") side empty;"
                    + " choose another fraction or give more headlines")
        }
        self.groups = groups
        summary = SplitSummary(
            rows: rows, groups: groups, validation: validation.count, method: method, fraction: fraction)
    }
}

/// What a split did, in counts.
public struct SplitSummary: Sendable, Hashable, Codable, CustomStringConvertible {
    public let method: SplitMethod
    /// The share that was asked for.
    public let requestedFraction: Double
    public let trainingCount: Int
    public let validationCount: Int
    /// Rows that repeat an earlier one exactly.
    public let exactDuplicates: Int
    /// Different headlines that are near duplicates of an earlier one.
    public let nearDuplicates: Int
    /// Rows of the largest group that was kept together.
    public let largestGroup: Int
    /// Rows without what the method goes by: a category (a mixture of their own) or a date (all for training).
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
            + " \(exactDuplicates) exact and \(nearDuplicates) near duplicates kept on the side of their group"
            + " (the largest has \(largestGroup))"
        if rowsWithoutKey > 0 {
            text +=
                method == .temporal
                ? "; \(rowsWithoutKey) without a date are all for training" : "; \(rowsWithoutKey) have no category"
        }
        return text
    }
}
