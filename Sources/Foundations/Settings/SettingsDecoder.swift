import Files
import Text

/// A decoder from a tree of settings to a `Codable` value, whose errors quote what the user wrote.
///
/// It records the keys that the value asked for, so that others can be refused, and the values to validate.
final class SettingsDecoder {
    /// A mapping that was opened, and the keys that the value asked for.
    struct OpenedMapping {
        var entries: [SettingsNode.Entry]
        var asked: [String]
    }

    /// The opened mappings by key path.
    private(set) var opened: [String: OpenedMapping] = [:]
    private var validations: [(keyPath: String, node: SettingsNode, settings: any ValidatedSettings)] = []
    private let workingDirectory: String

    /// Creates a decoder.
    /// - Parameter workingDirectory: The folder for relative paths outside files.
    init(workingDirectory: String) {
        self.workingDirectory = workingDirectory
    }

    /// Returns the value of a whole tree, after checking for unknown keys and validating it.
    /// - Throws: `SettingsError`.
    func decode<Settings: Decodable>(_ type: Settings.Type, from root: SettingsNode) throws -> Settings {
        let settings: Settings = try value(of: root, codingPath: [])
        try refuseUnknownKeys(in: root)
        for validation in validations { try validate(validation.settings, at: validation.keyPath, validation.node) }
        return settings
    }

    /// Returns the value of a node. Values of every type pass through here.
    fileprivate func value<Value: Decodable>(of node: SettingsNode, codingPath: [any CodingKey]) throws -> Value {
        let path = keyPath(codingPath)
        if case .null(let fallback?) = node.content, !(Value.self is any MayBeNothing.Type) {
            return try value(of: fallback, codingPath: codingPath)
        }
        let decoded: Any
        if Value.self == ConfiguredPath.self {
            decoded = try configuredPath(node, path)
        } else if let type = Value.self as? any SettingScalar.Type {
            decoded = try scalar(type, node, path)
        } else {
            decoded = try composite(Value.self, node, path, codingPath)
        }
        guard let value = decoded as? Value else {
            throw SettingsError(key: path, found: node, expected: "\(Value.self)")
        }
        if let settings = value as? any ValidatedSettings { validations.append((path, node, settings)) }
        return value
    }

    private func scalar<Scalar: SettingScalar>(
        _ type: Scalar.Type, _ node: SettingsNode, _ path: String
    ) throws -> Scalar {
        guard case .scalar(let text, let quoted) = node.content, let value = Scalar.read(text, quoted: quoted) else {
            throw SettingsError(key: path, found: node, expected: Scalar.expectation)
        }
        return value
    }

    private func configuredPath(_ node: SettingsNode, _ path: String) throws -> ConfiguredPath {
        guard case .scalar(let text, _) = node.content, !text.isEmpty, !text.contains("\0") else {
            throw SettingsError(key: path, found: node, expected: "the path of a file or folder")
        }
        if case .document(_, _, let folder) = node.origin { return ConfiguredPath(text, relativeTo: folder) }
        return ConfiguredPath(text, relativeTo: workingDirectory)
    }

    private func composite<Value: Decodable>(
        _ type: Value.Type, _ node: SettingsNode, _ path: String, _ codingPath: [any CodingKey]
    ) throws -> Value {
        do {
            return try Value(from: TreeDecoder(owner: self, node: node, codingPath: codingPath))
        } catch let error as DecodingError {
            throw settingsError(error, type, node, path)
        }
    }

    /// Returns the error for what a type's own `init(from:)` threw.
    private func settingsError(_ error: DecodingError, _ type: Any.Type, _ node: SettingsNode, _ path: String)
        -> SettingsError
    {
        switch error {
        case .keyNotFound(let key, let context):
            let missing = keyPath(context.codingPath + [key])
            let there = node.entries.map { ": " + $0.map(\.key).joined(separator: ", ") } ?? ""
            return .missingKey(missing, place: node.origin.place, found: node.found + there)
        case .dataCorrupted(let context), .typeMismatch(_, let context), .valueNotFound(_, let context):
            let choices = (type as? any CaseIterable.Type).map { textsOf($0) } ?? []
            guard !choices.isEmpty else {
                return SettingsError(key: keyPath(context.codingPath), found: node, expected: context.debugDescription)
            }
            return SettingsError(key: path, found: node, expected: oneOf(choices, node))
        @unknown default:
            return SettingsError(key: path, found: node, expected: "\(type)")
        }
    }

    private func validate(_ settings: any ValidatedSettings, at path: String, _ node: SettingsNode) throws {
        do {
            try settings.validate()
        } catch let error as InvalidSetting {
            let steps = error.key.split(separator: ".").map(String.init)
            let origin = steps.reduce(node) { $0[$1] ?? $0 }.origin
            let key = path.isEmpty ? error.key : "\(path).\(error.key)"
            throw SettingsError.invalidValue(
                key: key, place: origin.place, found: error.found, expected: error.expected)
        }
    }

    fileprivate func noteOpened(_ entries: [SettingsNode.Entry], at path: String) {
        opened[path, default: OpenedMapping(entries: [], asked: [])].entries = entries
    }

