import Files
import Foundation

/// Returns the number of bytes of the process that are in memory, or 0 if the system does not tell.
public func residentMemory() -> Int { processStatus("VmRSS") ?? 0 }

/// Returns the peak number of bytes of the process in memory, or 0 if the system does not tell.
public func peakResidentMemory() -> Int {
    if let bytes = processStatus("VmHWM") { return bytes }
    var usage = rusage()
    guard getrusage(.init(RUSAGE_SELF.rawValue), &usage) == 0 else { return 0 }
    return usage.ru_maxrss * 1024
}

private func processStatus(_ field: String) -> Int? {
    guard let bytes = try? readFile("/proc/self/status", limit: 1 << 16) else { return nil }
    return statusBytes(field, in: String(decoding: bytes, as: UTF8.self))
}

/// Returns a size in the format of `/proc/self/status` (proc_pid_status(5)), where `kB` means 1,024 bytes, or `nil` if it is
/// missing.
package func statusBytes(_ field: String, in status: String) -> Int? {
    for line in status.split(separator: "\n") where line.hasPrefix(field + ":") {
        let words = line.dropFirst(field.count + 1).split { $0.isWhitespace }
        guard words.count == 2, words[1] == "kB", let count = Int(words[0]), count >= 0 else { return nil }
        let (bytes, overflow) = count.multipliedReportingOverflow(by: 1024)
        return overflow ? nil : bytes
    }
    return nil
}
