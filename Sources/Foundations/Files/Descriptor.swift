import CLinux
import Foundation

/// A file descriptor that is closed at the end of its lifetime.
///
/// Every call repeats itself if a signal interrupts it, and every refusal becomes a ``FileError`` with the path that a user
/// would recognize.
package struct Descriptor: ~Copyable {
    /// Flags for reading without waiting on a pipe that has no writer.
    package static let reading: Int32 = O_RDONLY | O_NONBLOCK

    /// The number of the descriptor.
    package let number: Int32
    /// The path that errors name; for a temporary file, the path it will have.
    package let path: String
    /// The path it was opened by.
    package let openedPath: String

    /// Opens a file or folder.
    /// - Parameters:
    ///   - path: The path.
    ///   - flags: The flags of `open(2)`.
    ///   - shownPath: The path for errors; `path` if `nil`.
    ///   - action: The purpose, for errors.
    package init(
        opening path: String, flags: Int32, shownPath: String? = nil, on action: FileAction
    ) throws(FileError) {
        guard !(shownPath ?? path).isEmpty else { throw FileError.emptyPath }
        guard !path.utf8.contains(0) else {
            throw FileError(shownPath ?? path, "the path holds a NUL character", reason: .invalidPath)
        }
        var opened: Int32
        repeat { opened = open(path, flags | O_CLOEXEC, 0o666) } while opened < 0 && errno == EINTR
        guard opened >= 0 else { throw FileError(shownPath ?? path, system: errno, on: action) }
        number = opened
        self.path = shownPath ?? path
        openedPath = path
    }

    deinit { close(number) }

    /// Returns the kind, length and link count of the file.
    package func status() throws(FileError) -> FileStatus {
        var status = stat()
        guard fstat(number, &status) == 0 else { throw FileError(path, system: errno, on: .read) }
        return FileStatus(status)
    }

    /// Writes all of `bytes` at `offset`.
    package func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws(FileError) {
        var written = 0
        while written < bytes.count {
            // One call moves at most 2 GiB on Linux; smaller pieces keep the response to a signal prompt.
            let piece = min(bytes.count - written, 1 << 24)
            let count = pwrite(number, bytes.baseAddress! + written, piece, off_t(offset + written))
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { throw FileError(path, system: count == 0 ? ENOSPC : errno, on: .write) }
            written += count
        }
    }

    /// Fills `bytes` with the file from `offset`, and returns the number of bytes read, which is smaller at the end of the file.
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

    /// Writes the contents to the disk.
    package func synchronize() throws(FileError) {
        var result: Int32
        repeat { result = fsync(number) } while result != 0 && errno == EINTR
        // EINVAL: pipes and some folders on network file systems cannot be synchronized, which does no harm.
        guard result == 0 || errno == EINVAL else { throw FileError(path, system: errno, on: .write) }
    }

    /// Sets the length of the file.
    package func truncate(to length: Int) throws(FileError) {
        var result: Int32
        repeat { result = ftruncate(number, off_t(length)) } while result != 0 && errno == EINTR
        guard result == 0 else { throw FileError(path, system: errno, on: .write) }
    }

    /// Reserves disk space, so that a full disk shows before anything is written. Does nothing on a file system that cannot.
    package func reserve(_ bytes: Int) throws(FileError) {
        guard bytes > 0 else { return }
        var result: Int32
        repeat { result = clinux_reserve(number, Int64(bytes)) } while result < 0 && errno == EINTR
        if result < 0, [ENOSPC, EDQUOT, EFBIG].contains(errno) { throw FileError(path, system: errno, on: .write) }
    }

    /// Asks the disk to begin writing a range while the program prepares the next. A hint, so a refusal is not an error.
    package func startWriteback(from offset: Int, count: Int) {
        _ = clinux_start_writeback(number, Int64(offset), Int64(count))
    }

    /// Takes the exclusive lock of the file, unless another descriptor of any process holds it, and returns true on success.
    /// The lock ends with the descriptor, and so with the process.
    package func tryToLock() throws(FileError) -> Bool {
        var result: Int32
        repeat { result = flock(number, LOCK_EX | LOCK_NB) } while result != 0 && errno == EINTR
        if result == 0 { return true }
        if errno == EWOULDBLOCK { return false }
        throw FileError(path, system: errno, on: .lock)
    }

    /// Releases the lock.
    package func unlock() { _ = flock(number, LOCK_UN) }
}
