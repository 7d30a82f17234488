import Files
public import HeadlineData
public import Settings
import Text

/// The headline files.
public struct DataSettings: Codable, Sendable {
    /// The file to train on.
    public var train: ConfiguredPath?
    /// The file to evaluate on; null to hold out a part of `train`.
    public var validation: ConfiguredPath?
    /// The format of the files; null goes by the extension.
    public var format: HeadlineFormat?
    /// The names of the columns; null for the usual ones.
    public var columns = ColumnNames()
    /// The part that is held out of the training file.
    public var split = SplitSettings()
    /// The treatment of a headline with more tokens than the model's context length.
    public var overlong: OverlongHeadline = .cut
}

/// The part of the training file that is held out if no validation file is given.
public struct SplitSettings: Codable, Sendable, ValidatedSettings {
    /// The way to choose the held-out headlines.
    public var method: SplitMethod = .random
    /// The share of headlines to hold out.
    public var fraction: Double = 0.1
    /// The seed of the split alone, so that runs with other seeds can share it.
    public var seed: Int = 1

    /// Throws an `InvalidSetting` for a value out of range.
    public func validate() throws {
        try require(fraction > 0 && fraction < 1, "fraction", found: fraction, expected: "a number between 0 and 1")
        try require(seed, "seed", in: 0...)
    }
}

extension DataSettings {
    /// Reads the file to train on and notes its counts.
    func trainingTable(note: (String) throws -> Void) throws -> HeadlineTable {
        guard let train else {
            throw TrainingError.noTrainingFile
        }
        return try table(train.path, note: note)
    }

    /// Reads the file to evaluate on and notes its counts; `nil` when a part of the other file is to be held out.
    func validationTable(note: (String) throws -> Void) throws -> HeadlineTable? {
        try validation.map { try table($0.path, note: note) }
    }

    private func table(_ path: String, note: (String) throws -> Void) throws -> HeadlineTable {
        let table = try HeadlineTable(readingFrom: path, format: format, columns: columns)
        try note("\(path): \(table.summary)")
        return table
    }
}

extension SplitSettings {
    /// Splits the rows of the file at `path` according to the settings.
    func split(_ rows: [Headline], of path: String) throws(TrainingError) -> Split {
        do throws(SplitError) {
            return try Split(of: rows, method: method, fraction: fraction, seed: UInt64(seed))
        } catch {
            throw .split(path: path, problem: error)
        }
    }
}
