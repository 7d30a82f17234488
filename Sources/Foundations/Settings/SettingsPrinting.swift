import Yams

/// Settings as a YAML document that resolves to the same values (over the same defaults; a dictionary keeps the keys that
/// its default has). Every key is there, in the order of declaration (those of a dictionary sorted), `nil` as null, floats
/// with the fewest digits that read back exactly.
///
/// - Parameter folder: the folder the document will lie in; paths are then written relative to it, so that a folder moved
///   with its neighbours keeps its meaning. Absolute when `nil`.
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

    /// Whether a list is of a few numbers, which read best on one line.
    private var isShortList: Bool {
        guard case .list(let elements) = content else { return false }
        return inline.count <= 60
            && elements.allSatisfy { if case .scalar(_, quoted: false) = $0.content { true } else { false } }
    }

    /// Whether a text without quotes can only be read as that text, by any version of YAML.
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
