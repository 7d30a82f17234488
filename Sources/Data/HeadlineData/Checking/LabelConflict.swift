/// One headline, but for punctuation and case, that has several labels: at most one can be learned.
public struct LabelConflict: Sendable {
    /// The rows in order, one for each of its labels.
    public let rows: [Row]
    /// The number of rows with this headline and a label.
    public let count: Int

    /// A row with its label.
    public struct Row: Sendable {
        /// The place of its file among those that were given.
        public let file: Int
        /// The headline, as its first row has it.
        public let headline: Headline
        /// The number of rows of this headline that have the label.
        public let count: Int
    }

    /// The labels, in the order of the rows.
    public var labels: [String] { rows.compactMap(\.headline.category) }

    /// All conflicts, those of most rows first.
    static func all(in rows: [Headline], _ groups: DuplicateGroups, files: [Range<Int>]) -> [LabelConflict] {
        var members = [[Int]](repeating: [], count: groups.exactGroupCount)
        for (row, headline) in rows.enumerated() where headline.category != nil {
            members[Int(groups.exactGroups[row])].append(row)
        }
        let conflicts = members.compactMap { members -> LabelConflict? in
            guard Set(members.map { rows[$0].category }).count > 1 else { return nil }
            var seen: [String: Int] = [:]
            var firsts: [Int] = []
            for row in members {
                let label = rows[row].category ?? ""
                if seen[label] == nil { firsts.append(row) }
                seen[label, default: 0] += 1
            }
            let shown = firsts.map { row in
                Row(
                    file: files.firstIndex { $0.contains(row) } ?? 0, headline: rows[row],
                    count: seen[rows[row].category ?? ""] ?? 0)
            }
            return LabelConflict(rows: shown, count: members.count)
        }
        // A stable order: the groups come by first appearance.
        return conflicts.enumerated().sorted { (-$0.element.count, $0.offset) < (-$1.element.count, $1.offset) }.map(
            \.element)
    }
}
