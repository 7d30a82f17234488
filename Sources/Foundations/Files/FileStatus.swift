import Foundation

/// What the system knows about a path or an open file.
package struct FileStatus: Sendable, Equatable {
    /// What kind of thing it is.
    package enum Kind: Sendable { case file, folder, link, other }

    package let kind: Kind
    /// The length of a file in bytes.
    package let byteCount: Int
    /// How many names it has; 0 for a file that was removed while it was open.
    package let linkCount: Int

    init(_ status: stat) {
        switch status.st_mode & S_IFMT {
        case S_IFREG: kind = .file
        case S_IFDIR: kind = .folder
        case S_IFLNK: kind = .link
        default: kind = .other
        }
        byteCount = Int(status.st_size)
        linkCount = Int(status.st_nlink)
    }

    /// What is at `path`, or `nil` if nothing is, or nothing that may be seen. A link is followed unless told
    /// otherwise.
    package static func of(_ path: String, followingLinks: Bool = true) -> FileStatus? {
        var status = stat()
        let result = followingLinks ? stat(path, &status) : lstat(path, &status)
        return result == 0 ? FileStatus(status) : nil
    }
}
