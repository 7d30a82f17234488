/// Finds every pair of sets whose Jaccard similarity is at least 4/5, without comparing all pairs and without missing any.
///
/// Two sets that similar must share one of their few rarest elements: the prefix filter of Chaudhuri, Ganti and Kaushik (ICDE 2006), with
/// the length and position filters of Bayardo, Ma and Srikant (WWW 2007) and of PPJoin (Xiao, Wang, Lin and Yu, WWW 2008). The result is
/// exact, where MinHash with LSH bands would miss pairs by chance and need a seed; on headlines it is also faster.
struct SimilarityJoin {
    private let sets: GramSets
    /// Postings: for each gram, the sets that have it in their indexed prefix, in the order in which they were indexed.
    private var entries: [Entry]
    private var heads: [Int]
    private var tails: [Int]
    /// Shared elements found so far with the set being probed, `ruledOut` when a filter excludes the pair.
    private var found: [Int32]
    private var touched: [Int32] = []

    private struct Entry {
        var set: Int32 = 0
        /// Where in the set's list the gram stands.
        var place: Int32 = 0
    }

    private static let ruledOut: Int32 = -1

    /// True when the similarity is at least 4/5.
    static func isNear(_ overlap: (shared: Int, union: Int)) -> Bool { 5 * overlap.shared >= 4 * overlap.union }

    /// Joins in `groups` all pairs that are near, directly; groups are thereby closed under chains of near pairs.
    static func join(_ sets: GramSets, in groups: inout DisjointSets) {
        var join = SimilarityJoin(sets)
        // By ascending size: then every set meets only smaller ones and can index a shorter prefix.
        for set in (0..<sets.count).sorted(by: { (sets.size($0), $0) < (sets.size($1), $1) }) {
            join.probe(set, &groups)
            join.index(set)
        }
    }

    private init(_ sets: GramSets) {
        self.sets = sets
        heads = [Int](repeating: 0, count: sets.gramCount)
        for set in 0..<sets.count {
            for place in 0..<Self.indexedPrefix(sets.size(set)) {
                heads[Int(sets.grams[sets.offsets[set] + place])] += 1
            }
        }
        var total = 0
        for gram in 0..<sets.gramCount { (heads[gram], total) = (total, total + heads[gram]) }
        tails = heads
        entries = [Entry](repeating: Entry(), count: total)
        found = [Int32](repeating: 0, count: sets.count)
    }

    /// Among sets of at least the same size, a near one shares at least 8/9 of the elements: one of the first this many.
    private static func indexedPrefix(_ size: Int) -> Int { size - (8 * size + 8) / 9 + 1 }

    /// Visits the indexed sets that may be near and joins those that are.
    private mutating func probe(_ set: Int, _ groups: inout DisjointSets) {
        let size = sets.size(set)
        let smallest = (4 * size + 4) / 5
        for place in 0...(size - smallest) {
            let gram = Int(sets.grams[sets.offsets[set] + place])
            // Sets come in ascending size, so those too small now are too small for good.
            while heads[gram] < tails[gram], sets.size(Int(entries[heads[gram]].set)) < smallest { heads[gram] += 1 }
            for entry in entries[heads[gram]..<tails[gram]] { note(entry, seenFrom: place, of: size) }
        }
        for other in touched {
            let isCandidate = found[Int(other)] != Self.ruledOut
            found[Int(other)] = 0
            guard isCandidate, !groups.areJoined(set, Int(other)) else { continue }
            if Self.isNear(sets.overlap(set, Int(other))) { groups.join(set, Int(other)) }
        }
        touched.removeAll(keepingCapacity: true)
    }

    /// Counts one shared gram, or rules the pair out when too few can follow: near sets of sizes a and b share at least 4/9 (a + b).
    private mutating func note(_ entry: Entry, seenFrom place: Int, of size: Int) {
        let other = Int(entry.set)
        let before = found[other]
        guard before != Self.ruledOut else { return }
        if before == 0 { touched.append(entry.set) }
        let otherSize = sets.size(other)
        let atMost = Int(before) + min(size - place, otherSize - Int(entry.place))
        found[other] = 9 * atMost >= 4 * (size + otherSize) ? before + 1 : Self.ruledOut
    }

    private mutating func index(_ set: Int) {
        for place in 0..<Self.indexedPrefix(sets.size(set)) {
            let gram = Int(sets.grams[sets.offsets[set] + place])
            entries[tails[gram]] = Entry(set: Int32(set), place: Int32(place))
            tails[gram] += 1
        }
    }
}
