public import HeadlineData
import Settings

/// The settings of training for reading headline files, for commands that take them with --set. The keys are those of `train`.
public struct HeadlineFileSettings: Codable {
    /// The `data` section.
    public var data = Data()
    /// The `labels` section.
    public var labels = Labels()

    /// Creates the defaults.
    public init() {}

    /// The `data` section of the settings.
    public struct Data: Codable {
        /// The format of the files; `nil` to go by their extension.
        public var format: HeadlineFormat?
        /// The names of the columns or JSON keys.
        public var columns = ColumnNames()

        /// Creates the defaults.
        public init() {}
    }

    /// The `labels` section of the settings.
    public struct Labels: Codable {
        /// A file with new names of labels.
        var map: ConfiguredPath?

        /// Reads the label map, if a file is named.
        /// - Throws: `FileError`, `SettingsError`, or `LabelError` for a map that contradicts itself.
        public func labelMap() throws -> LabelMap? {
            try map.map { try LabelMap(NamePairs(contentsOf: $0.path, kind: "label map").pairs, name: $0.path) }
        }
    }
}
