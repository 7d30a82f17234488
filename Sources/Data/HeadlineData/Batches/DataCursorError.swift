public import Text

/// A cursor that points outside the data.
public struct DataCursorError: ReportableError, Equatable {
    /// The cursor.
    public let cursor: DataCursor
    /// The number of headlines in the data.
    public let headlines: Int

    /// The kind of error.
    public var category: ErrorCategory { .invalidInput }
    /// One sentence for people.
    public var description: String {
        "the run is at headline \(cursor.position) of epoch \(cursor.epoch) after \(cursor.step) steps, but the"
            + " data has \(headlines) headlines; resume with the data that the run was trained on"
    }
}
