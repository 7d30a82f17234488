import Randomness

/// The merges of a vocabulary: pairs of entries with the entry that they become, by priority.
struct ByteLevelBPEMerges: Sendable {
    /// The two parts by rank.
    let pairs: [Pair]
    /// The entry that a merge makes, by rank.
    let results: [Int32]
    /// An open-addressing table, at most half full, from pair to rank.
    private var slots: [Slot]
    private let mask: Int

    /// Two neighboring entries.
    struct Pair: Hashable, Comparable, Sendable {
        let left: Int32
        let right: Int32

        static func < (first: Pair, second: Pair) -> Bool {
            (first.left, first.right) < (second.left, second.right)
        }
    }

    private struct Slot {
        var pair = Pair(left: -1, right: -1)
        var rank: UInt32 = 0
    }

    /// Makes a table of merges by rank; fails with the rank of the first pair that comes twice.
    init?(pairs: [Pair], results: [Int32], duplicate: inout Int) {
        self.pairs = pairs
        self.results = results
        var capacity = 16
        while capacity < 2 * pairs.count { capacity *= 2 }
        slots = Array(repeating: Slot(), count: capacity)
        mask = capacity - 1
        for (rank, pair) in pairs.enumerated() {
            let index = slot(of: pair)
            guard slots[index].pair.left < 0 else {
                duplicate = rank
                return nil
            }
            slots[index] = Slot(pair: pair, rank: UInt32(rank))
        }
    }

    /// Returns the rank of a pair, or `nil` if it does not merge. Smaller ranks merge earlier.
    @inline(__always)
    func rank(_ left: Int32, _ right: Int32) -> UInt32? {
        let slot = slots[slot(of: Pair(left: left, right: right))]
        return slot.pair.left < 0 ? nil : slot.rank
    }

    /// Returns the slot that holds the pair or that would.
    @inline(__always)
    private func slot(of pair: Pair) -> Int {
        // The finalizer of SplitMix64: files choose the pairs, so a weaker mix could be attacked with clusters.
        let hash = SplitMix64.mix(
            UInt64(UInt32(bitPattern: pair.left)) << 32 | UInt64(UInt32(bitPattern: pair.right)))
        var index = Int(truncatingIfNeeded: hash) & mask
        while slots[index].pair.left >= 0, slots[index].pair != pair { index = (index + 1) & mask }
        return index
    }
}

/// The working memory of merging, reused from piece to piece.
struct ByteLevelBPEMerging {
    /// The entry that begins at each byte of the piece, -1 if none does.
    private var symbols: [Int32] = []
    /// The places where the neighbors begin, -1 and the byte count at the ends.
    private var previous: [Int32] = []
    private var next: [Int32] = []
    /// Merges that were possible when they were found: rank and position, so that the lowest rank comes first, leftmost.
    private var queue = BinaryHeap<UInt64>()

    /// Appends the entries of one piece to `ids`.
    ///
    /// The steps are those of `tokenizers` (`Word::merge_all`), including its test for outdated merges: a queued merge
    /// still holds if the pair that is now at its place makes the same entry. With a heap, a piece of n bytes
    /// costs O(n log n).
    mutating func append(
        _ piece: UnsafeBufferPointer<UInt8>, byteIDs: [Int32], merges: ByteLevelBPEMerges, to ids: inout [Int32]
    ) {
        let count = piece.count
        if count == 1 {
            ids.append(byteIDs[Int(piece[0])])
            return
        }
        symbols.removeAll(keepingCapacity: true)
        previous.removeAll(keepingCapacity: true)
        next.removeAll(keepingCapacity: true)
        for index in 0..<count {
            symbols.append(byteIDs[Int(piece[index])])
            previous.append(Int32(index) - 1)
            next.append(Int32(index) + 1)
        }
        for index in 0..<(count - 1) { enqueue(index, index + 1, merges) }
        while let candidate = queue.pop() {
            let rank = Int(candidate >> 32)
            let position = Int(candidate & 0xFFFF_FFFF)
            let right = Int(next[position])
            guard symbols[position] >= 0, right < count,
                let current = merges.rank(symbols[position], symbols[right]),
                merges.results[Int(current)] == merges.results[rank]
            else { continue }
            symbols[position] = merges.results[rank]
            symbols[right] = -1
            let after = Int(next[right])
            next[position] = Int32(after)
            if after < count { previous[after] = Int32(position) }
            let before = Int(previous[position])
            if before >= 0 { enqueue(before, position, merges) }
            if after < count { enqueue(position, after, merges) }
        }
        for symbol in symbols where symbol >= 0 { ids.append(symbol) }
    }

    @inline(__always)
    private mutating func enqueue(_ left: Int, _ right: Int, _ merges: ByteLevelBPEMerges) {
        guard let rank = merges.rank(symbols[left], symbols[right]) else { return }
        queue.push(UInt64(rank) << 32 | UInt64(left))
    }
}
