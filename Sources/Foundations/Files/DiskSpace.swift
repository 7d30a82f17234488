import Foundation

/// Returns the number of bytes that a program without special rights may still write to the disk of `path`, which must exist.
public func availableBytes(at path: String) throws(FileError) -> Int {
    var status = statvfs()
    guard statvfs(path, &status) == 0 else { throw FileError(path, system: errno, on: .read) }
    return Int(clamping: UInt64(status.f_bavail).multipliedReportingOverflow(by: UInt64(status.f_frsize)).partialValue)
}
