public import NumericCore
import Preconditions

/// The keys and values of earlier tokens, for every layer of a model and every sequence being decoded.
///
/// Not `Sendable`: a cache belongs to the decoding loop that made it.
public final class KVCache {
    private let layers: [LayerKVCache]
    /// The maximum capacity of a slot.
    private let contextLength: Int
    private var closed: [Int] = []
    /// The tokens that each slot has memory for, and those that it shares; `nil` for a closed slot.
    private var slots: [(owned: Int, shared: Int)?] = []

    /// The number of tokens that the open slots have memory for. A shared beginning counts once, with the slot that it was
    /// computed in, and no longer once that slot is closed.
    public private(set) var tokens = 0

    /// Creates a cache without slots for a model of `contextLength` positions and `hiddenSize` channels.
    public init(layers: Int, contextLength: Int, hiddenSize: Int) {
        self.contextLength = contextLength
        self.layers = (0..<layers).map { _ in LayerKVCache(hiddenSize: hiddenSize) }
    }

    /// Returns the cache of one layer.
    public func layer(_ index: Int) -> LayerKVCache { layers[index] }

    /// The number of open slots.
    public var openSlots: Int { slots.count - closed.count }

    /// Opens a slot for a sequence of at most `capacity` tokens and returns its number. Traps beyond the model's positions.
    public func open(capacity: Int) -> Int {
        let slot = take(capacity: capacity, shared: 0)
        for layer in layers { layer.open(slot, capacity: capacity) }
        return slot
    }

    /// Returns the memory of a slot to the pool. Its number may be reused.
    public func close(_ slot: Int) {
        for layer in layers { layer.close(slot) }
        tokens -= slots[slot]?.owned ?? 0
        slots[slot] = nil
        closed.append(slot)
    }

    /// Opens a slot that begins with the first `tokens` of another and reads them there: how the candidates of a prompt share
    /// its keys and values. The other slot must not be written again in their place.
    public func share(_ slot: Int, tokens: Int, capacity: Int) -> Int {
        let target = take(capacity: capacity, shared: tokens)
        for layer in layers { layer.share(tokens, of: slot, with: target, capacity: capacity) }
        return target
    }

    /// Opens a slot that begins with the first `tokens` of another, so that both can continue. What the other shares is
    /// shared, and the rest is copied.
    public func fork(_ slot: Int, tokens: Int, capacity: Int) -> Int {
        let target = take(capacity: capacity, shared: slots[slot]?.shared ?? 0)
        for layer in layers { layer.fork(slot, tokens: tokens, into: target, capacity: capacity) }
        return target
    }

    private func take(capacity: Int, shared: Int) -> Int {
        require(capacity <= contextLength, "KVCache: \(capacity) tokens, \(contextLength) positions")
        let slot = closed.popLast() ?? slots.count
        if slot == slots.count { slots.append(nil) }
        slots[slot] = (capacity - shared, shared)
        tokens += capacity - shared
        return slot
    }
}
