import CLinux
import Foundation

/// An open file or folder of the operating system, closed when the value goes.
///
/// Every call repeats itself when a signal interrupts it, and every refusal becomes a ``FileError`` with the path that
/// a person would recognise.
package struct Descriptor: ~Copyable {
    /// Flags for reading what is there, without waiting on a pipe that nobody writes.
    package static let reading: Int32 = O_RDONLY | O_NONBLOCK

    /// The number the system gave it.
    package let number: Int32
    /// The path that errors name; for a temporary file, the path it will have.
    package let path: String
    /// The path it was opened by.
    package let openedPath: String

    /// Opens `path`. `flags` are those of `open(2)`; `shownPath` is what errors call it.
    package init(
        opening path: String, flags: Int32, shownPath: String? = nil, on action: FileAction
    ) throws(FileError) {
        guard !(shownPath ?? path).isEmpty else { throw FileError.emptyPath }
        guard !path.utf8.contains(0) else { throw FileError(shownPath ?? path, "the path holds a NUL character") }
        var opened: Int32
        repeat { opened = open(path, flags | O_CLOEXEC, 0o666) } while opened < 0 && errno == EINTR
        guard opened >= 0 else { throw FileError(shownPath ?? path, system: errno, on: action) }
        number = opened
        self.path = shownPath ?? path
        openedPath = path
    }

    deinit { close(number) }

    /// What the system knows about the file.
    package func status() throws(FileError) -> FileStatus {
        var status = stat()
        guard fstat(number, &status) == 0 else { throw FileError(path, system: errno, on: .read) }
        return FileStatus(status)
    }

    /// Writes all of `bytes` at `offset`.
    package func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws(FileError) {
        var written = 0
        while written < bytes.count {
            // One call moves at most 2 GiB on Linux; a smaller piece keeps the answer to a signal prompt.
            let piece = min(bytes.count - written, 1 << 24)
            let count = pwrite(number, bytes.baseAddress! + written, piece, off_t(offset + written))
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { throw FileError(path, system: count == 0 ? ENOSPC : errno, on: .write) }
            written += count
        }
    }

    /// Fills `bytes` from `offset` on; returns how many bytes there were before the end of the file.
    package func read(into bytes: UnsafeMutableRawBufferPointer, at offset: Int) throws(FileError) -> Int {
        var filled = 0
        while filled < bytes.count {
            let count = pread(
                number, bytes.baseAddress! + filled, min(bytes.count - filled, 1 << 24), off_t(offset + filled))
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { throw FileError(path, system: errno, on: .read) }
            if count == 0 { break }
            filled += count
        }
        return filled
    }

    /// Returns once the contents are on the disk.
    package func synchronize() throws(FileError) {
        var result: Int32
        repeat { result = fsync(number) } while result != 0 && errno == EINTR
        // EINVAL: pipes and some folders on network file systems cannot be synchronised, which is no loss.
        guard result == 0 || errno == EINVAL else { throw FileError(path, system: errno, on: .write) }
    }

    /// Sets the length of the file.
    package func truncate(to length: Int) throws(FileError) {
        var result: Int32
        repeat { result = ftruncate(number, off_t(length)) } while result != 0 && errno == EINTR
        guard result == 0 else { throw FileError(path, system: errno, on: .write) }
    }

    /// Sets disk space aside for `bytes` bytes, so that a full disk shows before anything is written. File systems that
    /// cannot do it let it pass.
    package func reserve(_ bytes: Int) throws(FileError) {
        guard bytes > 0 else { return }
        var result: Int32
        repeat { result = clinux_reserve(number, Int64(bytes)) } while result < 0 && errno == EINTR
        if result < 0, [ENOSPC, EDQUOT, EFBIG].contains(errno) { throw FileError(path, system: errno, on: .write) }
    }

    /// Lets the disk begin with a range while the program prepares the next; a hint, so a refusal is no error.
    package func startWriteback(from offset: Int, count: Int) {
        _ = clinux_start_writeback(number, Int64(offset), Int64(count))
    }

    /// Whether this descriptor now holds the exclusive lock of the file: no other open descriptor of any process has
    /// it. The lock goes with the descriptor, and so with the process.
    package func tryToLock() throws(FileError) -> Bool {
        var result: Int32
        repeat { result = flock(number, LOCK_EX | LOCK_NB) } while result != 0 && errno == EINTR
        if result == 0 { return true }
        if errno == EWOULDBLOCK { return false }
        throw FileError(path, system: errno, on: .lock)
    }

    /// Gives the lock back.
    package func unlock() { _ = flock(number, LOCK_UN) }
}

/// Where a path leads: its folder and its last component.
package func splitPath(_ path: String) -> (folder: String, name: String) {
    var trimmed = path[...]
    while trimmed.count > 1 && trimmed.last == "/" { trimmed.removeLast() }
    guard let slash = trimmed.lastIndex(of: "/") else { return (".", String(trimmed)) }
    let folder = trimmed[..<slash]
    return (folder.isEmpty ? "/" : String(folder), String(trimmed[trimmed.index(after: slash)...]))
}

/// Returns once the entries of a folder (new names, renames) are on the disk.
package func synchronizeFolder(_ path: String) throws(FileError) {
    try Descriptor(opening: path, flags: O_RDONLY | O_DIRECTORY, on: .write).synchronize()
}
