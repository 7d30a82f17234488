import Foundation
import Text

/// The right to write in a run folder. One process at a time holds it, at most until it ends.
///
/// It is the `flock` of the file `.lock` in the folder. The empty file is never removed, because then two processes could
/// each lock a different one.
public final class RunLock {
    /// The name of the lock file.
    public static let fileName = ".lock"

    private let descriptor: Descriptor

    /// Takes the lock of `folder`, which must exist.
    /// - Throws: `FileError` if another process holds it, with the process number, or if the folder cannot be written.
    public init(folder: String) throws(FileError) {
        let path = "\(folder)/\(Self.fileName)"
        let descriptor = try Descriptor(opening: path, flags: O_CREAT | O_RDWR, shownPath: folder, on: .write)
        guard try descriptor.tryToLock() else {
            var holder = ""
            if let bytes = try? readFile(path, limit: 64), let pid = Int32(String(decoding: bytes, as: UTF8.self)) {
                holder = " (process \(pid))"
            }
            throw FileError(
                folder,
                "another run\(holder) is writing in this folder; wait for it, stop it, or choose another folder",
                reason: .inUse, category: .invalidRequest)
        }
        try descriptor.truncate(to: 0)
        let number = Array(String(getpid()).utf8)
        try number.span.bytes.withUnsafeBytes { (raw) throws(FileError) in try descriptor.write(raw, at: 0) }
        self.descriptor = descriptor
    }

    deinit { try? descriptor.truncate(to: 0) }
}
