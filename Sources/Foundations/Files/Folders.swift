import Foundation

/// Returns the names in a folder, in no particular order, without `.` and `..`.
public func listFolder(_ path: String) throws(FileError) -> [String] {
    guard let stream = opendir(path) else {
        if errno == ENOTDIR {
            throw FileError(path, "is a file, where a folder was expected", reason: .isNotFolder)
        }
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

/// Creates a folder and those above it. A folder that exists is left as it is.
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

/// Checks that files can be created in the folder at `path`.
/// - Throws: `FileError` if they cannot.
public func requireWritable(_ path: String) throws(FileError) {
    guard access(path, W_OK | X_OK) == 0 else { throw FileError(path, system: errno, on: .write) }
}

/// Removes a folder with its contents, as far as the system allows. Links are removed, not followed.
func removeTree(_ path: String) {
    for name in (try? listFolder(path)) ?? [] {
        let entry = "\(path)/\(name)"
        let isFolder = FileStatus.of(entry, followingLinks: false)?.kind == .folder
        if isFolder { removeTree(entry) } else { unlink(entry) }
    }
    rmdir(path)
}

/// Writes the entries of a folder (new names, renames) to the disk.
package func synchronizeFolder(_ path: String) throws(FileError) {
    try Descriptor(opening: path, flags: O_RDONLY | O_DIRECTORY, on: .write).synchronize()
}

/// Writes every file and folder under `path` to the disk.
func synchronizeTree(_ path: String) throws(FileError) {
    for name in try listFolder(path) {
        let entry = "\(path)/\(name)"
        switch FileStatus.of(entry, followingLinks: false)?.kind {
        case .folder: try synchronizeTree(entry)
        case .file: try Descriptor(opening: entry, flags: O_RDONLY, on: .write).synchronize()
        default: break
        }
    }
    try synchronizeFolder(path)
}
