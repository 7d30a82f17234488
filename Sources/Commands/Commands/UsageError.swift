public import Text

/// Flags or arguments that do not go together, or whose values make no sense.
///
/// `ValidationError` of swift-argument-parser is for what shows before a command runs; its report includes the usage line.
public struct UsageError: ReportableError, Equatable {
    /// The sentence: what was given and what was expected, with the names of the flags.
    public let description: String

    /// Creates an error from its sentence.
    public init(_ description: String) { self.description = description }

    /// Always `invalidRequest`.
    public var category: ErrorCategory { .invalidRequest }
}
