public import Text

/// A file or folder that cannot be read or written as asked.
public struct FileError: ReportableError, Equatable {
    /// The kind of a problem, for programs that treat kinds differently, as a server that answers 503 when a disk is full.
    public enum Reason: Sendable, Hashable {
        /// Nothing exists at the path, or the folder for it does not exist.
        case doesNotExist
        /// Something exists at the path already.
        case exists
        /// A folder is where a file was expected.
        case isFolder
        /// A file is where a folder was expected, at the path or on the way to it.
        case isNotFolder
        /// The path is empty, too long, circular, or has a character that no path can have.
        case invalidPath
        /// The process lacks a permission, or the file system is read-only.
        case noPermission
        /// The disk is full, or the quota is used up.
        case diskFull
        /// The contents exceed a limit.
        case tooLarge
        /// Another process holds the lock.
        case inUse
        /// The contents are cut short or do not match their checksum.
        case damaged
        /// The contents are not what was expected.
        case unsuitable
        /// The system failed: a device error, no memory, too many open files.
        case systemFailure
    }

    /// The path as the user wrote it.
    public let path: String
    /// The kind of the problem.
    public let reason: Reason
    /// A description of what was found, what was expected and what to do, without the path.
    public let problem: String
    /// The kind of error for exit codes.
    public let category: ErrorCategory

    /// Creates an error from the sentence that follows the path.
    public init(
        _ path: String, _ problem: String, reason: Reason = .unsuitable, category: ErrorCategory = .invalidInput
    ) {
        self.path = path
        self.reason = reason
        self.problem = problem
        self.category = category
    }

    /// The path and the problem.
    public var description: String { "\(path): \(problem)" }
}
