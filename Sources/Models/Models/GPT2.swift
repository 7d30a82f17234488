public import Autograd
public import NeuralNetwork
public import NumericCore

/// GPT-2 (Radford et al. 2019) of any size, top to bottom. DistilGPT-2 is one with six layers.
///
/// Parameter names are those of Hugging Face transformers' `GPT2Model`; the head is tied to the token embedding.
/// Legend of the shape comments: N tokens in all segments together, C the hidden size, V the vocabulary size.
public final class GPT2 {
    /// The sizes and dropout rates of one GPT-2.
    public struct Configuration: Sendable, Hashable {
        /// V, the number of tokens.
        public var vocabularySize: Int
        /// The longest sequence that has position embeddings.
        public var contextLength: Int
        /// C, the width of the residual stream.
        public var hiddenSize: Int
        /// The number of transformer blocks.
        public var layers: Int
        /// The number of attention heads; C is a multiple of it.
        public var heads: Int
        /// The width of the feed-forward layer, usually 4 C.
        public var intermediateSize: Int
        /// The number added to the variance in every layer norm.
        public var layerNormEpsilon: Float
        /// The standard deviation of fresh weights; projections back into the residual stream get 1/√(2 · layers) of it.
        public var initializerRange: Double
        /// The dropout probability of the sum of the embeddings.
        public var embeddingDropout: Float
        /// The dropout probability of what each half of a block adds.
        public var residualDropout: Float
        /// The dropout probability of the attention weights.
        public var attentionDropout: Float

        /// A configuration from all its sizes and rates.
        public init(
            vocabularySize: Int, contextLength: Int, hiddenSize: Int, layers: Int, heads: Int, intermediateSize: Int,
            layerNormEpsilon: Float, initializerRange: Double, embeddingDropout: Float, residualDropout: Float,
            attentionDropout: Float
        ) {
            self.vocabularySize = vocabularySize
            self.contextLength = contextLength
            self.hiddenSize = hiddenSize
            self.layers = layers
            self.heads = heads
            self.intermediateSize = intermediateSize
            self.layerNormEpsilon = layerNormEpsilon
            self.initializerRange = initializerRange
            self.embeddingDropout = embeddingDropout
            self.residualDropout = residualDropout
            self.attentionDropout = attentionDropout
        }
    }

    /// The sizes and dropout rates of this model.
    public let configuration: Configuration
    /// The parameters, in the order of the layers.
    public let parameters: [Parameter]
    private let tokenEmbedding: Embedding
    private let positionEmbedding: Embedding
    private let blocks: [Block]
    private let finalNorm: LayerNorm

    /// A model with parameters from `source`. Throws unless they are all there, in their shapes, and none is left over.
    public convenience init(_ configuration: Configuration, from source: ParameterStore.Source) throws(ParameterError) {
        let store = ParameterStore(source)
        self.init(store.root, configuration)
        try store.finish()
    }

    /// A model that asks `scope` for every parameter; finish its store before using the model.
    public init(_ scope: ParameterScope, _ configuration: Configuration) {
        self.configuration = configuration
        let initializer = Initializer.normal(standardDeviation: configuration.initializerRange)
        tokenEmbedding = Embedding(
            scope["wte"], count: configuration.vocabularySize, hiddenSize: configuration.hiddenSize,
            initializer: initializer)
        positionEmbedding = Embedding(
            scope["wpe"], count: configuration.contextLength, hiddenSize: configuration.hiddenSize,
            initializer: initializer)
        blocks = (0..<configuration.layers).map { Block(scope["h"][$0], configuration) }
        finalNorm = LayerNorm(
            scope["ln_f"], hiddenSize: configuration.hiddenSize, epsilon: configuration.layerNormEpsilon)
        parameters = scope.parameters
    }

    /// The number of values in all parameters.
    public var parameterCount: Int { parameters.reduce(0) { $0 + $1.count } }

    /// The parameters to train: all, or those of the last blocks alone, without embeddings and final norm.
    public func trainable(lastBlocks: Int?) -> [Parameter] {
        guard let lastBlocks else { return parameters }
        let scopes = (max(0, configuration.layers - lastBlocks)..<configuration.layers).map { "h.\($0)." }
        return parameters.filter { parameter in scopes.contains { parameter.name.hasPrefix($0) } }
    }

    /// The final hidden states of the `tokens` that `segments` delimit: `[N, C]`. With a cache, tokens continue its sequences.
    public func callAsFunction(_ tokens: [Int32], _ segments: Segments, cache: KVCache?) -> Tensor {
        let embedded = tokenEmbedding(tokens) + positionEmbedding(segments.positions)  // [N, C]
        var x = embedded.dropout(configuration.embeddingDropout)  // [N, C]
        for (layer, block) in blocks.enumerated() { x = block(x, segments, cache?.layer(layer)) }  // [N, C]
        return finalNorm(x)  // [N, C]
    }

    /// The sum over all rows of the cross-entropy against the next tokens, `[N]`, in nats: a scalar.
    public func lossSum(_ tokens: [Int32], _ segments: Segments, targets: [Int32]) -> Tensor {
        self(tokens, segments, cache: nil)  // [N, C]
            .unembeddingCrossEntropySum(tokenEmbedding.table, targets: targets)  // []
    }

