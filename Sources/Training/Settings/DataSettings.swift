public import Configuration
public import HeadlineData

/// Where the headlines are.
public struct DataSettings: Codable, Sendable {
    /// The file to train on.
    public var train: ConfiguredPath?
    /// The file to evaluate on; null to hold out a part of `train`.
    public var validation: ConfiguredPath?
    /// How the files are written; null goes by the extension.
    public var format: HeadlineFormat?
    /// The columns by name; null for the usual names.
    public var columns = ColumnSettings()
    public var split = SplitSettings()
    /// What becomes of a headline with more tokens than the model has positions.
    public var overlong: OverlongHeadline = .cut
}

/// Column names, or JSON keys.
public struct ColumnSettings: Codable, Sendable {
    public var headline: String?
    public var category: String?
    public var date: String?
    public var source: String?

    var names: ColumnNames { ColumnNames(headline: headline, category: category, date: date, source: source) }
}

/// How a part of the training file is held out when no validation file is given.
public struct SplitSettings: Codable, Sendable, ValidatedSettings {
    public var method: SplitMethod = .random
    public var fraction: Double = 0.1
    /// Of the split alone, so that runs with other seeds can share it.
    public var seed: Int = 1

    public func validate() throws {
        try require(fraction > 0 && fraction < 1, "fraction", found: fraction, expected: "a number between 0 and 1")
        try require(seed, "seed", in: 0...)
    }
}
