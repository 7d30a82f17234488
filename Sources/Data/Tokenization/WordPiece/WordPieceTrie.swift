import Randomness

/// The entries of a WordPiece vocabulary by their bytes, in two trees: those that begin a word and those that continue one.
///
/// The edges, one for each byte, are kept in one open-addressing table that is at most half full.
struct WordPieceTrie: Sendable {
    /// The roots of the two trees.
    enum Root: UInt32 {
        case beginning = 0
        case continuation = 1
    }

    private struct Slot {
        /// The nodes at the two ends of the edge; an empty slot has 0 as its end, which no edge has.
        var node: UInt32 = 0
        var child: UInt32 = 0
        var byte: UInt8 = 0
    }

    private var slots = [Slot](repeating: Slot(), count: 1 << 12)
    /// The entry that ends at each node, -1 for none.
    private var entries: [Int32] = [-1, -1]

    /// Adds an entry, which must be new. An empty one never matches.
    mutating func insert(_ bytes: some Sequence<UInt8>, at root: Root, entry: Int32) {
        var node = root.rawValue
        for byte in bytes {
            var slot = slot(node, byte)
            if slots[slot].child == 0 {
                if entries.count * 2 > slots.count {
                    grow()
                    slot = self.slot(node, byte)
                }
                slots[slot] = Slot(node: node, child: UInt32(entries.count), byte: byte)
                entries.append(-1)
            }
            node = slots[slot].child
        }
        entries[Int(node)] = entry
    }

    /// Returns the longest entry that is a prefix of `bytes`, and its length; `nil` if there is none.
    @inline(__always)
    func longestMatch(_ bytes: UnsafeBufferPointer<UInt8>, at root: Root) -> (entry: Int32, length: Int)? {
        var node = root.rawValue
        var best: (entry: Int32, length: Int)?
        for index in 0..<bytes.count {
            node = slots[slot(node, bytes[index])].child
            if node == 0 { break }
            let entry = entries[Int(node)]
            if entry >= 0 { best = (entry, index + 1) }
        }
        return best
    }

    /// Returns the slot that holds the edge or that would.
    @inline(__always)
    private func slot(_ node: UInt32, _ byte: UInt8) -> Int {
        // The finalizer of SplitMix64: files choose the entries, so a weaker mix could be attacked with clusters.
        let hash = SplitMix64.mix(UInt64(node) << 8 | UInt64(byte))
        var index = Int(truncatingIfNeeded: hash) & (slots.count - 1)
        while slots[index].child != 0, slots[index].node != node || slots[index].byte != byte {
            index = (index + 1) & (slots.count - 1)
        }
        return index
    }

    private mutating func grow() {
        let old = slots
        slots = [Slot](repeating: Slot(), count: 2 * old.count)
        for edge in old where edge.child != 0 { slots[slot(edge.node, edge.byte)] = edge }
    }
}