    /// The sum over all rows of the cross-entropy, in nats, against hard or soft targets: a scalar.
    /// - Parameter weights: a factor for each row, `[N]`, or `nil` for ones.
    public func lossSum(
        _ tokens: [Int32], _ segments: Segments, targets: UnembeddingTargets, weights: [Float]?
    ) -> Tensor {
        self(tokens, segments, cache: nil)  // [N, C]
            .unembeddingCrossEntropySum(tokenEmbedding.table, targets: targets, weights: weights)  // []
    }

    /// The cross-entropy of each row in nats, without gradients.
    public func losses(_ tokens: [Int32], _ segments: Segments, targets: [Int32]) -> [Double] {
        self(tokens, segments, cache: nil).unembeddingLosses(tokenEmbedding.table, targets: targets)
    }

    /// The logits of hidden states: `[N, C]` → `[N, V]`.
    public func logits(_ hidden: Tensor) -> Tensor {
        tokenEmbedding.scores(hidden)  // [N, V]
    }

    /// A cache without slots, for decoding.
    public func makeCache() -> KVCache {
        KVCache(
            layers: configuration.layers, contextLength: configuration.contextLength,
            hiddenSize: configuration.hiddenSize)
    }

    /// One transformer block, with a layer norm before each half.
    private struct Block {
        private let attentionNorm: LayerNorm
        private let attention: SelfAttention
        private let feedForwardNorm: LayerNorm
        private let feedForward: FeedForward
        private let dropout: Float

        init(_ scope: ParameterScope, _ configuration: Configuration) {
            let (hiddenSize, epsilon) = (configuration.hiddenSize, configuration.layerNormEpsilon)
            attentionNorm = LayerNorm(scope["ln_1"], hiddenSize: hiddenSize, epsilon: epsilon)
            attention = SelfAttention(scope["attn"], configuration)
            feedForwardNorm = LayerNorm(scope["ln_2"], hiddenSize: hiddenSize, epsilon: epsilon)
            feedForward = FeedForward(scope["mlp"], configuration)
            dropout = configuration.residualDropout
        }

        func callAsFunction(_ x: Tensor, _ segments: Segments, _ cache: LayerKVCache?) -> Tensor {
            let y = x + attention(attentionNorm(x), segments, cache).dropout(dropout)  // [N, C]
            return y + feedForward(feedForwardNorm(y)).dropout(dropout)  // [N, C]
        }
    }

    private struct SelfAttention {
        private let projection: Linear
        private let output: Linear
        private let heads: Int
        private let dropout: Float

        init(_ scope: ParameterScope, _ configuration: Configuration) {
            let hiddenSize = configuration.hiddenSize
            projection = Linear(
                scope["c_attn"], inputs: hiddenSize, outputs: 3 * hiddenSize, layout: .inputOutput,
                initializer: .normal(standardDeviation: configuration.initializerRange))
            output = Linear(
                scope["c_proj"], inputs: hiddenSize, outputs: hiddenSize, layout: .inputOutput,
                initializer: .normal(standardDeviation: configuration.residualInitializerRange))
            heads = configuration.heads
            dropout = configuration.attentionDropout
        }

        func callAsFunction(_ x: Tensor, _ segments: Segments, _ cache: LayerKVCache?) -> Tensor {
            let attended = Tensor.attention(
                .packed(projection(x)),  // [N, 3C]
                heads: heads, segments: segments, causal: true, dropout: dropout, cache: cache)  // [N, C]
            return output(attended)  // [N, C]
        }
    }

    private struct FeedForward {
        private let up: Linear
        private let down: Linear

        init(_ scope: ParameterScope, _ configuration: Configuration) {
            up = Linear(
                scope["c_fc"], inputs: configuration.hiddenSize, outputs: configuration.intermediateSize,
                layout: .inputOutput, initializer: .normal(standardDeviation: configuration.initializerRange))
            down = Linear(
                scope["c_proj"], inputs: configuration.intermediateSize, outputs: configuration.hiddenSize,
                layout: .inputOutput, initializer: .normal(standardDeviation: configuration.residualInitializerRange))
        }

        func callAsFunction(_ x: Tensor) -> Tensor {
            down(up(x).gelu(.tanh))  // [N, C] → [N, 4C] → [N, C]
        }
    }
}

extension GPT2.Configuration {
    /// The number of values in all parameters of such a model, without making one. In Double: the sizes may be mistakes that no
    /// integer holds.
    public var parameterCount: Double {
        func count(layers: Int) -> Double {
            var sizes = self
            sizes.layers = layers
            let store = ParameterStore([:], fallback: .counted)
            _ = GPT2(store.root, sizes)
            return store.valueCount
        }
        let none = count(layers: 0)
        return none + Double(layers) * (count(layers: 1) - none)
    }

    /// The standard deviation of fresh projections into the residual stream, two a layer (Radford et al. 2019, §2.3).
    fileprivate var residualInitializerRange: Double { initializerRange / Double(2 * layers).squareRoot() }
}
