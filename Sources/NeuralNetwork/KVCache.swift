public import NumericCore

/// Keys and values of earlier tokens, for every layer of a model and every sequence being decoded.
///
/// `@unchecked Sendable` is not claimed: a cache belongs to the one decoding loop that made it.
public final class KVCache {
    private let layers: [AttentionCache]
    /// How many sequences there is room for.
    public let slots: Int
    /// How many tokens of each there is room for.
    public let capacity: Int

    public init(layers: Int, slots: Int, capacity: Int, channels: Int) {
        self.slots = slots
        self.capacity = capacity
        self.layers = (0..<layers).map { _ in AttentionCache(slots: slots, capacity: capacity, channels: channels) }
    }

    /// The cache of one layer.
    public func layer(_ index: Int) -> AttentionCache { layers[index] }
}
