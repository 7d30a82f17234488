/// The kind of an error, for programs that turn errors into exit codes or HTTP statuses.
public enum ErrorCategory: Sendable, Hashable {
    /// The request itself is wrong: settings, options or combinations of them.
    case invalidRequest
    /// An input is missing, unreadable or damaged.
    case invalidInput
    /// The work failed for a reason of its own: a full disk, a diverged loss, an internal inconsistency.
    case failure
    /// The request is fine, but it cannot be answered now: too many others wait, its deadline has passed, or the service is
    /// shutting down.
    case unavailable
}

/// An error of the world outside the program, written for the person who has to act on it.
///
/// The description is one sentence or two: what was found where, what was expected, what to do next. It names no flags:
/// a command adds advice of its own.
public protocol ReportableError: Error, CustomStringConvertible {
    /// The kind of error.
    var category: ErrorCategory { get }
}
