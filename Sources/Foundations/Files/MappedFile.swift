import Foundation

/// A file mapped into memory, read-only, until the last reference ends.
///
/// This module replaces files by renaming and never shortens them in place, so a mapping stays whole. If another program
/// truncates the file, access to the missing part ends the process with SIGBUS.
///
/// `@unchecked Sendable`: the memory is mapped read-only and both properties are constants.
public final class MappedFile: @unchecked Sendable {
    /// The path that the file was opened by.
    public let path: String
    /// The number of bytes.
    public let count: Int
    private let base: UnsafeMutableRawPointer?

    /// Maps the file at `path`.
    /// - Throws: `FileError` if it does not exist, cannot be read or is not a plain file.
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

    /// The bytes; valid during the lifetime of this object.
    public var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: base, count: count) }

    /// Lends the bytes for the duration of `body`.
    public func withUnsafeBytes<Result, Failure: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        defer { withExtendedLifetime(self) {} }
        return try body(bytes)
    }

    /// Asks the system to read the whole file ahead.
    public func willNeed() { if let base { madvise(base, count, Int32(MADV_WILLNEED)) } }
}
