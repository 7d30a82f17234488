/// Finds every pair of sets whose Jaccard similarity is at least 4/5, without comparing all pairs and without missing
/// any.
///
/// Two sets that similar share one of their few rarest elements: the prefix filter of Chaudhuri, Ganti and Kaushik
/// (ICDE 2006), with the length filter of Bayardo, Ma and Srikant (WWW 2007) and the bitmap filter of Sandes, Teodoro
/// and Melo ("Bitmap filter", Information Systems 88, 2020). The result is exact, where MinHash with bands would miss
/// pairs by chance and need a seed.
struct SimilarityJoin {
    private let sets: GramSets
    private let signatures: [Signature]
    /// For each gram, the sets that have it in their indexed prefix, in the order in which they were indexed:
    /// `entries[heads ..< tails]`.
    private var entries: [Int32]
    private var heads: [Int]
    private var tails: [Int]
    /// The set that last met each set, so that a pair is judged once though it may share several rare grams.
    private var metBy: [Int32]

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
        signatures = (0..<sets.count).map { Signature(of: sets.grams[sets.offsets[$0]..<sets.offsets[$0 + 1]]) }
        heads = [Int](repeating: 0, count: sets.gramCount)
        for set in 0..<sets.count {
            for place in 0..<Self.indexedPrefix(sets.size(set)) {
                heads[Int(sets.grams[sets.offsets[set] + place])] += 1
            }
        }
        var total = 0
        for gram in 0..<sets.gramCount { (heads[gram], total) = (total, total + heads[gram]) }
        tails = heads
        entries = [Int32](repeating: 0, count: total)
        metBy = [Int32](repeating: -1, count: sets.count)
    }

    /// Among sets of at least the same size, a near one shares at least 8/9 of the elements: one of the first this
    /// many.
    private static func indexedPrefix(_ size: Int) -> Int { size - (8 * size + 8) / 9 + 1 }

    /// Visits the indexed sets that share one of the rarest grams, and joins those that are near.
    private mutating func probe(_ set: Int, _ groups: inout DisjointSets) {
        let size = sets.size(set)
        let smallest = (4 * size + 4) / 5
        let signature = signatures[set]
        for place in 0...(size - smallest) {
            let gram = Int(sets.grams[sets.offsets[set] + place])
            // Sets come in ascending size, so those too small now are too small for good.
            while heads[gram] < tails[gram], sets.size(Int(entries[heads[gram]])) < smallest { heads[gram] += 1 }
            for entry in heads[gram]..<tails[gram] {
                let other = Int(entries[entry])
                guard metBy[other] != Int32(set) else { continue }
                metBy[other] = Int32(set)
                // Near sets of sizes a and b share at least 4/9 (a + b), so they differ in at most 1/9 (a + b).
                guard !signature.differs(from: signatures[other], inMoreThan: (size + sets.size(other)) / 9),
                    !groups.areJoined(set, other), Self.isNear(sets.overlap(set, other))
                else { continue }
                groups.join(set, other)
            }
        }
    }

    private mutating func index(_ set: Int) {
        for place in 0..<Self.indexedPrefix(sets.size(set)) {
            let gram = Int(sets.grams[sets.offsets[set] + place])
            entries[tails[gram]] = Int32(set)
            tails[gram] += 1
        }
    }
}

/// A set as 256 bits, one for every element, some shared: two sets differ in at least as many elements as their
/// signatures differ in bits.
private struct Signature {
    private var words = SIMD4<UInt64>(repeating: 0)

    init(of elements: ArraySlice<Int32>) {
        for element in elements {
            // The top eight bits of a multiplicative hash (Knuth, volume 3, section 6.4).
            let bit = (UInt32(bitPattern: element) &* 0x9E37_79B1) >> 24
            words[Int(bit >> 6)] |= 1 << UInt64(bit & 63)
        }
    }

    func differs(from other: Signature, inMoreThan limit: Int) -> Bool {
        let difference = words ^ other.words
        var count = 0
        for word in 0..<4 {
            count += difference[word].nonzeroBitCount
            if count > limit { return true }
        }
        return false
    }
}
