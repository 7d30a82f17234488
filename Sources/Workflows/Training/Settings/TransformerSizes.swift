import Settings

/// The sizes of a fresh model, which both kinds have.
protocol TransformerSizes: ValidatedSettings {
    var layers: Int { get }
    var hiddenSize: Int { get }
    var heads: Int { get }
    var contextLength: Int { get }
    /// The width of the feed-forward layers; null for four times `hiddenSize`.
    var intermediateSize: Int? { get }
    var initializerRange: Double { get }
    var layerNormEpsilon: Double { get }
    /// Null takes the base's.
    var dropout: Double? { get }
}

extension TransformerSizes {
    /// Refuses sizes that no model can have.
    func validateSizes() throws {
        try require(layers, "layers", in: 1...1_000)
        try require(hiddenSize, "hiddenSize", in: 1...65_536)
        try require(heads, "heads", in: 1...)
        try require(
            hiddenSize % heads == 0, "hiddenSize", found: hiddenSize, expected: "a multiple of `heads`, \(heads)")
        try require(contextLength, "contextLength", in: 4...65_536)
        if let intermediateSize { try require(intermediateSize, "intermediateSize", in: 1...1_048_576) }
        try require(
            initializerRange > 0, "initializerRange", found: initializerRange,
            expected: "a number above 0")
        try require(layerNormEpsilon > 0, "layerNormEpsilon", found: layerNormEpsilon, expected: "a number above 0")
        if let dropout { try require(dropout, "dropout", in: 0...0.95) }
    }

    /// The width of the feed-forward layers.
    var feedForwardSize: Int { intermediateSize ?? 4 * hiddenSize }
}
