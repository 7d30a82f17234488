import Files
import Foundation

/// A command-line flag that sets a key. Its text is never read as YAML, so a path may contain a colon and a name may be `null`.
public struct SettingsFlag: Sendable {
    let name: String
    let keyPath: String
    let value: String

    /// Creates a flag with its value.
    /// - Parameters:
    ///   - name: The name as the user typed it, for errors.
    ///   - keyPath: The key that it sets, such as `data.train`.
    ///   - value: The value.
    public init(_ name: String, sets keyPath: String, to value: String) {
        self.name = name
        self.keyPath = keyPath
        self.value = value
    }

    var layer: SettingsNode {
        SettingsNode(.scalar(value, quoted: false), .flag(name)).placed(
            at: keyPath.split(separator: ".").map(String.init))
    }
}

/// Returns the settings of a command: the defaults, overlaid by a YAML document, then by overrides in their order, then by flags.
///
/// Mappings merge key by key. A list replaces a list. Null is `nil` for an optional and the default for any other type. Paths
/// (`ConfiguredPath`) in the document are relative to its folder, all others to the working directory. A later layer can add
/// keys to a dictionary. An enumeration with associated values cannot be merged: use an enumeration of texts with optional
/// settings beside it.
///
/// - Parameters:
///   - defaults: A complete value, whose key names are the keys in YAML.
///   - document: The YAML document, if any.
///   - overrides: Texts of the form `key.path=value`. The value is YAML; an empty one is null.
///   - overrideName: The name of an override for errors, such as the flag that gives it.
///   - flags: The values of flags of their own.
///   - translatingFormerKeys: True to accept the former keys of ``RenamedKeys`` in a document that an earlier version wrote.
///     Otherwise they are refused with the new name.
///   - workingDirectory: The working directory; that of the process if `nil`.
/// - Throws: `SettingsError` for a key that is unknown or repeated, a value of the wrong kind, or one that a
///   `ValidatedSettings` refuses.
public func resolve<Settings: Codable>(
    _ defaults: Settings, document: SettingsDocument? = nil, overrides: [String] = [],
    overrideName: String = "override", flags: [SettingsFlag] = [], translatingFormerKeys: Bool = false,
    workingDirectory: String? = nil
) throws -> Settings {
    let base = try SettingsEncoder().encode(defaults)
    let renamed = Settings.self as? any RenamedKeys.Type
    var layers: [SettingsNode] = []
    if var layer = try document?.layer() {
        if translatingFormerKeys, let renamed { layer = layer.translatingFormerKeys(of: renamed) }
        layers.append(layer)
    }
    layers += try overrides.map { try overrideLayer($0, name: overrideName) }
    layers += flags.map(\.layer)
    if let renamed { for layer in layers { try layer.refuseFormerKeys(of: renamed) } }
    let merged = layers.reduce(base) { $0.overlaid(by: $1, defaults: base) }
    let directory = workingDirectory ?? FileManager.default.currentDirectoryPath
    return try SettingsDecoder(workingDirectory: directory).decode(Settings.self, from: merged)
}

/// Returns the settings of a command with the document in a file, relative to the working directory, or without one if `nil`.
/// - Throws: `FileError` if the file cannot be read, and the errors of resolving a document.
public func resolve<Settings: Codable>(
    _ defaults: Settings, file: String?, overrides: [String] = [],
    overrideName: String = "override", flags: [SettingsFlag] = [], translatingFormerKeys: Bool = false,
    workingDirectory: String? = nil
) throws -> Settings {
    let document = try file.map { try SettingsDocument(contentsOf: $0, workingDirectory: workingDirectory) }
    return try resolve(
        defaults, document: document, overrides: overrides, overrideName: overrideName, flags: flags,
        translatingFormerKeys: translatingFormerKeys, workingDirectory: workingDirectory)
}

/// Returns the layer of one override.
private func overrideLayer(_ text: String, name: String) throws -> SettingsNode {
    guard let equals = text.firstIndex(of: "=") else {
        throw SettingsError.malformedOverride(text, name: name, problem: "value")
    }
    let steps = text[..<equals].split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    guard steps.allSatisfy({ !$0.isEmpty && !$0.contains { $0.isWhitespace } }) else {
        throw SettingsError.malformedOverride(text, name: name, problem: "key path before the =")
    }
    let origin = SettingsOrigin.override(text, name: name)
    let value = try SettingsNode(yaml: String(text[text.index(after: equals)...]), origin: origin)
    return (value ?? SettingsNode(.null(fallback: nil), origin)).placed(at: steps)
}
