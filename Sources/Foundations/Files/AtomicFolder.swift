import CLinux
import Foundation
import Preconditions

/// A folder that is filled under a temporary name and takes its place in one step, as ``AtomicFile`` does for a file.
///
/// The caller fills ``temporaryPath``. ``commit()`` writes every file and folder in it to the disk and exchanges it with the
/// folder at ``path``, which is then removed. On a file system without an exchange (`renameat2` with `RENAME_EXCHANGE`, missing
/// on some network file systems), the old folder is renamed first. A crash between the two renames leaves it under a
/// `.previous` name, from which ``AtomicFile/removeLeftovers(in:)`` restores it.
public final class AtomicFolder {
    /// The path that the folder will have.
    public let path: String
    /// The folder to fill.
    public let temporaryPath: String

    private let lock: Descriptor
    private var isFinished = false

    /// Begins a new version of the folder at `path`.
    /// - Throws: `FileError` if the folder above does not exist or cannot be written, or if `path` is a file.
    public init(path: String) throws(FileError) {
        guard !path.isEmpty else { throw FileError.emptyPath }
        let (folder, name) = splitPath(path)
        let wholePath = "\(folder)/\(name)"
        if let status = FileStatus.of(path), status.kind != .folder {
            throw FileError(
                path, "is a file, where a folder was to be written; move it away or choose another name",
                reason: .isNotFolder)
        }
        self.path = path
        lock = try Self.makeTemporary(for: wholePath, shownPath: path)
        temporaryPath = lock.openedPath
    }

    deinit { cancel() }

    private static func makeTemporary(for path: String, shownPath: String) throws(FileError) -> Descriptor {
        while true {
            let temporary = TemporaryName.next(for: path)
            guard mkdir(temporary, 0o777) == 0 else {
                if errno == EEXIST { continue }
                throw FileError(shownPath, system: errno, on: .create)
            }
            let flags = O_RDONLY | O_DIRECTORY
            // If a sweep removes the new folder before it is locked, another name is tried.
            let descriptor: Descriptor
            do {
                descriptor = try Descriptor(opening: temporary, flags: flags, shownPath: shownPath, on: .create)
            } catch {
                if rmdir(temporary) != 0 && errno == ENOENT { continue }
                throw error
            }
            let locked = (try? descriptor.tryToLock()) ?? true
            let status = try descriptor.status()
            if locked && status.linkCount > 0 { return descriptor }
        }
    }

    /// Returns the path at which to write the file `name` of the new folder.
    public func file(_ name: String) -> String { "\(temporaryPath)/\(name)" }

    /// Puts the folder in its place and removes its predecessor. Once it returns, the folder survives a power cut.
    public func commit() throws(FileError) {
        require(!isFinished, "commit: the folder has been committed or canceled")
        try synchronizeTree(temporaryPath)
        let (above, name) = splitPath(path)
        let target = "\(above)/\(name)"
        if rename(temporaryPath, target) == 0 {
            // There was no folder, or an empty one.
            isFinished = true
            try synchronizeFolder(above)
            return
        }
        guard errno == ENOTEMPTY || errno == EEXIST else { throw FileError(path, system: errno, on: .write) }
        let exchanged = clinux_exchange(temporaryPath, target)
        if exchanged == 0 {
            isFinished = true
            try synchronizeFolder(above)
            removeTree(temporaryPath)
            return
        }
        guard exchanged > 0 || [EINVAL, ENOSYS, EOPNOTSUPP].contains(errno) else {
            throw FileError(path, system: errno, on: .write)
        }
        try commitByTwoRenames(target: target, above: above)
    }

    private func commitByTwoRenames(target: String, above: String) throws(FileError) {
        let previous = temporaryPath.dropLast(TemporaryName.suffix.count) + TemporaryName.previousSuffix
        guard rename(target, String(previous)) == 0 else { throw FileError(path, system: errno, on: .write) }
        guard rename(temporaryPath, target) == 0 else {
            let code = errno
            rename(String(previous), target)
            throw FileError(path, system: code, on: .write)
        }
        isFinished = true
        try synchronizeFolder(above)
        removeTree(String(previous))
    }

    /// Removes the temporary and keeps the previous folder, as does the end of this object's lifetime.
    public func cancel() {
        guard !isFinished else { return }
        isFinished = true
        removeTree(temporaryPath)
    }
}
