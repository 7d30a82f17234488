import Files
public import Text

/// An error in a vocabulary, or in a request to learn one. Readers of files wrap it in a `FileError` with the path.
public struct TokenizationError: ReportableError, Equatable {
    /// One sentence: what was found, what was expected, what to do.
    public let problem: String
    /// The request that cannot be met, or the file that is wrong.
    public let category: ErrorCategory

    /// An error with its sentence.
    public init(_ problem: String, category: ErrorCategory = .invalidInput) {
        self.problem = problem
        self.category = category
    }

    /// The sentence.
    public var description: String { problem }
}
