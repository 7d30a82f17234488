public import Files
import Text

#if canImport(Glibc)
    @preconcurrency import Glibc
#elseif canImport(Musl)
    @preconcurrency import Musl
#endif

/// Brings what was printed to where it goes. A command calls it before it returns: what cannot be written is lost silently
/// otherwise.
/// - Throws: `FileError` when any of it could not be written.
public func flushStandardOutput() throws(FileError) {
    // An error of an earlier, automatic flush is only in the flag of the stream.
    guard fflush(stdout) == 0, ferror(stdout) == 0 else {
        throw FileError(
            "standard output", "what was printed could not be written in whole; is the disk full?",
            category: .failure)
    }
}
