import Foundation
import Text

/// What the program was doing with a file or folder when the system refused.
package enum FileAction: Sendable {
    case read, write, create, lock, remove
}

extension FileError {
    /// The system's refusal as a sentence for the person who has to act on it.
    ///
    /// What cannot be read is an error of the data; what cannot be written is a failure of the run, except where the
    /// path itself is wrong.
    package init(_ path: String, system code: Int32, on action: FileAction) {
        let (problem, status) = Self.explain(code, action)
        self.init(path, problem, category: status)
    }

    /// What an empty path gets, as from an option without a value.
    static let emptyPath = FileError(
        "(no path)", "the path is empty; name a file or folder", category: .invalidRequest)

    private static func explain(_ code: Int32, _ action: FileAction) -> (String, ErrorCategory) {
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
        case ENOENT where reading: return ("does not exist; check the path", .invalidInput)
        case ENOENT: return ("cannot be \(verb): its folder does not exist; create it or check the path", .invalidInput)
        case EACCES, EPERM:
            let needed = reading ? "read" : "write"
            return (
                "cannot be \(verb): no permission; check the owner and the \(needed) permissions of it and its folder",
                reading ? .invalidInput : .failure
            )
        case EISDIR: return ("is a folder, where a file was expected", .invalidInput)
        case ENOTDIR: return ("runs through a file, where a folder was expected; check the path", .invalidInput)
        case EEXIST: return ("exists already, and is not a folder", .invalidInput)
        case ENAMETOOLONG: return ("has a name that is too long for the file system", .invalidInput)
        case ELOOP: return ("is a symbolic link that leads in a circle", .invalidInput)
        case ENOSPC:
            return ("the disk is full; what was there before is untouched: free some space and try again", .failure)
        case EDQUOT:
            return ("the disk quota is used up; what was there before is untouched: free some space", .failure)
        case EROFS: return ("cannot be \(verb): the file system is read-only; choose another folder", .failure)
        case EFBIG:
            return (
                "grew beyond the largest size allowed here (see `ulimit -f`); what was there before is untouched",
                .failure
            )
        case EMFILE, ENFILE: return ("cannot be \(verb): too many files are open (see `ulimit -n`)", .failure)
        case ENOMEM: return ("cannot be \(verb): the system has no memory left", .failure)
        case EIO:
            return ("cannot be \(verb): the device reported an input/output error; check the disk", .failure)
        default:
            return ("cannot be \(verb): \(String(cString: strerror(code)))", reading ? .invalidInput : .failure)
        }
    }
}
