/// The repetitions among the headlines of a file, exact or near, by ``DuplicateGroups``; a chain may run
/// through another file that was looked at with it.
public struct DuplicateProfile: Sendable {
    /// Rows that repeat an earlier one of the file exactly.
    public let exact: Int
    /// Different headlines that belong to the group of an earlier one.
    public let near: Int
    /// The largest groups, the largest first.
    public let examples: [Group]

    /// Headlines of a file that repeat one another.
    public struct Group: Sendable {
        /// In the order of the file; the first few.
        public let rows: [Headline]
        /// The number of them.
        public let count: Int
    }

    /// The most rows that are kept of a group.
    static let maximumRows = 5

    init(_ rows: [Headline], _ groups: DuplicateGroups, _ range: Range<Int>) {
        let forms = Set(groups.exactGroups[range]).count
        var members: [Int32: [Int]] = [:]
        for (row, group) in zip(rows.indices, groups.groups[range]) { members[group, default: []].append(row) }
        exact = rows.count - forms
        near = forms - members.count
        let repeated = members.values.filter { $0.count > 1 }
        let largest = repeated.sorted { (-$0.count, $0[0]) < (-$1.count, $1[0]) }.prefix(DataCheck.maximumExamples)
        examples = largest.map { group in
            Group(rows: group.prefix(Self.maximumRows).map { rows[$0] }, count: group.count)
        }
    }
}
