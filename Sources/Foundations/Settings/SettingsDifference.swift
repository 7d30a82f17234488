/// A key that two settings disagree about.
public struct SettingsDifference: Sendable, Equatable, CustomStringConvertible {
    /// The path to the key.
    public let keyPath: String
    /// The two values as YAML on one line; `nil` where a dictionary lacks the key.
    public let first: String?
    public let second: String?

    public var description: String { "`\(keyPath)`: \(first ?? "absent") and \(second ?? "absent")" }
}

/// The keys two settings disagree about, in the order of declaration. Lists are compared as wholes, paths as absolute paths.
/// - Throws: `EncodingError` for a number that is not finite.
public func differences<Settings: Encodable>(between a: Settings, and b: Settings) throws -> [SettingsDifference] {
    let encoder = SettingsEncoder()
    return differences(try encoder.encode(a), try encoder.encode(b), at: "")
}

/// Refuses to go on with settings that differ from stored ones in more than what may change.
/// - Parameters:
///   - stored: what the run was begun with, named by `place` (a path) in the error.
///   - changeable: keys that may differ, with everything below them.
/// - Throws: `SettingsError` that names each differing key with both values.
public func requireSame<Settings: Encodable>(
    stored: Settings, requested: Settings, except changeable: [String], in place: String
) throws {
    let refused = try differences(between: stored, and: requested).filter { difference in
        !changeable.contains { difference.keyPath == $0 || difference.keyPath.hasPrefix($0 + ".") }
    }
    guard !refused.isEmpty else { return }
    let list = refused.map {
        "`\($0.keyPath)` is \($0.first ?? "absent") there and \($0.second ?? "absent") now"
    }
    throw SettingsError(
        "this run was begun with other settings (\(place)): \(list.joined(separator: "; ")); "
            + "leave the change out to resume it, or start a new run in another folder")
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
