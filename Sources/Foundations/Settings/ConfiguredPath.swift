import Foundation

/// A file or folder named in the settings: a string in YAML, an absolute path in the program.
///
/// Written in a file, a path is relative to that file's folder; written in `--set` or a flag, to the working directory;
/// `~/` is the home folder everywhere. `.` and `..` are resolved by name, without asking the file system.
public struct ConfiguredPath: Sendable, Hashable, CustomStringConvertible {
    /// The absolute path.
    public let path: String

    /// A path as written in the program or on the command line.
    /// - Parameter folder: what a relative path is relative to; the working directory when `nil`.
    public init(_ text: String, relativeTo folder: String? = nil) {
        path = Self.absolute(text, relativeTo: folder ?? FileManager.default.currentDirectoryPath)
    }

    public var description: String { path }

    /// The path as it is written in a file that lies in `folder`: relative when both lie in one tree below the root,
    /// so that a folder that is moved with its neighbours keeps its meaning; absolute when not.
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
    /// A plain string; the settings decoder knows which folder it is relative to, any other takes the working directory.
    public init(from decoder: any Decoder) throws {
        self.init(try decoder.singleValueContainer().decode(String.self))
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(path)
    }
}
