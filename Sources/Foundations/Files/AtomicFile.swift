import Foundation
import Preconditions
import Text

/// A file that is written under a temporary name and takes its place in one step, so that readers see either the old contents
/// or all of the new ones.
///
/// The temporary lies in the same folder. ``commit()`` writes it to the disk, renames it, and writes the rename to the disk.
/// Until then, and after any error, the previous file is unchanged. The temporary is removed with this object, or by
/// ``removeLeftovers(in:)`` if the process was killed. Not `Sendable`: one writer.
public final class AtomicFile {
    /// The path that the file will have.
    public let path: String
    /// The path until the file is committed.
    public let temporaryPath: String
    /// The number of bytes appended.
    public private(set) var byteCount = 0

    private let descriptor: Descriptor
    private var isFinished = false
    private var pending: [UInt8] = []
    private var hash: SHA256Digest.Stream?
    private var writtenBack = 0

    /// The number of bytes to which small appends are gathered.
    private static let gathered = 1 << 18
    /// The number of new bytes after which the disk is asked to begin.
    private static let writebackStep = 1 << 25

    /// Begins a new version of the file at `path`.
    /// - Throws: `FileError` if its folder does not exist or cannot be written, or if `path` is a folder.
    public init(path: String) throws(FileError) {
        if isFolder(path) { throw FileError(path, system: EISDIR, on: .write) }
        self.path = path
        descriptor = try Self.openTemporary(for: path)
        temporaryPath = descriptor.openedPath
    }

    deinit { cancel() }

    /// Creates and locks the temporary. If a sweep removes it in between, tries another name.
    private static func openTemporary(for path: String) throws(FileError) -> Descriptor {
        while true {
            let temporary = TemporaryName.next(for: path)
            let flags = O_CREAT | O_EXCL | O_RDWR
            let descriptor: Descriptor
            do {
                descriptor = try Descriptor(opening: temporary, flags: flags, shownPath: path, on: .create)
            } catch {
                // A leftover of a process that had the same number.
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
        try bytes.span.bytes.withUnsafeBytes { (raw) throws(FileError) in try append(raw) }
    }

    /// Appends text as UTF-8.
    public func append(_ text: String) throws(FileError) { try append(Array(text.utf8)) }

    /// Replaces bytes that were appended before, such as a header that depends on what follows it. The digest of
    /// ``startHashing()`` does not change.
    public func overwrite(_ bytes: [UInt8], at offset: Int) throws(FileError) {
        require(
            offset >= 0 && offset + bytes.count <= byteCount, "overwrite: beyond the \(byteCount) bytes written")
        try flush()
        try bytes.span.bytes.withUnsafeBytes { (raw) throws(FileError) in try descriptor.write(raw, at: offset) }
    }

    /// Begins to hash the bytes that are appended.
    public func startHashing() { hash = SHA256Digest.Stream() }

    /// Returns the digest of the bytes appended since ``startHashing()``, which must have been called.
    public func finishHashing() -> SHA256Digest {
        guard let digest = hash?.finish() else { fatalError("finishHashing: startHashing was not called") }
        hash = nil
        return digest
    }

    /// Puts the file in its place. Once it returns, the file survives a power cut. Nothing may be appended afterwards.
    public func commit() throws(FileError) {
        require(!isFinished, "commit: the file has been committed or canceled")
        try flush()
        try descriptor.synchronize()
        guard rename(temporaryPath, path) == 0 else { throw FileError(path, system: errno, on: .write) }
        isFinished = true
        descriptor.unlock()
        try synchronizeFolder(splitPath(path).folder)
    }

    /// Removes the temporary and keeps the previous file, as does the end of this object's lifetime.
    public func cancel() {
        guard !isFinished else { return }
        isFinished = true
        unlink(temporaryPath)
    }

    private func flush() throws(FileError) {
        guard !pending.isEmpty else { return }
        let start = byteCount - pending.count
        do {
            // A span cannot borrow from a property of a class. This reference ends before `pending` is emptied in place.
            let bytes = pending
            try bytes.span.bytes.withUnsafeBytes { (raw) throws(FileError) in try descriptor.write(raw, at: start) }
        }
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
    /// Lends the temporary to another library, which writes it by its name. The file is unlocked meanwhile, because the library
    /// may take the lock itself. Nothing may have been appended; afterwards `byteCount` is the length of the file.
    /// - Throws: `FileError` if the temporary was removed meanwhile.
    package func lend<Result>(
        _ body: (_ temporaryPath: String, _ descriptor: borrowing Descriptor) throws(FileError) -> Result
    ) throws(FileError) -> Result {
        require(byteCount == 0 && !isFinished, "lend: the file has been written to")
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
