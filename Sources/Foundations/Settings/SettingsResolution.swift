import Files
import Foundation

/// A flag of its own on the command line that sets a key: the text is taken as it stands, never as YAML, so that a path may
/// hold a colon and a name may be `null`.
public struct SettingsFlag: Sendable {
    let name: String
    let keyPath: String
    let values: SettingsNode.Content

    /// - Parameters:
    ///   - name: with the dashes, for error messages.
    ///   - keyPath: the key it sets, such as `data.train`.
    public init(_ name: String, sets keyPath: String, to value: String) {
        self.name = name
        self.keyPath = keyPath
        values = .scalar(value, quoted: false)
    }

    /// A flag that may be given several times and sets a list.
    public init(_ name: String, sets keyPath: String, to list: [String]) {
        self.name = name
        self.keyPath = keyPath
        values = .list(list.map { SettingsNode(.scalar($0, quoted: false), .flag(name)) })
    }

    var layer: SettingsNode {
        SettingsNode(values, .flag(name)).placed(at: keyPath.split(separator: ".").map(String.init))
    }
}

/// The settings of a command: the defaults, overlaid by a YAML document, then by `--set key.path=value` in their order, then
/// by flags of their own.
///
/// Mappings merge key by key; a list replaces a list; null means nothing for an optional and the default for the rest. Paths
/// (`ConfiguredPath`) in the document are relative to its folder, all others to the working directory. A dictionary gains the
/// keys that a later layer adds. An enumeration with associated values cannot be merged: use an enumeration of texts and
/// optional settings beside it.
///
/// - Parameters:
///   - defaults: a complete value; its key names are the keys in YAML.
///   - translatingFormerKeys: whether the document was written by an earlier version, so that former keys of ``RenamedKeys`` are
///     read as those of today; otherwise they are refused with the new name.
///   - workingDirectory: the process's own when `nil`.
/// - Throws: `SettingsError` for a key that is unknown or given twice, a value of the wrong kind, or one that a
///   `ValidatedSettings` refuses; each names the key, the place it was written, what was found and what was expected.
public func resolve<Settings: Codable>(
    _ defaults: Settings, document: SettingsDocument? = nil, overrides: [String] = [], flags: [SettingsFlag] = [],
    translatingFormerKeys: Bool = false, workingDirectory: String? = nil
) throws -> Settings {
    let base = try SettingsEncoder().encode(defaults)
    let renamed = Settings.self as? any RenamedKeys.Type
    var layers: [SettingsNode] = []
    if var layer = try document?.layer() {
        if translatingFormerKeys, let renamed { layer = layer.translatingFormerKeys(of: renamed) }
        layers.append(layer)
    }
    layers += try overrides.map(overrideLayer)
    layers += flags.map(\.layer)
    if let renamed { for layer in layers { try layer.refuseFormerKeys(of: renamed) } }
    let merged = layers.reduce(base) { $0.overlaid(by: $1, defaults: base) }
    let directory = workingDirectory ?? FileManager.default.currentDirectoryPath
    return try SettingsDecoder(workingDirectory: directory).decode(Settings.self, from: merged)
}

/// The same with the document in a file, relative to the working directory; the defaults alone when `nil`.
/// - Throws: besides what `resolve(_:document:overrides:flags:translatingFormerKeys:workingDirectory:)` throws, `FileError` when the file cannot be read.
public func resolve<Settings: Codable>(
    _ defaults: Settings, file: String?, overrides: [String] = [], flags: [SettingsFlag] = [],
    translatingFormerKeys: Bool = false, workingDirectory: String? = nil
) throws -> Settings {
    let document = try file.map { try SettingsDocument(contentsOf: $0, workingDirectory: workingDirectory) }
    return try resolve(
        defaults, document: document, overrides: overrides, flags: flags,
        translatingFormerKeys: translatingFormerKeys, workingDirectory: workingDirectory)
}

/// The layer of one `--set key.path=value`; the value is YAML, an empty one is null.
private func overrideLayer(_ text: String) throws -> SettingsNode {
    guard let equals = text.firstIndex(of: "=") else {
        throw SettingsError("--set \(text) has no value; expected --set key.path=value")
    }
    let steps = text[..<equals].split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    guard steps.allSatisfy({ !$0.isEmpty && !$0.contains { $0.isWhitespace } }) else {
        throw SettingsError("--set \(text) has no key path before the =; expected --set key.path=value")
    }
    let origin = SettingsOrigin.override(text)
    let value = try SettingsNode(yaml: String(text[text.index(after: equals)...]), origin: origin)
    return (value ?? SettingsNode(.null(fallback: nil), origin)).placed(at: steps)
}
