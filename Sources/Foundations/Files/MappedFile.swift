import Foundation

/// A whole file as read-only memory, paged in as it is touched; unmapped when the last reference goes.
///
/// Files of ours are replaced by renaming and never shortened in place, so the mapping stays whole; a file that another
/// program cuts while it is mapped ends the process with SIGBUS when the missing part is touched.
///
/// `@unchecked Sendable`: the memory is mapped read-only and both properties are constants.
public final class MappedFile: @unchecked Sendable {
    /// The path it was opened by.
    public let path: String
    /// The number of bytes.
    public let count: Int
    private let base: UnsafeMutableRawPointer?

    /// Maps the file at `path`. Throws if it does not exist, cannot be read or is not a plain file.
    public init(path: String) throws(FileError) {
        let descriptor = try Descriptor(opening: path, flags: Descriptor.reading, on: .read)
        let status = try descriptor.status()
        switch status.kind {
        case .file: break
        case .folder: throw FileError(path, system: EISDIR, on: .read)
        default: throw FileError(path, "is a pipe or a device, where a plain file was expected")
        }
        self.path = path
        count = status.byteCount
        guard count > 0 else {
            base = nil
            return
        }
        let mapped = mmap(nil, count, PROT_READ, MAP_PRIVATE, descriptor.number, 0)
        guard let mapped, mapped != MAP_FAILED else { throw FileError(path, system: errno, on: .read) }
        base = mapped
    }

    deinit { if let base { munmap(base, count) } }

    /// The bytes; valid while this object lives.
    public var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: base, count: count) }

    /// Lends the bytes for the duration of `body`.
    public func withUnsafeBytes<Result, Failure: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        defer { withExtendedLifetime(self) {} }
        return try body(bytes)
    }

    /// Asks the system to read the file ahead, because all of it will be needed.
    public func willNeed() { if let base { madvise(base, count, Int32(MADV_WILLNEED)) } }

    /// Gives the pages back; they are read again from the file when they are touched.
    public func dontNeed() { if let base { madvise(base, count, Int32(MADV_DONTNEED)) } }
}
