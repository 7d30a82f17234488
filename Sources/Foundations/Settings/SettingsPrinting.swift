import Yams

/// Returns settings as a YAML document that resolves to the same values over the same defaults (a dictionary keeps the keys of
/// its default). Every key is present, in the order of declaration (those of a dictionary sorted), with null for `nil` and the
/// fewest digits from which a float reads back exactly.
///
/// - Parameters:
///   - settings: The settings.
///   - folder: The folder of the document. Paths are relative to it, so that a folder that moves with its neighbors keeps its
///     meaning. They are absolute if `nil`.
/// - Throws: `EncodingError` for a number that is not finite.
public func printed(_ settings: some Encodable, relativeTo folder: String? = nil) throws -> String {
    let node = try SettingsEncoder(folder: folder).encode(settings)
    return try Yams.serialize(node: node.yaml, indent: 2, width: -1, allowUnicode: true)
}

extension SettingsNode {
    fileprivate var yaml: Node {
        switch content {
        case .null: return Node("null", .implicit, .plain)
        case .scalar(let text, let quoted):
            return Node(text, .implicit, !quoted || Self.readsAsText(text) ? .plain : .doubleQuoted)
        case .list(let elements):
            return Node(elements.map(\.yaml), .implicit, isShortList ? .flow : .block)
        case .mapping(let entries):
            let pairs = entries.map {
                (Node($0.key, .implicit, Self.readsAsText($0.key) ? .plain : .doubleQuoted), $0.value.yaml)
            }
            return Node(pairs, .implicit, entries.isEmpty ? .flow : .block)
        }
    }

    /// True for a list of a few numbers, which reads best on one line.
    private var isShortList: Bool {
        guard case .list(let elements) = content else { return false }
        return inline.count <= 60
            && elements.allSatisfy { if case .scalar(_, quoted: false) = $0.content { true } else { false } }
    }

    /// Returns true if every version of YAML reads a text without quotes as that text.
    private static func readsAsText(_ text: String) -> Bool {
        guard let first = text.unicodeScalars.first, first == "/" || (first.isASCII && first.properties.isAlphabetic)
        else {
            return false
        }
        let reserved = ["null", "true", "false", "yes", "no", "on", "off", "y", "n"]
        return text.last != " " && text.unicodeScalars.allSatisfy(isPlain) && !reserved.contains(text.lowercased())
    }

    private static func isPlain(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "a"..."z", "A"..."Z", "0"..."9", "_", ".", "/", "-", " ": true
        default: false
        }
    }
}
