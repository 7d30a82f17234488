public import Files
import Preconditions

/// A check of headline files before anything is trained on them: nothing is changed, everything is counted.
public struct DataCheck: Sendable {
    /// Each file by itself, in the order in which they were given.
    public let files: [CheckedFile]
    /// The overlap of each pair of files, in their order; empty for one file.
    public let leakage: [Leakage]
    /// The labels of all files together; `nil` when no row has one.
    public let labels: LabelProfile?
    /// Headlines that have several labels, the most frequent first.
    public let conflicts: [LabelConflict]
    /// The findings that deserve attention, in a fixed order.
    public let findings: [Finding]

    /// Examples that are kept of each kind; all are counted.
    public static let maximumExamples = 20

    /// Looks at files that have been read.
    ///
    /// - Parameters:
    ///   - sources: The files, at least one.
    ///   - measure: The measure of a headline's length.
    ///   - map: New names of labels.
    ///   - progress: Receives the name of each stage as it begins.
    /// - Throws: `LabelError` when the map names labels that no file has, and what `measure` throws.
    public init(
        of sources: [HeadlineSource], measure: LengthMeasure = .words(), map: LabelMap? = nil,
        progress: (String) -> Void = { _ in }
    ) throws {
        require(!sources.isEmpty, "DataCheck: no file")
        let rows = sources.map { source in
            source.table.rows.map { row in
                guard let map, let label = row.category else { return row }
                return Headline(row.text, category: map(label), date: row.date, source: row.source, line: row.line)
            }
        }
        try map?.check(against: sources.flatMap(\.table.rows))
        let all = rows.flatMap(\.self)
        progress("looking for duplicates among \(all.count) headlines")
        let groups = DuplicateGroups(of: all.map(\.text))
        var start = 0
        let ranges = rows.map { rows in
            defer { start += rows.count }
            return start..<(start + rows.count)
        }
        progress("measuring \(all.count) headlines in \(measure.unit)")
        let names = Self.names(of: sources.map(\.table.path))
        files = try sources.indices.map { index in
            let (source, rows, range) = (sources[index], rows[index], ranges[index])
            return CheckedFile(
                source, name: names[index], lengths: try LengthProfile(rows, measure),
                duplicates: DuplicateProfile(rows, groups, range),
                dates: DateProfile(rows, source.table.summary), damage: TextDamage.counts(in: rows))
        }
        var leakage: [Leakage] = []
        for later in sources.indices.dropFirst() {
            for earlier in 0..<later {
                leakage.append(
                    Leakage(earlier: earlier, later: later, rows: all, groups, ranges[earlier], ranges[later]))
            }
        }
        self.leakage = leakage
        labels = LabelProfile(rows)
        conflicts = LabelConflict.all(in: all, groups, files: ranges)
        findings = Finding.all(files: files, leakage: leakage, labels: labels, conflicts: conflicts)
    }

    /// Returns the last parts of paths, as many as it takes to tell all of them apart; the paths themselves if nothing does.
    static func names(of paths: [String]) -> [String] {
        let parts = paths.map { $0.split(separator: "/").map(String.init) }
        for count in 1...max(1, parts.map(\.count).max() ?? 1) {
            let names = parts.map { $0.suffix(count).joined(separator: "/") }
            if Set(names).count == names.count { return names }
        }
        return paths
    }

    /// True if there is a finding that a strict check counts.
    public var fails: Bool { findings.contains(where: \.kind.isStrict) }
}

/// A headline file that has been read, with the facts that only its bytes tell.
public struct HeadlineSource: Sendable {
    /// The headlines.
    public let table: HeadlineTable
    /// The length of the file on disk.
    public let byteCount: Int
    /// The encoding of its text.
    public let encoding: EncodingProfile

    /// Reads a file.
    /// - Throws: What `HeadlineTable(readingFrom:format:columns:)` throws.
    public init(
        readingFrom path: String, format: HeadlineFormat? = nil, columns: ColumnNames = ColumnNames()
    ) throws {
        let file = try HeadlineFile(readingFrom: path)
        table = try HeadlineTable(file, format: format, columns: columns)
        byteCount = file.byteCount
        encoding = EncodingProfile(of: file.text, isCompressed: file.isCompressed)
    }
}

/// The facts about one file by itself.
public struct CheckedFile: Sendable {
    /// The path as the person named it.
    public let path: String
    /// The end of its path, enough to tell it from the others.
    public let name: String
    /// SHA-256 of its bytes on disk.
    public let digest: SHA256Digest
    /// The length of the file on disk.
    public let byteCount: Int
    /// The encoding of its text.
    public let encoding: EncodingProfile
    /// Its rows in counts.
    public let summary: ReadSummary
    /// The lengths of its headlines.
    public let lengths: LengthProfile
    /// Its duplicates.
    public let duplicates: DuplicateProfile
    /// Its dates.
    public let dates: DateProfile
    /// Kinds of damaged text that occur, with how many headlines have them and the first few.
    public let damage: [TextDamage.Count]

    init(
        _ source: HeadlineSource, name: String, lengths: LengthProfile, duplicates: DuplicateProfile,
        dates: DateProfile,
        damage: [TextDamage.Count]
    ) {
        path = source.table.path
        self.name = name
        digest = source.table.digest
        byteCount = source.byteCount
        encoding = source.encoding
        summary = source.table.summary
        (self.lengths, self.duplicates, self.dates, self.damage) = (lengths, duplicates, dates, damage)
    }
}
