import Files
public import Text

/// A vocabulary that cannot be used or made as asked; readers of files wrap it in a `FileError` with the path.
public struct TokenizationError: ReportableError, Equatable {
    /// What was found, what was expected and what to do.
    public let problem: String
    public let category: ErrorCategory

    public init(_ problem: String, category: ErrorCategory = .invalidInput) {
        self.problem = problem
        self.category = category
    }

    public var description: String { problem }
}
