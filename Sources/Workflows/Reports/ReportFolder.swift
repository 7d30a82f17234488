public import Files
import Foundation
public import JSON
import Text

/// The folder of a report: `report.html`, `report.md`, `report.json`, and other files.
public struct ReportFolder: Sendable {
    /// The path as it was typed.
    public let path: String

    /// Checks that the folder can be created, before any work is done.
    /// - Throws: `FileError` if something with that path exists, or no folder can be created there.
    public init(path: String) throws(FileError) {
        guard !pathExists(path) else {
            throw FileError(
                path, "already exists, and reports are never overwritten: choose a new folder",
                category: .invalidRequest)
        }
        // Missing parent folders are created with the report.
        var above = splitPath(path).folder
        while !pathExists(above), above != splitPath(above).folder { above = splitPath(above).folder }
        guard isFolder(above) else {
            throw FileError(
                path, "cannot be created because \(above) is not a folder: choose another place",
                category: .invalidRequest)
        }
        guard FileManager.default.isWritableFile(atPath: above) else {
            throw FileError(
                path, "cannot be created because \(above) is not writable: choose another place",
                category: .invalidRequest)
        }
        self.path = path
    }

    /// Writes the folder and missing parents atomically: afterwards it exists as a whole or not at all.
    /// - Parameters:
    ///   - report: The contents of `report.html` and `report.md`.
    ///   - json: The contents of `report.json`.
    ///   - others: Other files, by name.
    /// - Throws: `FileError` if it cannot be written, or has appeared in the meantime.
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
