import Foundation

/// Splits a path into its folder and its last component.
package func splitPath(_ path: String) -> (folder: String, name: String) {
    var trimmed = path[...]
    while trimmed.count > 1 && trimmed.last == "/" { trimmed.removeLast() }
    guard let slash = trimmed.lastIndex(of: "/") else { return (".", String(trimmed)) }
    let folder = trimmed[..<slash]
    return (folder.isEmpty ? "/" : String(folder), String(trimmed[trimmed.index(after: slash)...]))
}

/// Returns true if anything exists at `path`.
public func pathExists(_ path: String) -> Bool { access(path, F_OK) == 0 }

/// Returns true if there is a folder at `path`.
public func isFolder(_ path: String) -> Bool { FileStatus.of(path)?.kind == .folder }
