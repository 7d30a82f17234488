import Files
import Text

/// The format of a headline file. Compression with gzip is recognized by the first bytes, whatever the format.
public enum HeadlineFormat: String, Sendable, Hashable, Codable, CaseIterable {
    /// Comma-separated values as in RFC 4180, with a header line.
    case csv
    /// The same with tabs in place of commas, as spreadsheets write it: quotes mean what they mean in CSV.
    case tsv
    /// One JSON object, or one JSON string, a line.
    case jsonl
    /// One JSON array of objects or of strings.
    case json
    /// One headline a line.
    case txt

    /// The format that a file's name says: `.csv`, `.tsv`, `.tab`, `.jsonl`, `.ndjson`, `.json`, `.txt`, in any case,
    /// each optionally followed by `.gz`. Throws a `FileError` when the name says nothing.
    public init(ofFileNamed path: String) throws {
        var name = path.split(separator: "/").last.map { $0.lowercased() } ?? ""
        if name.hasSuffix(".gz") { name.removeLast(3) }
        let parts = name.split(separator: ".", omittingEmptySubsequences: false)
        switch parts.count > 1 ? parts.last : nil {
        case "csv": self = .csv
        case "tsv", "tab": self = .tsv
        case "jsonl", "ndjson": self = .jsonl
        case "json": self = .json
        case "txt": self = .txt
        default:
            let known = Self.allCases.map(\.rawValue).joined(separator: ", ")
            throw FileError(
                path,
                "the name does not tell the format of the file; name the format with the setting data.format (\(known)), or give the file that extension",
                category: .invalidRequest)
        }
    }
}
