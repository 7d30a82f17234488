import Settings

/// The sizes of a fresh model, which both kinds have.
protocol TransformerSizes: ValidatedSettings {
    var layers: Int { get }
    var channels: Int { get }
    var heads: Int { get }
    var positions: Int { get }
    /// Width of the feed-forward layers; null for four times the channels.
    var innerChannels: Int? { get }
    var initializerDeviation: Double { get }
    var layerNormEpsilon: Double { get }
    /// Null takes the base's.
    var dropout: Double? { get }
}

extension TransformerSizes {
    /// Refuses sizes that no model can have.
    func validateSizes() throws {
        try require(layers, "layers", in: 1...1_000)
        try require(channels, "channels", in: 1...65_536)
        try require(heads, "heads", in: 1...)
        try require(
            channels % heads == 0, "channels", found: channels, expected: "a multiple of `heads`, \(heads)")
        try require(positions, "positions", in: 4...65_536)
        if let innerChannels { try require(innerChannels, "innerChannels", in: 1...1_048_576) }
        try require(
            initializerDeviation > 0, "initializerDeviation", found: initializerDeviation,
            expected: "a number above 0")
        try require(layerNormEpsilon > 0, "layerNormEpsilon", found: layerNormEpsilon, expected: "a number above 0")
        if let dropout { try require(dropout, "dropout", in: 0...0.95) }
    }

    /// The width of the feed-forward layers.
    var feedForwardChannels: Int { innerChannels ?? 4 * channels }
}
