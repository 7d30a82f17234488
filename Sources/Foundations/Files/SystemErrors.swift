import Foundation
import Text

/// An action on a file or folder that the system can refuse.
package enum FileAction: Sendable {
    case read, write, create, lock, remove
}

extension FileError {
    /// Creates an error from the code with which the system refused an action.
    ///
    /// A refusal to read is an error of the input. A refusal to write is a failure of the work, except if the path itself is
    /// wrong.
    package init(_ path: String, system code: Int32, on action: FileAction) {
        let (reason, problem, category) = Self.explain(code, action)
        self.init(path, problem, reason: reason, category: category)
    }

    /// The error for an empty path, as from an option without a value.
    static let emptyPath = FileError(
        "(no path)", "the path is empty; name a file or folder", reason: .invalidPath, category: .invalidRequest)

    private static func explain(_ code: Int32, _ action: FileAction) -> (Reason, String, ErrorCategory) {
        let reading = action == .read
        let verb =
            switch action {
            case .read: "read"
            case .write: "written"
            case .create: "created"
            case .lock: "locked"
            case .remove: "removed"
            }
        switch code {
        case ENOENT where reading: return (.doesNotExist, "does not exist; check the path", .invalidInput)
        case ENOENT:
            return (
                .doesNotExist, "cannot be \(verb): its folder does not exist; create it or check the path",
                .invalidInput
            )
        case EACCES, EPERM:
            let needed = reading ? "read" : "write"
            return (
                .noPermission,
                "cannot be \(verb): no permission; check the owner and the \(needed) permissions of it and its folder",
                reading ? .invalidInput : .failure
            )
        case EISDIR: return (.isFolder, "is a folder, where a file was expected", .invalidInput)
        case ENOTDIR:
            return (.isNotFolder, "runs through a file, where a folder was expected; check the path", .invalidInput)
        case EEXIST: return (.exists, "exists already, and is not a folder", .invalidInput)
        case ENAMETOOLONG:
            return (.invalidPath, "has a name that is too long for the file system", .invalidInput)
        case ELOOP: return (.invalidPath, "is a symbolic link that leads in a circle", .invalidInput)
        case ENOSPC:
            return (
                .diskFull, "the disk is full; what was there before is untouched: free some space and try again",
                .failure
            )
        case EDQUOT:
            return (
                .diskFull, "the disk quota is used up; what was there before is untouched: free some space", .failure
            )
        case EROFS:
            return (
                .noPermission, "cannot be \(verb): the file system is read-only; choose another folder", .failure
            )
        case EFBIG:
            return (
                .tooLarge,
                "exceeds the largest size allowed here (see `ulimit -f`); what was there before is untouched",
                .failure
            )
        case EMFILE, ENFILE:
            return (.systemFailure, "cannot be \(verb): too many files are open (see `ulimit -n`)", .failure)
        case ENOMEM: return (.systemFailure, "cannot be \(verb): the system is out of memory", .failure)
        case EIO:
            return (
                .systemFailure, "cannot be \(verb): the device reported an input/output error; check the disk", .failure
            )
        default:
            return (
                .systemFailure, "cannot be \(verb): \(String(cString: strerror(code)))",
                reading ? .invalidInput : .failure
            )
        }
    }
}
