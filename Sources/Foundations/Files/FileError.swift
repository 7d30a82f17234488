public import Text

/// A file or folder that cannot be read or written as asked.
public struct FileError: ReportableError, Equatable {
    /// The path as the person named it.
    public let path: String
    /// What was found, what was expected and what to do, without the path.
    public let problem: String
    public let exitStatus: ExitStatus

    public init(_ path: String, _ problem: String, exitStatus: ExitStatus = .data) {
        self.path = path
        self.problem = problem
        self.exitStatus = exitStatus
    }

    public var description: String { "\(path): \(problem)" }
}
