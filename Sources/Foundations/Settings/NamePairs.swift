import Files
import Foundation
import Text

/// A file of lines `OLD NAME: NEW NAME`, such as a label map: a flat YAML mapping (a JSON object is one too), in the order of
/// the file. Names are text as written: `1`, `yes` and `NO` are names like any other.
public struct NamePairs: Sendable {
    public let pairs: [(old: String, new: String)]

    /// Reads a file.
    /// - Parameters:
    ///   - path: Relative to the working directory, and what errors call it.
    ///   - kind: What it should be, in errors: `label map`.
    /// - Throws: `FileError` when it cannot be read, is not UTF-8 or is larger than `SettingsDocument.maximumBytes`;
    ///   `SettingsError` when it is not a flat mapping, or names a key twice.
    public init(contentsOf path: String, kind: String) throws {
        let bytes = try readFile(path, limit: SettingsDocument.maximumBytes)
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw FileError(path, "is not UTF-8 text; expected a \(kind) in YAML or JSON")
        }
        do {
            try self.init(yaml: text.first == "\u{FEFF}" ? String(text.dropFirst()) : text, name: path, kind: kind)
        } catch let error as SettingsError {
            throw SettingsError(error.description, category: .invalidInput)
        }
    }

    /// Reads a text that is at hand; `name` stands in errors.
    public init(yaml: String, name: String, kind: String) throws {
        let origin = SettingsOrigin.document(name: name, line: 1, folder: "/")
        let root = try SettingsNode(yaml: yaml, origin: origin) ?? SettingsNode(.null(fallback: nil), origin)
        guard let entries = root.entries else {
            throw SettingsError(
                "\(name): the \(kind) is \(root.isNull ? "empty" : root.found), expected lines of `OLD NAME: NEW NAME`")
        }
        pairs = try entries.map { entry in
            guard case .scalar(let new, _) = entry.value.content else {
                throw SettingsError(key: entry.key, found: entry.value, expected: "the new name of `\(entry.key)`")
            }
            return (entry.key, new)
        }
    }
}
