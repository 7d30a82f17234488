import Foundation

/// The path of a file or folder in settings: a string in YAML, an absolute path in the program.
///
/// A path in a file is relative to the file's folder; one in an override or a flag is relative to the working directory. `~/`
/// is the home folder everywhere. `.` and `..` are resolved by name, without the file system.
public struct ConfiguredPath: Sendable, Hashable, CustomStringConvertible {
    /// The absolute path.
    public let path: String

    /// Creates a path from its text in the program or on the command line.
    /// - Parameters:
    ///   - text: The text.
    ///   - folder: The folder for a relative path; the working directory if `nil`.
    public init(_ text: String, relativeTo folder: String? = nil) {
        path = Self.absolute(text, relativeTo: folder ?? FileManager.default.currentDirectoryPath)
    }

    /// The absolute path.
    public var description: String { path }

    /// Returns the path for a file in `folder`: relative if both share a folder below the root, so that a folder that moves
    /// with its neighbors keeps its meaning, otherwise absolute.
    public func text(relativeTo folder: String) -> String {
        let target = Self.components(path)
        let base = Self.components(Self.absolute(folder, relativeTo: FileManager.default.currentDirectoryPath))
        let shared = zip(target, base).prefix { $0 == $1 }.count
        guard shared > 0 else { return path }
        let steps = Array(repeating: "..", count: base.count - shared) + target.dropFirst(shared)
        return steps.isEmpty ? "." : steps.joined(separator: "/")
    }

    private static func absolute(_ text: String, relativeTo folder: String) -> String {
        var whole = text
        if text == "~" || text.hasPrefix("~/") {
            whole = NSHomeDirectory() + text.dropFirst()
        } else if !text.hasPrefix("/") {
            whole = folder + "/" + text
        }
        return "/" + components(whole).joined(separator: "/")
    }

    private static func components(_ path: String) -> [Substring] {
        path.split(separator: "/").reduce(into: []) { steps, step in
            switch step {
            case ".": break
            case "..": _ = steps.popLast()
            default: steps.append(step)
            }
        }
    }
}

extension ConfiguredPath: Codable {
    /// Decodes a string. The settings decoder resolves it relative to the right folder, any other to the working directory.
    public init(from decoder: any Decoder) throws {
        self.init(try decoder.singleValueContainer().decode(String.self))
    }

    /// Encodes the absolute path as a string.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(path)
    }
}
