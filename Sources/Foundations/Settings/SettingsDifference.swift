/// A key whose values differ between two settings.
public struct SettingsDifference: Sendable, Equatable, CustomStringConvertible {
    /// The path to the key.
    public let keyPath: String
    /// The first value as YAML on one line; `nil` if a dictionary lacks the key.
    public let first: String?
    /// The second value as YAML on one line; `nil` if a dictionary lacks the key.
    public let second: String?

    /// The key and both values.
    public var description: String { "`\(keyPath)`: \(first ?? "absent") and \(second ?? "absent")" }
}

/// Returns the keys whose values differ, in the order of declaration. Compares lists as wholes and paths as absolute paths.
/// - Throws: `EncodingError` for a number that is not finite.
public func differences<Settings: Encodable>(between a: Settings, and b: Settings) throws -> [SettingsDifference] {
    let encoder = SettingsEncoder()
    return differences(try encoder.encode(a), try encoder.encode(b), at: "")
}

/// Refuses settings that differ from stored ones in keys that may not change.
/// - Parameters:
///   - stored: The settings that the run was begun with.
///   - requested: The settings to continue it with.
///   - changeable: The keys that may differ, with everything below them.
///   - place: The path of the stored settings, for the error.
/// - Throws: `SettingsError.differing`.
public func requireSame<Settings: Encodable>(
    stored: Settings, requested: Settings, except changeable: [String], in place: String
) throws {
    let refused = try differences(between: stored, and: requested).filter { difference in
        !changeable.contains { difference.keyPath == $0 || difference.keyPath.hasPrefix($0 + ".") }
    }
    if !refused.isEmpty { throw SettingsError.differing(refused, place: place) }
}

private func differences(_ a: SettingsNode, _ b: SettingsNode, at path: String) -> [SettingsDifference] {
    guard let first = a.entries, let second = b.entries else {
        return a.inline == b.inline ? [] : [SettingsDifference(keyPath: path, first: a.inline, second: b.inline)]
    }
    let keys = first.map(\.key) + second.map(\.key).filter { a[$0] == nil }
    return keys.flatMap { key in
        let keyPath = path.isEmpty ? key : "\(path).\(key)"
        if let x = a[key], let y = b[key] { return differences(x, y, at: keyPath) }
        return [SettingsDifference(keyPath: keyPath, first: a[key]?.inline, second: b[key]?.inline)]
    }
}
