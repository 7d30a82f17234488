import Files
public import HeadlineData
public import Settings
import Text

/// Where the headlines are.
public struct DataSettings: Codable, Sendable {
    /// The file to train on.
    public var train: ConfiguredPath?
    /// The file to evaluate on; null to hold out a part of `train`.
    public var validation: ConfiguredPath?
    /// How the files are written; null goes by the extension.
    public var format: HeadlineFormat?
    /// The columns by name; null for the usual names.
    public var columns = ColumnNames()
    public var split = SplitSettings()
    /// What becomes of a headline with more tokens than the model has positions.
    public var overlong: OverlongHeadline = .cut
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

extension DataSettings {
    /// Reads the file to train on, and says so.
    func trainingTable(note: (String) -> Void) throws -> HeadlineTable {
        guard let train else {
            throw TrainingError(
                "data.train is missing, expected a file of headlines; name one in the configuration or by --train FILE",
                .invalidRequest)
        }
        return try table(train.path, note: note)
    }

    /// Reads the file to evaluate on, and says so; `nil` when a part of the other is to be held out.
    func validationTable(note: (String) -> Void) throws -> HeadlineTable? {
        try validation.map { try table($0.path, note: note) }
    }

    private func table(_ path: String, note: (String) -> Void) throws -> HeadlineTable {
        let table = try HeadlineTable(readingFrom: path, format: format, columns: columns)
        note("\(path): \(table.summary)")
        return table
    }
}

extension SplitSettings {
    /// Divides the rows of the file at `path` as the settings say.
    func split(_ rows: [Headline], of path: String) throws(TrainingError) -> Split {
        do throws(SplitError) {
            return try Split(of: rows, method: method, fraction: fraction, seed: UInt64(seed))
        } catch {
            throw TrainingError(
                "\(path): \(error) (settings data.split.method, data.split.fraction and data.columns)", error.category
            )
        }
    }
}
