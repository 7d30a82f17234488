public import Files

/// What there is to know about headline files before anything is trained on them: nothing is changed, everything is counted.
public struct DataCheck: Sendable {
    /// Each file by itself, in the order in which they were given.
    public let files: [CheckedFile]
    /// For each pair of files in their order, what of the later one stands in the earlier one; empty for one file.
    public let leakage: [Leakage]
    /// The labels of all files together; `nil` when no row has one.
    public let labels: LabelProfile?
    /// Headlines that have several labels, the most frequent first.
    public let conflicts: [LabelConflict]
    /// What deserves attention, in a fixed order.
    public let findings: [Finding]

    /// Examples that are kept of each kind; all are counted.
    public static let maximumExamples = 20

    /// Looks at files that have been read.
    ///
    /// - Parameters:
    ///   - sources: The files, at least one.
    ///   - measure: What a headline's length is.
    ///   - map: New names of labels.
    ///   - progress: Told what begins, in words.
    /// - Throws: `LabelError` when the map names labels that no file has, and what `measure` throws.
    public init(
        of sources: [HeadlineSource], measure: LengthMeasure = .words(), map: LabelMap? = nil,
        progress: (String) -> Void = { _ in }
    ) throws {
        precondition(!sources.isEmpty, "DataCheck: no file")
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

    /// The last parts of paths, as many as it takes to tell all of them apart; the paths themselves where nothing does.
    static func names(of paths: [String]) -> [String] {
        let parts = paths.map { $0.split(separator: "/").map(String.init) }
        for count in 1...max(1, parts.map(\.count).max() ?? 1) {
            let names = parts.map { $0.suffix(count).joined(separator: "/") }
            if Set(names).count == names.count { return names }
        }
        return paths
    }

    /// Whether there is a finding that `--strict` counts.
    public var fails: Bool { findings.contains(where: \.kind.isStrict) }
}

/// A headline file that has been read, with what only its bytes tell.
public struct HeadlineSource: Sendable {
    public let table: HeadlineTable
    /// The length of the file as it lies on disk.
    public let byteCount: Int
    /// How its text is written.
    public let encoding: EncodingProfile

    /// Reads a file.
    /// - Throws: What `HeadlineTable(readingFrom:format:columns:)` throws.
    public init(
        readingFrom path: String, format: HeadlineFormat? = nil, columns: ColumnNames = ColumnNames()
    ) throws {
        let bytes = try readFile(path)
        table = try HeadlineTable(bytes: bytes, path: path, format: format, columns: columns)
        byteCount = bytes.count
        encoding = EncodingProfile(
            of: try Gzip.isCompressed(bytes) ? Gzip.inflate(bytes, path: path) : bytes,
            isCompressed: Gzip.isCompressed(bytes))
    }
}

/// A file by itself.
public struct CheckedFile: Sendable {
    public let path: String
    /// The end of its path, enough to tell it from the others.
    public let name: String
    /// Of its bytes on disk.
    public let digest: SHA256Digest
    public let byteCount: Int
    public let encoding: EncodingProfile
    /// Its rows in counts.
    public let summary: ReadSummary
    public let lengths: LengthProfile
    public let duplicates: DuplicateProfile
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
