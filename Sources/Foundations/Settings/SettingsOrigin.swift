/// The place where a setting was written.
enum SettingsOrigin: Sendable {
    /// The defaults of the settings type.
    case defaults
    /// A line (from 1) of a YAML document, whose relative paths are relative to `folder`.
    case document(name: String, line: Int, folder: String)
    /// An override `key.path=value`, and the name by which the user knows overrides.
    case override(String, name: String)
    /// A flag of its own, by its name.
    case flag(String)

    /// The place in words that follow a key: `at configs/x.yaml:12`.
    var place: String {
        switch self {
        case .defaults: "by default"
        case .document(let name, let line, _): "at \(name):\(line)"
        case .override(let text, let name): "in \(name) \(text)"
        case .flag(let name): "in \(name)"
        }
    }

    /// Returns the origin with another line, if it has lines.
    func at(line: Int?) -> SettingsOrigin {
        guard case .document(let name, let old, let folder) = self else { return self }
        return .document(name: name, line: line ?? old, folder: folder)
    }
}
