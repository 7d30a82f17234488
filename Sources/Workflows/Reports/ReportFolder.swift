public import Files
import Foundation
public import JSON
import Text

/// The folder that a report is written to: `report.html`, `report.md`, `report.json`, and files beside them.
public struct ReportFolder: Sendable {
    /// As the person named it.
    public let path: String

    /// Names the folder, before the work whose result it takes.
    /// - Throws: `FileError` when there is something of that name already, or no folder can be made there.
    public init(path: String) throws(FileError) {
        guard !pathExists(path) else {
            throw FileError(
                path, "is there already; a report is never written over: choose a new folder by --report",
                category: .invalidRequest)
        }
        // Folders that are missing above are made in the end.
        var above = splitPath(path).folder
        while !pathExists(above), above != splitPath(above).folder { above = splitPath(above).folder }
        guard isFolder(above) else {
            throw FileError(
                path, "cannot be made, since \(above) is no folder; name another place by --report",
                category: .invalidRequest)
        }
        guard FileManager.default.isWritableFile(atPath: above) else {
            throw FileError(
                path, "cannot be made, since \(above) may not be written to; name another place by --report",
                category: .invalidRequest)
        }
        self.path = path
    }

    /// Writes the folder in one step, with the folders above it where they are missing: afterwards it is there whole, or not
    /// at all.
    /// - Parameters:
    ///   - report: For `report.html` and `report.md`.
    ///   - json: For `report.json`.
    ///   - others: Files beside them, by name.
    /// - Throws: `FileError` when it cannot be written, or has appeared meanwhile.
    public func write(
        _ report: Report, json: JSONValue, others: [(name: String, bytes: [UInt8])] = []
    ) throws(FileError) {
        _ = try ReportFolder(path: path)
        try createFolder(splitPath(path).folder)
        let folder = try AtomicFolder(path: path)
        try AtomicFile.write(report.html, to: folder.file("report.html"))
        try AtomicFile.write(report.markdown, to: folder.file("report.md"))
        try AtomicFile.write(json.serialized(.indented) + [UInt8(ascii: "\n")], to: folder.file("report.json"))
        for (name, bytes) in others { try AtomicFile.write(bytes, to: folder.file(name)) }
        try folder.commit()
    }
}
