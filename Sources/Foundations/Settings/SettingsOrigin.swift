/// Where a setting was written.
enum SettingsOrigin: Sendable {
    /// In the defaults of the settings type.
    case defaults
    /// On a line (from 1) of a YAML document; relative paths written there are relative to `folder`.
    case document(name: String, line: Int, folder: String)
    /// In a `--set key.path=value`, quoted whole.
    case override(String)
    /// In a flag of its own, by its name with the dashes.
    case flag(String)

    /// The place in words, to follow a key: `at configs/x.yaml:12`.
    var place: String {
        switch self {
        case .defaults: "by default"
        case .document(let name, let line, _): "at \(name):\(line)"
        case .override(let text): "in --set \(text)"
        case .flag(let name): "in \(name)"
        }
    }

    /// The same with another line, where there are lines.
    func at(line: Int?) -> SettingsOrigin {
        guard case .document(let name, let old, let folder) = self else { return self }
        return .document(name: name, line: line ?? old, folder: folder)
    }
}
