import Foundation

/// The kind, length and link count of a path or an open file.
package struct FileStatus: Sendable, Equatable {
    /// A kind of directory entry; `other` is a pipe, a device or a socket.
    package enum Kind: Sendable { case file, folder, link, other }

    /// The kind of the entry.
    package let kind: Kind
    /// The length of a file in bytes.
    package let byteCount: Int
    /// The number of names; 0 for a file that was removed while it was open.
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

    /// Returns the status of `path`, or `nil` if nothing exists there or the process may not see it.
    package static func of(_ path: String, followingLinks: Bool = true) -> FileStatus? {
        var status = stat()
        let result = followingLinks ? stat(path, &status) : lstat(path, &status)
        return result == 0 ? FileStatus(status) : nil
    }
}
