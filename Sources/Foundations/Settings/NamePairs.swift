import Files
import Foundation
import Text

/// The pairs of a file of lines `OLD NAME: NEW NAME`, such as a label map. The file is a flat YAML mapping or a JSON object.
/// Names are taken as written: `1`, `yes` and `NO` are names like any other.
public struct NamePairs: Sendable {
    /// The pairs in the order of the file.
    public let pairs: [(old: String, new: String)]

    /// Reads a file.
    /// - Parameters:
    ///   - path: The path, relative to the working directory.
    ///   - kind: The kind of file for errors, such as `label map`.
    /// - Throws: `FileError` if it cannot be read, is not UTF-8 or is larger than `SettingsDocument.maximumBytes`;
    ///   `SettingsError` if it is not a flat mapping or repeats a key.
    public init(contentsOf path: String, kind: String) throws {
        let bytes = try readFile(path, limit: SettingsDocument.maximumBytes)
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw FileError(path, "is not UTF-8 text; expected a \(kind) in YAML or JSON")
        }
        do {
            try self.init(yaml: text.first == "\u{FEFF}" ? String(text.dropFirst()) : text, name: path, kind: kind)
        } catch let error as SettingsError {
            throw SettingsError.inInput(error)
        }
    }

    /// Reads a text; `name` is its name for errors.
    public init(yaml: String, name: String, kind: String) throws {
        let origin = SettingsOrigin.document(name: name, line: 1, folder: "/")
        let root = try SettingsNode(yaml: yaml, origin: origin) ?? SettingsNode(.null(fallback: nil), origin)
        guard let entries = root.entries else {
            throw SettingsError.invalidNames(file: name, kind: kind, found: root.isNull ? "empty" : root.found)
        }
        pairs = try entries.map { entry in
            guard case .scalar(let new, _) = entry.value.content else {
                throw SettingsError(key: entry.key, found: entry.value, expected: "the new name of `\(entry.key)`")
            }
            return (entry.key, new)
        }
    }
}
