import Foundation

/// Returns the contents of a file, pipe or device.
/// - Throws: `FileError` for a missing file, a folder, a file without permission, or more than `limit` bytes.
public func readFile(_ path: String, limit: Int = .max) throws(FileError) -> [UInt8] {
    let descriptor = try Descriptor(opening: path, flags: O_RDONLY, on: .read)
    let status = try descriptor.status()
    guard status.kind != .folder else { throw FileError(path, system: EISDIR, on: .read) }
    let tooLarge = FileError(path, "holds more than the \(limit) bytes that are accepted here", reason: .tooLarge)
    guard status.byteCount <= limit else { throw tooLarge }
    if status.byteCount > 0, status.kind == .file {
        var failure: FileError?
        let bytes = [UInt8](unsafeUninitializedCapacity: status.byteCount) { buffer, count in
            do throws(FileError) {
                count = try descriptor.read(into: UnsafeMutableRawBufferPointer(buffer), at: 0)
            } catch { failure = error }
        }
        if let failure { throw failure }
        return bytes
    }
    // Pipes and the files of /proc do not know their size.
    guard let bytes = try readToEnd(of: descriptor.number, path, limit: limit) else { throw tooLarge }
    return bytes
}

/// Returns the rest of standard input, or nothing if it is closed.
/// - Throws: `FileError` with the path "standard input".
public func readStandardInput() throws(FileError) -> [UInt8] {
    // If it is closed, the runtime may have taken its number for something that cannot be read.
    var byte: UInt8 = 0
    if Foundation.read(STDIN_FILENO, &byte, 0) < 0, errno == EBADF || errno == EINVAL { return [] }
    return try readToEnd(of: STDIN_FILENO, "standard input", limit: .max) ?? []
}

/// Returns all that can be read from a descriptor, or `nil` if that exceeds `limit` bytes.
private func readToEnd(of descriptor: Int32, _ path: String, limit: Int) throws(FileError) -> [UInt8]? {
    var bytes: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 1 << 16)
    while true {
        let count = piece.withUnsafeMutableBytes { Foundation.read(descriptor, $0.baseAddress, $0.count) }
        if count < 0 && errno == EINTR { continue }
        guard count >= 0 else { throw FileError(path, system: errno, on: .read) }
        if count == 0 { return bytes }
        bytes.append(contentsOf: piece[..<count])
        guard bytes.count <= limit else { return nil }
    }
}
