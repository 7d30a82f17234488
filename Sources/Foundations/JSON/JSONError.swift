public import Text

/// A place where a JSON text is not JSON.
public struct JSONError: ReportableError, Equatable {
    /// The line, counted from 1.
    public let line: Int
    /// The character of the line (Unicode scalars), counted from 1.
    public let column: Int
    /// What was found and what was expected.
    public let problem: String

    public init(line: Int, column: Int, problem: String) {
        self.line = line
        self.column = column
        self.problem = problem
    }

    public var category: ErrorCategory { .invalidInput }

    public var description: String { "line \(line), column \(column): \(problem)" }
}
