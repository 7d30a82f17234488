import Preconditions

/// Keys and values of one layer for every sequence being decoded: a slot for each, `[capacity, C]` twice, written in place.
///
/// Slots open and close while others go on; their memory comes from the pool and returns to it.
public final class LayerKVCache {
    /// The memory of one sequence.
    struct Slot {
        let keys: MutableArray
        let values: MutableArray

        var capacity: Int { keys.shape.rows }

        init(capacity: Int, hiddenSize: Int) {
            keys = MutableArray(shape: Shape(rows: capacity, columns: hiddenSize))
            values = MutableArray(shape: Shape(rows: capacity, columns: hiddenSize))
        }
    }

    private let hiddenSize: Int
    private var slots: [Slot?] = []

    /// A cache without slots, for keys and values of width C.
    public init(hiddenSize: Int) { self.hiddenSize = hiddenSize }

    /// Opens slot `index`, which must be closed, for at most `capacity` tokens.
    public func open(_ index: Int, capacity: Int) {
        while slots.count <= index { slots.append(nil) }
        require(slots[index] == nil, "LayerKVCache: slot \(index) is open already")
        slots[index] = Slot(capacity: capacity, hiddenSize: hiddenSize)
    }

    /// Returns the memory of slot `index` to the pool.
    public func close(_ index: Int) {
        _ = slot(Int32(index))
        slots[index] = nil
    }

    /// Copies the first `tokens` of one slot to another, so that both continue the same beginning.
    public func copy(from source: Int, to target: Int, tokens: Int) {
        let (from, to) = (slot(Int32(source)), slot(Int32(target)))
        require(
            tokens <= from.capacity && tokens <= to.capacity,
            "LayerKVCache: \(tokens) tokens from a slot of \(from.capacity) to one of \(to.capacity)")
        to.keys.pointer.update(from: from.keys.pointer, count: tokens * hiddenSize)
        to.values.pointer.update(from: from.values.pointer, count: tokens * hiddenSize)
    }

    /// Slot `index`. Traps unless it is open.
    func slot(_ index: Int32) -> Slot {
        guard index >= 0, Int(index) < slots.count, let slot = slots[Int(index)] else {
            fatalError("LayerKVCache: slot \(index) is not open")
        }
        return slot
    }

    /// Appends the new tokens' keys and values to the cached ones. Traps if a sequence outgrows its slot.
    func append(key: AttentionOperand, value: AttentionOperand, segments: Segments) {
        for segment in 0..<segments.count {
            let rows = segments.rows(of: segment)
            let slot = slot(segments.slots[segment])
            let past = Int(segments.past[segment])
            require(
                past >= 0 && past + rows.count <= slot.capacity,
                "attention: \(past) + \(rows.count) tokens in a slot of \(slot.capacity)")
            for (index, row) in rows.enumerated() {
                let to = (past + index) * hiddenSize
                (slot.keys.pointer + to).update(from: key.pointer + row * key.stride, count: hiddenSize)
                (slot.values.pointer + to).update(from: value.pointer + row * value.stride, count: hiddenSize)
            }
        }
    }
}
