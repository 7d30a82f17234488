public import Files
import Text

#if canImport(Glibc)
    @preconcurrency import Glibc
#elseif canImport(Musl)
    @preconcurrency import Musl
#endif

/// Flushes standard output. A command calls this before it returns, because an error of the flush at exit goes unnoticed.
/// - Throws: `FileError` if any of the output could not be written.
public func flushStandardOutput() throws(FileError) {
    // An error of an earlier, automatic flush is only in the flag of the stream.
    guard fflush(stdout) == 0, ferror(stdout) == 0 else {
        throw FileError(
            "standard output", "some of the output could not be written; is the disk full?",
            category: .failure)
    }
}
