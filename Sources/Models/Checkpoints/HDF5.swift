import CHDF5
import Files
import Synchronization
import Text

/// Access to libhdf5, which is not thread-safe: every call runs inside ``exclusively(_:)``, nothing is printed, and every failure
/// code becomes an error with the library's own words.
enum HDF5 {
    /// True once the library has been started. The lock keeps other threads out.
    private static let started = Mutex(false)

    /// Runs `body` while no other thread is in the library.
    static func exclusively<Result: Sendable>(
        _ body: () throws(FileError) -> Result
    ) throws(FileError) -> Result {
        try started.withLock { (started) throws(FileError) -> Result in
            if !started {
                guard chdf5_start() >= 0 else {
                    throw FileError("libhdf5", "could not be started; reinstall libhdf5-dev", category: .failure)
                }
                started = true
            }
            return try body()
        }
    }

    /// Returns an identifier, or throws an error about `path` with the library's words if it is a failure code.
    @discardableResult
    static func check<Code: SignedInteger>(
        _ code: Code, _ path: String, _ task: String, category: ErrorCategory = .failure
    ) throws(FileError) -> Code {
        guard code < 0 else { return code }
        var text = [CChar](repeating: 0, count: 512)
        chdf5_last_error(&text, text.count)
        let bytes = text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
        let words = bytes.isEmpty ? "no reason given" : String(decoding: bytes, as: UTF8.self)
        throw FileError(path, "libhdf5 could not \(task): \(words)", category: category)
    }
}
