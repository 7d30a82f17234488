public import Files
import Foundation
import Text
import Yams

/// A YAML text with its name for error messages and the folder its relative paths start from.
public struct SettingsDocument: Sendable {
    /// The text; empty means the defaults.
    public let yaml: String
    /// What errors call it, usually the path of its file as the person named it.
    public let name: String
    /// The absolute folder that relative paths in it are relative to.
    public let folder: String

    /// A text that is at hand, such as the one stored in a checkpoint.
    public init(yaml: String, name: String, folder: String) {
        self.yaml = yaml
        self.name = name
        self.folder = ConfiguredPath(folder).path
    }

    /// The largest file taken for settings: a thousand times what they need, so that a data file given by mistake is refused
    /// at once.
    public static let maximumBytes = 1 << 20

    /// Reads a file.
    /// - Parameters:
    ///   - path: relative to the working directory.
    ///   - workingDirectory: the process's own when `nil`.
    /// - Throws: `FileError` when it cannot be read, is not UTF-8 or is larger than `maximumBytes`.
    public init(contentsOf path: String, workingDirectory: String? = nil) throws(FileError) {
        let absolute = ConfiguredPath(path, relativeTo: workingDirectory).path
        guard isFolder(absolute) || pathExists(absolute) else {
            throw FileError(
                path, "there is no such settings file; check the path or leave --config out", category: .invalidInput)
        }
        let bytes: [UInt8]
        do throws(FileError) {
            bytes = try readFile(absolute, limit: Self.maximumBytes)
        } catch {
            throw FileError(path, error.problem, category: error.category)
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw FileError(path, "is not UTF-8 text; expected a YAML file of settings")
        }
        yaml = text.first == "\u{FEFF}" ? String(text.dropFirst()) : text
        name = path
        folder = splitPath(absolute).folder
    }

    /// The document as a layer of settings; `nil` for one that is empty or holds nothing but comments.
    /// - Throws: `SettingsError` for what is not YAML, not a mapping, or names a key twice.
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
    /// The most nodes a document may have after its aliases are followed: a few aliases of aliases can stand for billions.
    private static let maximumNodes = 100_000

    /// Parses a YAML text; `nil` for one without content.
    /// - Throws: `SettingsError`.
    init?(yaml: String, origin: SettingsOrigin) throws {
        do {
            let parser = try Parser(yaml: yaml, encoding: .utf8)
            guard let root = try parser.singleRoot() else { return nil }
            var budget = Self.maximumNodes
            self = try Self.converted(root, origin, &budget)
        } catch let error as YamlError {
            throw SettingsError("not valid YAML \(origin.at(line: error.line).place): \(error.reason)")
        }
    }

    private static func converted(_ node: Node, _ origin: SettingsOrigin, _ budget: inout Int) throws -> SettingsNode {
        budget -= 1
        guard budget > 0 else {
            throw SettingsError("more than \(maximumNodes) values \(origin.place); expected a file of settings")
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
            // The parser puts the node in an alias's place; one that is left over has no anchor.
            throw SettingsError("an alias \(here.place) refers to nothing; define it with & before it is used")
        }
    }

    private static func entries(
        of mapping: Node.Mapping, _ origin: SettingsOrigin, _ budget: inout Int
    ) throws -> [Entry] {
        var entries: [Entry] = []
        var inherited: [Entry] = []
        for (keyNode, valueNode) in mapping {
            let here = origin.at(line: keyNode.mark?.line)
            guard let key = keyNode.scalar?.string else {
                throw SettingsError("a key \(here.place) is not a word; expected `key: value`")
            }
            var value = try converted(valueNode, here, &budget)
            if key == "<<", keyNode.scalar?.style == .plain {
                inherited += try mergeEntries(value, here)
                continue
            }
            if let first = entries.first(where: { $0.key == key }) {
                throw SettingsError(
                    "`\(key)` \(here.place) is there twice, first \(first.origin.place); remove one of them")
            }
            // What an alias stands for is reported where it is used, which is the line to change.
            if case .document(_, let valueLine, _) = value.origin, let line = keyNode.mark?.line, valueLine < line {
                value.origin = here
            }
            entries.append(Entry(key: key, origin: here, value: value))
        }
        return inherited.filter { parent in !entries.contains { $0.key == parent.key } } + entries
    }

    /// What `<<: *anchor` or `<<: [*a, *b]` adds (YAML 1.1 merge keys): of several the first wins.
    private static func mergeEntries(_ value: SettingsNode, _ origin: SettingsOrigin) throws -> [Entry] {
        let sources: [SettingsNode] = if case .list(let elements) = value.content { elements } else { [value] }
        var merged: [Entry] = []
        for source in sources {
            guard let entries = source.entries else {
                throw SettingsError("`<<` \(origin.place) is \(source.found); expected an alias of a mapping")
            }
            merged += entries.filter { entry in !merged.contains { $0.key == entry.key } }
        }
        return merged
    }

    private static let quotingTags = [Tag.Name.str.rawValue, Tag.Name.nonSpecific.rawValue]
    private static let plainTags = [Tag.Name.implicit, .int, .float, .bool, .null, .seq, .map, .merge].map(\.rawValue)

    private static func refuseTag(_ tag: Tag, _ origin: SettingsOrigin) throws {
        guard !plainTags.contains(tag.rawValue), !quotingTags.contains(tag.rawValue) else { return }
        throw SettingsError("the tag `\(tag.rawValue)` \(origin.place) has no meaning in settings; remove it")
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
