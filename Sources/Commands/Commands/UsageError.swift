public import Text

/// Arguments of a command that do not fit together.
public struct UsageError: ReportableError, Equatable {
    /// The sentence: what was found and what was expected.
    public let description: String
    public var category: ErrorCategory { .invalidRequest }

    /// Creates an error with its sentence.
    public init(_ description: String) { self.description = description }
}
