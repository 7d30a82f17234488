/// How a command ends; the codes are those of `sysexits.h` where it has one.
public enum ExitStatus: Int32, Sendable {
    /// A run that failed for a reason of its own: a full disk, a diverged loss, an internal inconsistency.
    case failure = 1
    /// Wrong flags, settings or combinations of them (`EX_USAGE`).
    case usage = 64
    /// Input that is missing, unreadable or not what it should be (`EX_DATAERR`).
    case data = 65
}

/// An error of the world outside the program, written for the person who has to act on it.
///
/// The description is one sentence or two: what was found where, what was expected, what to do next.
public protocol ReportableError: Error, CustomStringConvertible {
    var exitStatus: ExitStatus { get }
}
