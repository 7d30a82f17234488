/// An encoder from a `Codable` value to a tree of settings with every key: an optional that is `nil` becomes null, while the
/// encoders of Foundation and Yams drop its key. Keys keep the order of declaration; those of a dictionary are sorted.
struct SettingsEncoder {
    /// The folder for relative paths; paths are absolute if `nil`.
    var folder: String?

    /// Returns the tree of a value.
    /// - Throws: `EncodingError` for a number that is not finite, and the errors of the value's own `encode(to:)`.
    func encode(_ value: some Encodable) throws -> SettingsNode {
        let tree = TreeBuilder()
        try TreeEncoder(tree, folder: folder, codingPath: []).store(value)
        return tree.node
    }
}

/// A node under construction. It is a class because encoding containers are handed out before they are filled.
private final class TreeBuilder {
    enum Content {
        case null
        case scalar(String, quoted: Bool)
        case list([TreeBuilder])
        case mapping([(key: String, value: TreeBuilder)])
    }
    var content = Content.null

    var node: SettingsNode {
        let content: SettingsNode.Content =
            switch content {
            case .null: .null(fallback: nil)
            case .scalar(let text, let quoted): .scalar(text, quoted: quoted)
            case .list(let elements): .list(elements.map(\.node))
            case .mapping(let entries):
                .mapping(entries.map { SettingsNode.Entry(key: $0.key, origin: .defaults, value: $0.value.node) })
            }
        return SettingsNode(content, .defaults)
    }

    func becomeMapping() {
        if case .mapping = content { return }
        content = .mapping([])
    }

    func becomeList() {
        if case .list = content { return }
        content = .list([])
    }

    func child(_ key: String) -> TreeBuilder {
        let child = TreeBuilder()
        if case .mapping(var entries) = content {
            entries.append((key, child))
            content = .mapping(entries)
        }
        return child
    }

    func element() -> TreeBuilder {
        let child = TreeBuilder()
        if case .list(let elements) = content { content = .list(elements + [child]) }
        return child
    }

    var count: Int {
        if case .list(let elements) = content { return elements.count }
        return 0
    }

    /// Sorts the keys of a dictionary, whose order differs between runs.
    func sortKeys() {
        if case .mapping(let entries) = content { content = .mapping(entries.sorted { $0.key < $1.key }) }
    }
}

/// A dictionary, whose keys have no order.
private protocol UnorderedKeys {}
extension Dictionary: UnorderedKeys {}

private struct TreeEncoder: Encoder, SingleValueEncodingContainer {
    let tree: TreeBuilder
    let folder: String?
    let codingPath: [any CodingKey]
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    init(_ tree: TreeBuilder, folder: String?, codingPath: [any CodingKey]) {
        self.tree = tree
        self.folder = folder
        self.codingPath = codingPath
    }

    /// Stores a value. Values of every type pass through here.
    func store<Value: Encodable>(_ value: Value) throws {
        switch value {
        case let path as ConfiguredPath:
            tree.content = .scalar(folder.map(path.text(relativeTo:)) ?? path.path, quoted: true)
        case let text as String: tree.content = .scalar(text, quoted: true)
        case let number as any BinaryFloatingPoint & SettingScalar & CustomStringConvertible:
            try store(number, text: number.description)
        case let scalar as any SettingScalar: tree.content = .scalar("\(scalar)", quoted: false)
        default:
            try value.encode(to: self)
            if value is any UnorderedKeys { tree.sortKeys() }
        }
    }

    /// `description` is the shortest text that reads back as the same number.
    private func store<Number: BinaryFloatingPoint>(_ number: Number, text: String) throws {
        guard number.isFinite else {
            let context = EncodingError.Context(
                codingPath: codingPath, debugDescription: "a setting cannot be \(number)")
            throw EncodingError.invalidValue(number, context)
        }
        tree.content = .scalar(text, quoted: false)
    }

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
        tree.becomeMapping()
        return KeyedEncodingContainer(MappingEncoder<Key>(encoder: self))
    }

    func unkeyedContainer() -> any UnkeyedEncodingContainer {
        tree.becomeList()
        return ListEncoder(encoder: self)
    }

    func singleValueContainer() -> any SingleValueEncodingContainer { self }
    func encodeNil() { tree.content = .null }
    func encode(_ value: some Encodable) throws { try store(value) }

    func child(_ key: any CodingKey) -> TreeEncoder {
        TreeEncoder(tree.child(key.stringValue), folder: folder, codingPath: codingPath + [key])
    }

    func element() -> TreeEncoder {
        let key = ListIndex(tree.count)
        return TreeEncoder(tree.element(), folder: folder, codingPath: codingPath + [key])
    }
}

