public import NumericCore
import Preconditions

/// Keys and values of earlier tokens, for every layer of a model and every sequence being decoded.
///
/// Not `Sendable`: a cache belongs to the decoding loop that made it.
public final class KVCache {
    private let layers: [LayerKVCache]
    /// The maximum capacity of a slot.
    private let contextLength: Int
    private var closed: [Int] = []
    private var slotCount = 0

    /// A cache without slots for a model of the given sizes.
    public init(layers: Int, contextLength: Int, hiddenSize: Int) {
        self.contextLength = contextLength
        self.layers = (0..<layers).map { _ in LayerKVCache(hiddenSize: hiddenSize) }
    }

    /// The cache of one layer.
    public func layer(_ index: Int) -> LayerKVCache { layers[index] }

    /// Opens a slot for a sequence of at most `capacity` tokens and returns its number. Traps beyond the context length.
    public func open(capacity: Int) -> Int {
        require(
            capacity <= contextLength,
            "KVCache: a capacity of \(capacity) tokens for a context length of \(contextLength)")
        let slot = closed.popLast() ?? slotCount
        slotCount = max(slotCount, slot + 1)
        for layer in layers { layer.open(slot, capacity: capacity) }
        return slot
    }

    /// Returns the memory of a slot to the pool. Its number may be reused.
    public func close(_ slot: Int) {
        for layer in layers { layer.close(slot) }
        closed.append(slot)
    }

    /// Opens a slot that begins with the first `tokens` of another, so that both continue from them.
    public func fork(_ slot: Int, tokens: Int, capacity: Int) -> Int {
        let copy = open(capacity: capacity)
        for layer in layers { layer.copy(from: slot, to: copy, tokens: tokens) }
        return copy
    }
}
