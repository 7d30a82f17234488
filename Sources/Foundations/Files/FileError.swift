public import Text

/// A file or folder that cannot be read or written as asked.
public struct FileError: ReportableError, Equatable {
    /// The path as the person named it.
    public let path: String
    /// What was found, what was expected and what to do, without the path.
    public let problem: String
    public let category: ErrorCategory

    public init(_ path: String, _ problem: String, category: ErrorCategory = .invalidInput) {
        self.path = path
        self.problem = problem
        self.category = category
    }

    public var description: String { "\(path): \(problem)" }
}
