import Files
public import Text

/// A vocabulary that cannot be used or made as asked; readers of files wrap it in a `FileError` with the path.
public struct TokenizationError: ReportableError, Equatable {
    /// What was found, what was expected and what to do.
    public let problem: String
    public let exitStatus: ExitStatus

    public init(_ problem: String, exitStatus: ExitStatus = .data) {
        self.problem = problem
        self.exitStatus = exitStatus
    }

    public var description: String { problem }
}
