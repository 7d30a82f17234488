/// A tree of settings with the place of each value, the form in which layers are merged.
struct SettingsNode: Sendable {
    /// One `key: value` of a mapping; `origin` is the place of the key.
    struct Entry: Sendable {
        var key: String
        var origin: SettingsOrigin
        var value: SettingsNode
    }

    /// The content of a node.
    indirect enum Content: Sendable {
        /// Null; `fallback` is the default, for a setting that cannot be `nil`.
        case null(fallback: SettingsNode?)
        /// A text as it was written; in quotes it is never a Boolean or null.
        case scalar(String, quoted: Bool)
        case list([SettingsNode])
        case mapping([Entry])
    }

    var content: Content
    var origin: SettingsOrigin

    init(_ content: Content, _ origin: SettingsOrigin) {
        self.content = content
        self.origin = origin
    }

    var isNull: Bool {
        if case .null = content { return true }
        return false
    }

    /// The entries of a mapping; `nil` for anything else.
    var entries: [Entry]? {
        if case .mapping(let entries) = content { return entries }
        return nil
    }

    /// The value of a key of a mapping.
    subscript(key: String) -> SettingsNode? {
        entries?.first { $0.key == key }?.value
    }

    /// Returns nested mappings with only this node, at a key path.
    func placed(at keyPath: [String]) -> SettingsNode {
        keyPath.reversed().reduce(self) { node, key in
            SettingsNode(.mapping([Entry(key: key, origin: node.origin, value: node)]), node.origin)
        }
    }
}

// MARK: Merging

extension SettingsNode {
    /// Returns this node overlaid by a later layer. Mappings merge key by key, a list or scalar replaces the value, and null
    /// resets it to `nil` or, if the setting cannot be `nil`, to `defaults`.
    func overlaid(by layer: SettingsNode, defaults: SettingsNode?) -> SettingsNode {
        switch (content, layer.content) {
        case (_, .null(let fallback)):
            return SettingsNode(.null(fallback: fallback ?? defaults), layer.origin)
        case (.null(let fallback?), .mapping) where fallback.entries != nil:
            return fallback.overlaid(by: layer, defaults: defaults)
        case (.mapping(let base), .mapping(let over)):
            return SettingsNode(.mapping(merged(base, over, defaults: defaults)), layer.origin)
        default:
            return layer
        }
    }

    private func merged(_ base: [Entry], _ over: [Entry], defaults: SettingsNode?) -> [Entry] {
        var entries = base
        for entry in over {
            let keyDefaults = defaults?[entry.key]
            if let index = entries.firstIndex(where: { $0.key == entry.key }) {
                entries[index].value = entries[index].value.overlaid(by: entry.value, defaults: keyDefaults)
                entries[index].origin = entry.origin
            } else {
                entries.append(entry)
            }
        }
        return entries
    }
}

// MARK: In words

extension SettingsNode {
    /// The scalar as it was written, or the kind of node, for an error.
    var found: String {
        switch content {
        case .null: "null"
        case .scalar(let text, let quoted): quoted ? "\"\(Self.shortened(text))\"" : Self.shortened(text)
        case .list(let elements): "a list of \(elements.count)"
        case .mapping(let entries): "a mapping of \(entries.count) key\(entries.count == 1 ? "" : "s")"
        }
    }

    /// The value on one line, in the flow style of YAML.
    var inline: String {
        switch content {
        case .null: "null"
        case .scalar(let text, let quoted): quoted ? Self.quoted(text) : text
        case .list(let elements): "[" + elements.map(\.inline).joined(separator: ", ") + "]"
        case .mapping(let entries): "{" + entries.map { "\($0.key): \($0.value.inline)" }.joined(separator: ", ") + "}"
        }
    }

    private static func quoted(_ text: String) -> String {
        let escapes: [Character: String] = ["\"": "\\\"", "\\": "\\\\", "\n": "\\n", "\r\n": "\\r\\n", "\r": "\\r"]
        return "\"" + text.map { escapes[$0] ?? String($0) }.joined() + "\""
    }

    private static func shortened(_ text: String) -> String {
        text.count > 60 ? text.prefix(57) + "…" : text
    }
}
