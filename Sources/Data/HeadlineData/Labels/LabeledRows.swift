/// The rows of a file that have a label, under the names of a label map.
public struct LabeledRows: Sendable {
    /// The path of the file, for errors.
    public let path: String
    /// In their order; every one has a category, which is its label. Never empty.
    public let rows: [Headline]
    /// The number of rows that were dropped because they have no label.
    public let unlabeled: Int
    /// The labels that the map does not name, in the order of their code points; empty without a map.
    public let unmapped: [String]

    /// Drops the rows of a file that have no label and gives the others their new names.
    /// - Throws: `LabelError` when the file has no column of labels or no row has a label.
    public init(_ table: HeadlineTable, map: LabelMap? = nil) throws(LabelError) {
        guard table.summary.columns.category != nil else {
            throw .noColumn(
                path: table.path, claimed: ColumnNames.claim(on: .category, in: table.summary.columns))
        }
        try self.init(table.rows, path: table.path, map: map)
    }

    /// The same for rows that are at hand, such as one side of a split.
    public init(_ rows: [Headline], path: String, map: LabelMap? = nil) throws(LabelError) {
        var kept: [Headline] = []
        var unmapped: Set<String> = []
        for row in rows {
            guard let label = row.category else { continue }
            guard let map else {
                kept.append(row)
                continue
            }
            if !map.names(label) { unmapped.insert(label) }
            kept.append(
                Headline(row.text, category: map(label), date: row.date, source: row.source, line: row.line))
        }
        guard !kept.isEmpty else {
            throw .noLabel(path: path, rows: rows.count)
        }
        self.path = path
        self.rows = kept
        self.unmapped = unmapped.sorted(by: precedes)
        unlabeled = rows.count - kept.count
    }

    /// These rows divided by `Split`: the rows of each side, in their order. What was dropped counts with the training side,
    /// so that the two together count it once.
    public func sides(of split: Split) -> (training: LabeledRows, validation: LabeledRows) {
        (
            LabeledRows(of: self, split.training, unlabeled: unlabeled),
            LabeledRows(of: self, split.validation, unlabeled: 0)
        )
    }

    private init(of whole: LabeledRows, _ indices: [Int], unlabeled: Int) {
        path = whole.path
        rows = indices.map { whole.rows[$0] }
        self.unlabeled = unlabeled
        unmapped = whole.unmapped
    }
}
