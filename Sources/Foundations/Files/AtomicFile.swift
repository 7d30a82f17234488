import Foundation
import Text

/// A file in the making that takes its place in one step: its readers see the old contents or all of the new ones.
///
/// Bytes go to a temporary name in the same folder. ``commit()`` brings them to the disk, renames, and brings the
/// rename to the disk. Until then, and after any error, the previous file is untouched; the temporary goes with this
/// object, or with ``removeLeftovers(in:)`` if the process was killed. Not `Sendable`: one writer.
public final class AtomicFile {
    /// The path that the file will have.
    public let path: String
    /// The path it has until it is committed.
    public let temporaryPath: String
    /// How many bytes have been appended.
    public private(set) var byteCount = 0

    private let descriptor: Descriptor
    private var isFinished = false
    private var pending: [UInt8] = []
    private var hash: SHA256Digest.Stream?
    private var writtenBack = 0

    /// Small appends are gathered to this many bytes.
    private static let gathered = 1 << 18
    /// The disk is told to begin after this many new bytes.
    private static let writebackStep = 1 << 25

    /// Begins a new version of the file at `path`. Throws if its folder does not exist, cannot be written, or if `path`
    /// is a folder.
    public init(path: String) throws(FileError) {
        if isFolder(path) { throw FileError(path, system: EISDIR, on: .write) }
        self.path = path
        descriptor = try Self.openTemporary(for: path)
        temporaryPath = descriptor.openedPath
    }

    deinit { cancel() }

    /// Makes the temporary and locks it. A sweep may come between the two; then the name is gone, and another is tried.
    private static func openTemporary(for path: String) throws(FileError) -> Descriptor {
        while true {
            let temporary = TemporaryName.next(for: path)
            let flags = O_CREAT | O_EXCL | O_RDWR
            let descriptor: Descriptor
            do {
                descriptor = try Descriptor(opening: temporary, flags: flags, shownPath: path, on: .create)
            } catch {
                // A leftover of a process that had our number.
                if pathExists(temporary) { continue }
                throw error
            }
            // A file system without locks leaves the temporary unprotected from sweeps, which need the lock themselves.
            let locked = (try? descriptor.tryToLock()) ?? true
            let status = try descriptor.status()
            if locked && status.linkCount > 0 { return descriptor }
        }
    }

    /// Appends bytes.
    public func append(_ bytes: UnsafeRawBufferPointer) throws(FileError) {
        hash?.update(bytes)
        if pending.count + bytes.count > Self.gathered { try flush() }
        if bytes.count >= Self.gathered {
            try descriptor.write(bytes, at: byteCount)
        } else {
            pending.append(contentsOf: bytes)
        }
        byteCount += bytes.count
        if byteCount - writtenBack >= Self.writebackStep {
            try flush()
            descriptor.startWriteback(from: writtenBack, count: byteCount - writtenBack)
            writtenBack = byteCount
        }
    }

    /// Appends bytes.
    public func append(_ bytes: [UInt8]) throws(FileError) {
        try withBytes(of: bytes) { (raw) throws(FileError) in try append(raw) }
    }

    /// Appends text as UTF-8.
    public func append(_ text: String) throws(FileError) { try append(Array(text.utf8)) }

    /// Replaces bytes that were appended before, as a header whose contents depend on what follows it. The digest of
    /// ``startHashing()`` does not see it.
    public func overwrite(_ bytes: [UInt8], at offset: Int) throws(FileError) {
        precondition(
            offset >= 0 && offset + bytes.count <= byteCount, "overwrite: beyond the \(byteCount) bytes written")
        try flush()
        try withBytes(of: bytes) { (raw) throws(FileError) in try descriptor.write(raw, at: offset) }
    }

    /// Hashes what is appended from here on.
    public func startHashing() { hash = SHA256Digest.Stream() }

    /// The digest of what was appended since ``startHashing()``, which must have been called.
    public func finishHashing() -> SHA256Digest {
        guard let digest = hash?.finish() else { preconditionFailure("finishHashing: startHashing was not called") }
        hash = nil
        return digest
    }

    /// Puts the file in its place; nothing may be appended afterwards. When it returns, the file has survived a power
    /// cut.
    public func commit() throws(FileError) {
        precondition(!isFinished, "commit: the file has been committed or cancelled")
        try flush()
        try descriptor.synchronize()
        guard rename(temporaryPath, path) == 0 else { throw FileError(path, system: errno, on: .write) }
        isFinished = true
        descriptor.unlock()
        try synchronizeFolder(splitPath(path).folder)
    }

    /// Gives up: the temporary is removed, the previous file stays. Also what happens when the object goes.
    public func cancel() {
        guard !isFinished else { return }
        isFinished = true
        unlink(temporaryPath)
    }

    private func flush() throws(FileError) {
        guard !pending.isEmpty else { return }
        let start = byteCount - pending.count
        try withBytes(of: pending) { (raw) throws(FileError) in try descriptor.write(raw, at: start) }
        pending.removeAll(keepingCapacity: true)
    }

    /// Writes a whole file in one step.
    public static func write(_ bytes: [UInt8], to path: String) throws(FileError) {
        let file = try AtomicFile(path: path)
        try file.append(bytes)
        try file.commit()
    }

    /// Writes a whole text file in one step, as UTF-8.
    public static func write(_ text: String, to path: String) throws(FileError) {
        try write(Array(text.utf8), to: path)
    }
}

extension AtomicFile {
    /// Lets another library write the temporary by its name, unlocked (it may want the lock itself), and lends it the
    /// descriptor for reserving space and for what it leaves to us. Nothing may have been appended; `byteCount` is then
    /// the length the file has got. Throws if the temporary has vanished meanwhile.
    package func lend<Result>(
        _ body: (_ temporaryPath: String, _ descriptor: borrowing Descriptor) throws(FileError) -> Result
    ) throws(FileError) -> Result {
        precondition(byteCount == 0 && !isFinished, "lend: the file has been written to")
        descriptor.unlock()
        let result = try body(temporaryPath, descriptor)
        _ = try? descriptor.tryToLock()
        let status = try descriptor.status()
        guard status.linkCount > 0 else {
            throw FileError(
                path, "its temporary file \(temporaryPath) was removed while it was being written; try again",
                category: .failure)
        }
        byteCount = status.byteCount
        return result
    }
}

/// Lends the bytes of an array; `withUnsafeBytes` of the standard library does not pass typed errors on.
func withBytes<Failure: Error>(
    of bytes: [UInt8], _ body: (UnsafeRawBufferPointer) throws(Failure) -> Void
) throws(Failure) {
    let result = bytes.withUnsafeBytes { (raw) -> Result<Void, Failure> in
        do throws(Failure) { return .success(try body(raw)) } catch { return .failure(error) }
    }
    try result.get()
}