private struct MappingEncoder<Key: CodingKey>: KeyedEncodingContainerProtocol {
    let encoder: TreeEncoder
    var codingPath: [any CodingKey] { encoder.codingPath }

    func encodeNil(forKey key: Key) { encoder.child(key).encodeNil() }
    func encode<Value: Encodable>(_ value: Value, forKey key: Key) throws { try encoder.child(key).store(value) }

    /// Writes null for `nil`, for which the default implementation drops the key.
    private func storeIfPresent<Value: Encodable>(_ value: Value?, _ key: Key) throws {
        if let value { try encode(value, forKey: key) } else { encodeNil(forKey: key) }
    }
    func encodeIfPresent<Value: Encodable>(_ value: Value?, forKey key: Key) throws { try storeIfPresent(value, key) }
    // The protocol has a default for each of these types, which would take precedence over the generic one.
    func encodeIfPresent(_ value: Bool?, forKey key: Key) throws { try storeIfPresent(value, key) }
    func encodeIfPresent(_ value: String?, forKey key: Key) throws { try storeIfPresent(value, key) }
    func encodeIfPresent(_ value: Double?, forKey key: Key) throws { try storeIfPresent(value, key) }
    func encodeIfPresent(_ value: Float?, forKey key: Key) throws { try storeIfPresent(value, key) }
    func encodeIfPresent(_ value: Int?, forKey key: Key) throws { try storeIfPresent(value, key) }
    func encodeIfPresent(_ value: Int8?, forKey key: Key) throws { try storeIfPresent(value, key) }
    func encodeIfPresent(_ value: Int16?, forKey key: Key) throws { try storeIfPresent(value, key) }
    func encodeIfPresent(_ value: Int32?, forKey key: Key) throws { try storeIfPresent(value, key) }
    func encodeIfPresent(_ value: Int64?, forKey key: Key) throws { try storeIfPresent(value, key) }
    func encodeIfPresent(_ value: UInt?, forKey key: Key) throws { try storeIfPresent(value, key) }
    func encodeIfPresent(_ value: UInt8?, forKey key: Key) throws { try storeIfPresent(value, key) }
    func encodeIfPresent(_ value: UInt16?, forKey key: Key) throws { try storeIfPresent(value, key) }
    func encodeIfPresent(_ value: UInt32?, forKey key: Key) throws { try storeIfPresent(value, key) }
    func encodeIfPresent(_ value: UInt64?, forKey key: Key) throws { try storeIfPresent(value, key) }

    func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type, forKey key: Key) -> KeyedEncodingContainer<
        Nested
    > {
        encoder.child(key).container(keyedBy: type)
    }
    func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
        encoder.child(key).unkeyedContainer()
    }
    func superEncoder() -> any Encoder { encoder.child(SuperKey()) }
    func superEncoder(forKey key: Key) -> any Encoder { encoder.child(key) }
}

private struct ListEncoder: UnkeyedEncodingContainer {
    let encoder: TreeEncoder
    var codingPath: [any CodingKey] { encoder.codingPath }
    var count: Int { encoder.tree.count }

    func encodeNil() { encoder.element().encodeNil() }
    func encode(_ value: some Encodable) throws { try encoder.element().store(value) }
    func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type) -> KeyedEncodingContainer<Nested> {
        encoder.element().container(keyedBy: type)
    }
    func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer { encoder.element().unkeyedContainer() }
    func superEncoder() -> any Encoder { encoder.element() }
}

/// The index of an element of a list, as a key.
struct ListIndex: CodingKey {
    let index: Int
    init(_ index: Int) { self.index = index }
    init?(intValue: Int) { self.init(intValue) }
    init?(stringValue: String) { nil }
    var intValue: Int? { index }
    var stringValue: String { "[\(index)]" }
}

/// The key under which Swift classes encode their superclass.
struct SuperKey: CodingKey {
    init() {}
    init?(intValue: Int) { nil }
    init?(stringValue: String) { nil }
    var intValue: Int? { nil }
    var stringValue: String { "super" }
}
