/// The headlines of one file that are in an earlier one too: figures on the later file would flatter a model trained on the
/// earlier.
public struct Leakage: Sendable {
    /// The place of the earlier file among those that were given.
    public let earlier: Int
    /// The place of the later file among those that were given.
    public let later: Int
    /// The counts; the earlier file is the one to train on.
    public let overlap: Overlap
    /// Headlines of the later file with one of the earlier that they repeat: exact ones first.
    public let examples: [Pair]

    /// Two headlines, of which the later repeats the earlier.
    public struct Pair: Sendable {
        /// The headline of the earlier file.
        public let earlier: Headline
        /// The headline of the later file.
        public let later: Headline
        /// True for an exact duplicate, false for a near-duplicate.
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
