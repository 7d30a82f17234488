import Foundation

/// The contents of a file, pipe or device. Throws a sentence that tells a missing file from a folder and from one that
/// may not be read, and refuses to read more than `limit` bytes.
public func readFile(_ path: String, limit: Int = .max) throws(FileError) -> [UInt8] {
    let descriptor = try Descriptor(opening: path, flags: O_RDONLY, on: .read)
    let status = try descriptor.status()
    guard status.kind != .folder else { throw FileError(path, system: EISDIR, on: .read) }
    let tooLarge = FileError(path, "holds more than the \(limit) bytes that are accepted here")
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

/// What is left on standard input, which errors call by that name; nothing when it is closed.
public func readStandardInput() throws(FileError) -> [UInt8] {
    // Where it is closed, its number may belong to something of the runtime's that cannot be read.
    var byte: UInt8 = 0
    if Foundation.read(STDIN_FILENO, &byte, 0) < 0, errno == EBADF || errno == EINVAL { return [] }
    return try readToEnd(of: STDIN_FILENO, "standard input", limit: .max) ?? []
}

/// All that can be read from a descriptor; `nil` when that is more than `limit` bytes.
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

/// The names in a folder, in no particular order, without `.` and `..`.
public func listFolder(_ path: String) throws(FileError) -> [String] {
    guard let stream = opendir(path) else {
        if errno == ENOTDIR { throw FileError(path, "is a file, where a folder was expected") }
        throw FileError(path, system: errno, on: .read)
    }
    defer { closedir(stream) }
    var names: [String] = []
    while true {
        errno = 0
        guard let entry = readdir(stream) else { break }
        let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
            String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        }
        if name != "." && name != ".." { names.append(name) }
    }
    guard errno == 0 else { throw FileError(path, system: errno, on: .read) }
    return names
}

/// Makes a folder and those above it; one that exists is left as it is.
public func createFolder(_ path: String) throws(FileError) {
    if mkdir(path, 0o777) == 0 { return }
    let code = errno
    if let status = FileStatus.of(path) {
        guard status.kind == .folder else { throw FileError(path, system: EEXIST, on: .create) }
        return
    }
    let above = splitPath(path).folder
    guard code == ENOENT, above != path, above != "." else { throw FileError(path, system: code, on: .create) }
    try createFolder(above)
    guard mkdir(path, 0o777) == 0 || errno == EEXIST else { throw FileError(path, system: errno, on: .create) }
}

/// Whether there is anything at `path`.
public func pathExists(_ path: String) -> Bool { access(path, F_OK) == 0 }

/// Whether there is a folder at `path`.
public func isFolder(_ path: String) -> Bool { FileStatus.of(path)?.kind == .folder }

/// Throws unless files can be made in the folder at `path`.
public func requireWritable(_ path: String) throws(FileError) {
    guard access(path, W_OK | X_OK) == 0 else { throw FileError(path, system: errno, on: .write) }
}

/// How many bytes a program without special rights may still write to the disk that holds `path`, which must exist.
public func availableBytes(at path: String) throws(FileError) -> Int {
    var status = statvfs()
    guard statvfs(path, &status) == 0 else { throw FileError(path, system: errno, on: .read) }
    return Int(clamping: UInt64(status.f_bavail).multipliedReportingOverflow(by: UInt64(status.f_frsize)).partialValue)
}