    fileprivate func noteAsked(_ key: String, at path: String) {
        if opened[path]?.asked.contains(key) == false { opened[path]?.asked.append(key) }
    }
}

/// An optional, the only type with a value for null.
private protocol MayBeNothing {}
extension Optional: MayBeNothing {}

/// Returns the raw values of an enumeration of texts.
private func textsOf<Choice: CaseIterable>(_ type: Choice.Type) -> [String] {
    Choice.allCases.compactMap { ($0 as? any RawRepresentable)?.rawValue as? String }
}

/// Returns the valid texts and a suggestion of the nearest one.
private func oneOf(_ choices: [String], _ node: SettingsNode) -> String {
    let list = choices.count == 1 ? choices[0] : "one of " + choices.joined(separator: ", ")
    guard case .scalar(let text, _) = node.content else { return list }
    return list + suggestion(for: text, among: choices)
}

/// Returns a key path as people write it: `samples.prompts[2]`.
private func keyPath(_ codingPath: [any CodingKey]) -> String {
    codingPath.reduce("") { path, key in
        key is ListIndex || path.isEmpty ? path + key.stringValue : "\(path).\(key.stringValue)"
    }
}

private struct TreeDecoder: Decoder, SingleValueDecodingContainer {
    let owner: SettingsDecoder
    let node: SettingsNode
    let codingPath: [any CodingKey]
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
        guard let entries = node.entries else {
            throw SettingsError(key: keyPath(codingPath), found: node, expected: "a mapping (lines of `key: value`)")
        }
        owner.noteOpened(entries, at: keyPath(codingPath))
        return KeyedDecodingContainer(MappingDecoder<Key>(decoder: self, entries: entries))
    }

    func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
        guard case .list(let elements) = node.content else {
            throw SettingsError(key: keyPath(codingPath), found: node, expected: "a list, such as [a, b]")
        }
        return ListDecoder(decoder: self, elements: elements)
    }

    func singleValueContainer() -> any SingleValueDecodingContainer { self }
    func decodeNil() -> Bool { node.isNull }
    func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
        try owner.value(of: node, codingPath: codingPath)
    }

    func child(_ node: SettingsNode, _ key: any CodingKey) -> TreeDecoder {
        TreeDecoder(owner: owner, node: node, codingPath: codingPath + [key])
    }
}

private struct MappingDecoder<Key: CodingKey>: KeyedDecodingContainerProtocol {
    let decoder: TreeDecoder
    let entries: [SettingsNode.Entry]
    var codingPath: [any CodingKey] { decoder.codingPath }
    var allKeys: [Key] { entries.compactMap { Key(stringValue: $0.key) } }

    private func find(_ key: any CodingKey) -> SettingsNode? {
        decoder.owner.noteAsked(key.stringValue, at: keyPath(codingPath))
        return entries.first { $0.key == key.stringValue }?.value
    }

    private func child(_ key: any CodingKey) throws -> TreeDecoder {
        guard let node = find(key) else {
            throw DecodingError.keyNotFound(key, .init(codingPath: codingPath, debugDescription: "missing"))
        }
        return decoder.child(node, key)
    }

    func contains(_ key: Key) -> Bool { find(key) != nil }
    func decodeNil(forKey key: Key) throws -> Bool { try child(key).decodeNil() }
    func decode<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value { try child(key).decode(type) }
    func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type, forKey key: Key
    ) throws -> KeyedDecodingContainer<Nested> {
        try child(key).container(keyedBy: type)
    }
    func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
        try child(key).unkeyedContainer()
    }
    func superDecoder() throws -> any Decoder { try child(SuperKey()) }
    func superDecoder(forKey key: Key) throws -> any Decoder { try child(key) }
}

private struct ListDecoder: UnkeyedDecodingContainer {
    let decoder: TreeDecoder
    let elements: [SettingsNode]
    var currentIndex = 0
    var codingPath: [any CodingKey] { decoder.codingPath }
    var count: Int? { elements.count }
    var isAtEnd: Bool { currentIndex >= elements.count }

    init(decoder: TreeDecoder, elements: [SettingsNode]) {
        self.decoder = decoder
        self.elements = elements
    }

    private func peek() throws -> TreeDecoder {
        guard !isAtEnd else {
            let expected = "a list of more than \(elements.count)"
            throw SettingsError(key: keyPath(codingPath), found: decoder.node, expected: expected)
        }
        return decoder.child(elements[currentIndex], ListIndex(currentIndex))
    }

    private mutating func take<Result>(_ body: (TreeDecoder) throws -> Result) throws -> Result {
        let result = try body(try peek())
        currentIndex += 1
        return result
    }

    mutating func decodeNil() throws -> Bool {
        let isNull = try peek().decodeNil()
        if isNull { currentIndex += 1 }
        return isNull
    }
    mutating func decode<Value: Decodable>(_ type: Value.Type) throws -> Value { try take { try $0.decode(type) } }
    mutating func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type) throws -> KeyedDecodingContainer<Nested>
    {
        try take { try $0.container(keyedBy: type) }
    }
    mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer {
        try take { try $0.unkeyedContainer() }
    }
    mutating func superDecoder() throws -> any Decoder { try take { $0 } }
}
