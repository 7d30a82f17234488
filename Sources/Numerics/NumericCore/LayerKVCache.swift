import Preconditions

/// The keys and values of one layer for every sequence being decoded: one slot per sequence, `[capacity, C]` twice, written
/// in place.
///
/// A slot may begin with the tokens of another, whose rows it reads instead of copying them. Slots open and close while
/// others go on; their memory comes from the pool and returns to it once nothing reads it.
public final class LayerKVCache {
    /// Rows of keys and values.
    struct Rows {
        let keys: MutableArray
        let values: MutableArray

        init(capacity: Int, hiddenSize: Int) {
            keys = MutableArray(shape: Shape(rows: capacity, columns: hiddenSize))
            values = MutableArray(shape: Shape(rows: capacity, columns: hiddenSize))
        }
    }

    /// The place of one sequence: its own rows, after those that it shares.
    struct Slot {
        let own: Rows
        /// The rows of the beginning; they are never written through this slot.
        var shared: Rows?
        /// The number of tokens that `shared` holds.
        var sharedTokens = 0

        var capacity: Int { sharedTokens + own.keys.shape.rows }
    }

    private let hiddenSize: Int
    private var slots: [Slot?] = []

    /// Creates a cache without slots, for keys and values of C channels.
    public init(hiddenSize: Int) { self.hiddenSize = hiddenSize }

    /// Opens slot `index`, which must be closed, for at most `capacity` tokens.
    public func open(_ index: Int, capacity: Int) {
        insert(Slot(own: Rows(capacity: capacity, hiddenSize: hiddenSize)), at: index)
    }

    /// Gives the memory of slot `index` back, except for rows that other slots share.
    public func close(_ index: Int) {
        _ = slot(Int32(index))
        slots[index] = nil
    }

    /// Opens slot `target` for at most `capacity` tokens, the first of which are the `tokens` first of `source`. They are read
    /// where they are, so `source` must not be written again in their place. Traps if `source` itself shares its beginning.
    public func share(_ tokens: Int, of source: Int, with target: Int, capacity: Int) {
        let from = slot(Int32(source))
        require(
            from.shared == nil && tokens <= from.capacity && tokens <= capacity,
            "LayerKVCache: \(tokens) shared tokens of a slot of \(from.capacity) in one of \(capacity)")
        insert(
            Slot(
                own: Rows(capacity: capacity - tokens, hiddenSize: hiddenSize), shared: from.own, sharedTokens: tokens),
            at: target)
    }

    /// Opens slot `target` for at most `capacity` tokens, the first of which are the `tokens` first of `source`. What `source`
    /// shares is shared, and the rest is copied, so that both slots can continue.
    public func fork(_ source: Int, tokens: Int, into target: Int, capacity: Int) {
        let from = slot(Int32(source))
        require(
            tokens >= from.sharedTokens && tokens <= from.capacity && tokens <= capacity,
            "LayerKVCache: \(tokens) tokens from a slot of \(from.capacity) to one of \(capacity)")
        let own = Rows(capacity: capacity - from.sharedTokens, hiddenSize: hiddenSize)
        let count = (tokens - from.sharedTokens) * hiddenSize
        own.keys.pointer.update(from: from.own.keys.pointer, count: count)
        own.values.pointer.update(from: from.own.values.pointer, count: count)
        insert(Slot(own: own, shared: from.shared, sharedTokens: from.sharedTokens), at: target)
    }

    private func insert(_ slot: Slot, at index: Int) {
        while slots.count <= index { slots.append(nil) }
        require(slots[index] == nil, "LayerKVCache: slot \(index) is open already")
        slots[index] = slot
    }

    /// Returns slot `index`. Traps unless it is open.
    func slot(_ index: Int32) -> Slot {
        guard index >= 0, Int(index) < slots.count, let slot = slots[Int(index)] else {
            fatalError("LayerKVCache: slot \(index) is not open")
        }
        return slot
    }

    /// Copies the new tokens' keys and values after the cached ones. Traps when a sequence outgrows its slot.
    func append(key: AttentionOperand, value: AttentionOperand, segments: Segments) {
        for segment in 0..<segments.count {
            let rows = segments.rows(of: segment)
            let slot = slot(segments.slots[segment])
            let past = Int(segments.past[segment])
            require(
                past >= slot.sharedTokens && past + rows.count <= slot.capacity,
                "attention: \(past) + \(rows.count) tokens in a slot of \(slot.capacity), \(slot.sharedTokens) of them shared"
            )
            for (index, row) in rows.enumerated() {
                let to = (past - slot.sharedTokens + index) * hiddenSize
                (slot.own.keys.pointer + to).update(from: key.pointer + row * key.stride, count: hiddenSize)
                (slot.own.values.pointer + to).update(from: value.pointer + row * value.stride, count: hiddenSize)
            }
        }
    }
}
