/// The set of character trigrams of each of many texts, as sorted lists of small numbers.
///
/// Trigrams are numbered from the rarest to the most frequent, so the front of a list says most about its text: that is
/// what the similarity join looks at. A text shorter than three characters has one gram, itself.
struct GramSets {
    /// The gram numbers of all texts end to end, ascending within each text.
    private(set) var grams: [Int32] = []
    /// Text `i` has `grams[offsets[i] ..< offsets[i + 1]]`.
    private(set) var offsets: [Int] = [0]
    /// The number of different grams.
    private(set) var gramCount = 0

    /// The number of texts.
    var count: Int { offsets.count - 1 }

    /// Returns the number of different grams of text `i`.
    func size(_ i: Int) -> Int { offsets[i + 1] - offsets[i] }

    /// The sets of texts given as scalar values.
    init(of texts: [[UInt32]]) {
        var numbers: [UInt64: Int32] = [:]
        var keys: [UInt64] = []
        var frequencies: [Int32] = []
        var own: [UInt64] = []
        for text in texts {
            Self.collectGrams(of: text, into: &own)
            for key in own {
                let number = numbers[key, default: Int32(keys.count)]
                if Int(number) == keys.count {
                    numbers[key] = number
                    keys.append(key)
                    frequencies.append(0)
                }
                frequencies[Int(number)] += 1
                grams.append(number)
            }
            offsets.append(grams.count)
        }
        gramCount = keys.count
        renumber(byFrequency: frequencies, then: keys)
    }

    /// Jaccard similarity |A ∩ B| / |A ∪ B| as the two counts.
    func overlap(_ a: Int, _ b: Int) -> (shared: Int, union: Int) {
        var (i, j, shared) = (offsets[a], offsets[b], 0)
        let (iEnd, jEnd) = (offsets[a + 1], offsets[b + 1])
        while i < iEnd, j < jEnd {
            let (left, right) = (grams[i], grams[j])
            if left == right { shared += 1 }
            if left <= right { i += 1 }
            if right <= left { j += 1 }
        }
        return (shared, size(a) + size(b) - shared)
    }

    /// Replaces the contents of `own` by the different grams of one text. Three scalars of 21 bits each, plus one so
    /// that a missing one is 0, make one key.
    private static func collectGrams(of text: [UInt32], into own: inout [UInt64]) {
        own.removeAll(keepingCapacity: true)
        func key(_ scalars: ArraySlice<UInt32>) -> UInt64 { scalars.reduce(0) { $0 << 21 | UInt64($1 + 1) } }
        guard text.count > 3 else {
            own.append(key(text[...]))
            return
        }
        for start in 0...(text.count - 3) { own.append(key(text[start..<(start + 3)])) }
        own.sort()
        var kept = 1
        for i in 1..<own.count where own[i] != own[kept - 1] {
            own[kept] = own[i]
            kept += 1
        }
        own.removeLast(own.count - kept)
    }

    private mutating func renumber(byFrequency frequencies: [Int32], then keys: [UInt64]) {
        let order = (0..<gramCount).sorted { (frequencies[$0], keys[$0]) < (frequencies[$1], keys[$1]) }
        var ranks = [Int32](repeating: 0, count: gramCount)
        for (rank, number) in order.enumerated() { ranks[number] = Int32(rank) }
        for i in 0..<count {
            let range = offsets[i]..<offsets[i + 1]
            for place in range { grams[place] = ranks[Int(grams[place])] }
            grams[range].sort()
        }
    }
}
