public import HeadlineData
import Settings

/// The settings of training that say how headline files are read, for commands that take them by --set; keys are those of
/// `train`.
public struct HeadlineFileSettings: Codable {
    public var data = Data()
    public var labels = Labels()

    public init() {}

    /// `data` of the settings.
    public struct Data: Codable {
        /// How the files are written; null goes by the extension.
        public var format: HeadlineFormat?
        /// Column names, or JSON keys; null for the usual names.
        public var columns = ColumnNames()

        public init() {}
    }

    /// `labels` of the settings.
    public struct Labels: Codable {
        /// A file with new names of labels.
        var map: ConfiguredPath?

        /// The map in that file, if one is named.
        public func labelMap() throws -> LabelMap? {
            try map.map { try LabelMap(NamePairs(contentsOf: $0.path, kind: "label map").pairs, name: $0.path) }
        }
    }
}
