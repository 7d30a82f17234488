public import Text

/// An error in a JSON text, with its place.
public struct JSONError: ReportableError, Equatable {
    /// The line, counted from 1.
    public let line: Int
    /// The character of the line (Unicode scalars), counted from 1.
    public let column: Int
    /// A description of what was found and what was expected.
    public let problem: String

    /// Creates an error at a place.
    public init(line: Int, column: Int, problem: String) {
        self.line = line
        self.column = column
        self.problem = problem
    }

    /// Always `invalidInput`.
    public var category: ErrorCategory { .invalidInput }

    /// The place and the problem.
    public var description: String { "line \(line), column \(column): \(problem)" }
}
