/// What of one file stands in an earlier one as well: figures taken on the later one would flatter a model of the earlier.
public struct Leakage: Sendable {
    /// The places of the two files among those that were given.
    public let earlier: Int
    public let later: Int
    /// In counts; the earlier file is the one to train on.
    public let overlap: Overlap
    /// Headlines of the later file with one of the earlier that they repeat: exact ones first.
    public let examples: [Pair]

    /// Two headlines, of which the later repeats the earlier.
    public struct Pair: Sendable {
        public let earlier: Headline
        public let later: Headline
        public let isExact: Bool
    }

    /// The share of the later file that repeats the earlier one, 0 … 1.
    public var share: Double { Double(overlap.exact + overlap.near) / Double(max(1, overlap.validationCount)) }

    package init(
        earlier: Int, later: Int, rows: [Headline], _ groups: DuplicateGroups, _ earlierRows: Range<Int>,
        _ laterRows: Range<Int>
    ) {
        (self.earlier, self.later) = (earlier, later)
        overlap = Overlap(groups, training: earlierRows, validation: laterRows)
        var first: (exact: [Int32: Int], near: [Int32: Int]) = ([:], [:])
        for row in earlierRows.reversed() {
            first.exact[groups.exactGroups[row]] = row
            first.near[groups.groups[row]] = row
        }
        var (exact, near): ([Pair], [Pair]) = ([], [])
        for row in laterRows {
            if let other = first.exact[groups.exactGroups[row]] {
                guard exact.count < DataCheck.maximumExamples else { continue }
                exact.append(Pair(earlier: rows[other], later: rows[row], isExact: true))
            } else if let other = first.near[groups.groups[row]], near.count < DataCheck.maximumExamples {
                near.append(Pair(earlier: rows[other], later: rows[row], isExact: false))
            }
        }
        // Some of each kind: near ones are the more instructive.
        let half = DataCheck.maximumExamples / 2
        let exactShown = exact.prefix(max(half, DataCheck.maximumExamples - near.count))
        examples = Array(exactShown) + near.prefix(DataCheck.maximumExamples - exactShown.count)
    }
}
