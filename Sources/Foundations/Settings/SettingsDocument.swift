public import Files
import Foundation
import Text
import Yams

/// A YAML text with its name for error messages and the folder its relative paths start from.
public struct SettingsDocument: Sendable {
    /// The text; empty means the defaults.
    public let yaml: String
    /// The name for errors, usually the path of its file as the user wrote it.
    public let name: String
    /// The absolute folder for relative paths in the document.
    public let folder: String

    /// Creates a document from a text, such as one stored in a checkpoint.
    public init(yaml: String, name: String, folder: String) {
        self.yaml = yaml
        self.name = name
        self.folder = ConfiguredPath(folder).path
    }

    /// The maximum size of a file of settings, a thousand times what they need. It refuses a data file that was given by mistake.
    public static let maximumBytes = 1 << 20

    /// Reads a file.
    /// - Parameters:
    ///   - path: The path, relative to the working directory.
    ///   - workingDirectory: The working directory; that of the process if `nil`.
    /// - Throws: `FileError` if it cannot be read, is not UTF-8 or is larger than `maximumBytes`.
    public init(contentsOf path: String, workingDirectory: String? = nil) throws(FileError) {
        let absolute = ConfiguredPath(path, relativeTo: workingDirectory).path
        guard isFolder(absolute) || pathExists(absolute) else {
            throw FileError(path, "there is no such settings file; check the path", reason: .doesNotExist)
        }
        let bytes: [UInt8]
        do throws(FileError) {
            bytes = try readFile(absolute, limit: Self.maximumBytes)
        } catch {
            throw FileError(path, error.problem, reason: error.reason, category: error.category)
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw FileError(path, "is not UTF-8 text; expected a YAML file of settings")
        }
        yaml = text.first == "\u{FEFF}" ? String(text.dropFirst()) : text
        name = path
        folder = splitPath(absolute).folder
    }

    /// Returns the document as a layer of settings, or `nil` if it is empty or has only comments.
    /// - Throws: `SettingsError` if it is not YAML, is not a mapping, or repeats a key.
    func layer() throws -> SettingsNode? {
        let origin = SettingsOrigin.document(name: name, line: 1, folder: folder)
        guard let root = try SettingsNode(yaml: yaml, origin: origin), !root.isNull else { return nil }
        guard root.entries != nil else {
            throw SettingsError(key: "", found: root, expected: "a mapping (lines of `key: value`)")
        }
        return root
    }
}

extension SettingsNode {
    /// The maximum number of nodes after aliases are followed. A few aliases of aliases can stand for billions.
    private static let maximumNodes = 100_000

    /// Parses a YAML text; `nil` if it has no content.
    /// - Throws: `SettingsError`.
    init?(yaml: String, origin: SettingsOrigin) throws {
        do {
            let parser = try Parser(yaml: yaml, encoding: .utf8)
            guard let root = try parser.singleRoot() else { return nil }
            var budget = Self.maximumNodes
            self = try Self.converted(root, origin, &budget)
        } catch let error as YamlError {
            throw SettingsError.invalidYAML(place: origin.at(line: error.line).place, reason: error.reason)
        }
    }

    private static func converted(_ node: Node, _ origin: SettingsOrigin, _ budget: inout Int) throws -> SettingsNode {
        budget -= 1
        guard budget > 0 else {
            throw SettingsError.tooManyValues(limit: maximumNodes, place: origin.place)
        }
        let here = origin.at(line: node.mark?.line)
        switch node {
        case .scalar(let scalar):
            try refuseTag(scalar.tag, here)
            let quoted = scalar.style != .plain || Self.quotingTags.contains(scalar.tag.rawValue)
            if !quoted, ["", "~", "null", "Null", "NULL"].contains(scalar.string) {
                return SettingsNode(.null(fallback: nil), here)
            }
            return SettingsNode(.scalar(scalar.string, quoted: quoted), here)
        case .sequence(let sequence):
            try refuseTag(sequence.tag, here)
            return SettingsNode(.list(try sequence.map { try converted($0, here, &budget) }), here)
        case .mapping(let mapping):
            try refuseTag(mapping.tag, here)
            return SettingsNode(.mapping(try entries(of: mapping, here, &budget)), here)
        case .alias:
            // The parser replaces an alias by its node, so one that is left has no anchor.
            throw SettingsError.unsupportedYAML(
                "an alias", place: here.place, problem: "refers to nothing; define it with & before it is used")
        }
    }

    private static func entries(
        of mapping: Node.Mapping, _ origin: SettingsOrigin, _ budget: inout Int
    ) throws -> [Entry] {
        var entries: [Entry] = []
        for (keyNode, valueNode) in mapping {
            let here = origin.at(line: keyNode.mark?.line)
            guard let key = keyNode.scalar?.string else {
                throw SettingsError.unsupportedYAML(
                    "a key", place: here.place, problem: "is not a word; expected `key: value`")
            }
            var value = try converted(valueNode, here, &budget)
            if key == "<<", keyNode.scalar?.style == .plain {
                throw SettingsError.unsupportedYAML(
                    "`<<`", place: here.place, problem: "is a merge key, which settings do not have; write the keys out"
                )
            }
            if let first = entries.first(where: { $0.key == key }) {
                throw SettingsError.repeatedKey(key, place: here.place, firstPlace: first.origin.place)
            }
            // Errors in the value of an alias name the line that uses it, which is the one to change.
            if case .document(_, let valueLine, _) = value.origin, let line = keyNode.mark?.line, valueLine < line {
                value.origin = here
            }
            entries.append(Entry(key: key, origin: here, value: value))
        }
        return entries
    }

    private static let quotingTags = [Tag.Name.str.rawValue, Tag.Name.nonSpecific.rawValue]
    private static let plainTags = [Tag.Name.implicit, .int, .float, .bool, .null, .seq, .map, .merge].map(\.rawValue)

    private static func refuseTag(_ tag: Tag, _ origin: SettingsOrigin) throws {
        guard !plainTags.contains(tag.rawValue), !quotingTags.contains(tag.rawValue) else { return }
        throw SettingsError.unsupportedYAML(
            "the tag `\(tag.rawValue)`", place: origin.place, problem: "has no meaning in settings; remove it")
    }
}

extension YamlError {
    /// The line of the problem, from 1.
    fileprivate var line: Int? {
        switch self {
        case .scanner(_, _, let mark, _), .parser(_, _, let mark, _), .composer(_, _, let mark, _): mark.line
        case .duplicatedKeysInMapping(_, let context): context.mark.line
        case .reader(_, let offset?, _, let yaml): yaml.prefix(offset).count { $0.isNewline } + 1
        default: nil
        }
    }

    /// The problem on one line.
    fileprivate var reason: String {
        switch self {
        case .scanner(let context, let problem, _, _), .parser(let context, let problem, _, _),
            .composer(let context, let problem, _, _):
            context.map { "\($0.text) from line \($0.mark.line), \(problem)" } ?? problem
        case .duplicatedKeysInMapping(let keys, _):
            "`\(keys.joined(separator: "`, `"))` is there twice in one mapping; remove one of them"
        case .reader(let problem, _, _, _), .writer(let problem), .emitter(let problem), .representer(let problem):
            problem
        case .no, .memory, .dataCouldNotBeDecoded: "\(self)"
        }
    }
}
