import Files
public import Text

/// A setting that is unknown, of the wrong kind or out of range: one sentence that names the key and the place it was
/// written, what was found and what was expected.
public struct SettingsError: ReportableError, Equatable {
    public let description: String
    public let category: ErrorCategory

    public init(_ description: String, category: ErrorCategory = .invalidRequest) {
        self.description = description
        self.category = category
    }

    /// A value that a key cannot have.
    init(key: String, found: SettingsNode, expected: String) {
        let name = key.isEmpty ? "the top level" : "`\(key)`"
        self.init("\(name) \(found.origin.place) is \(found.found); expected \(expected)")
    }
}
