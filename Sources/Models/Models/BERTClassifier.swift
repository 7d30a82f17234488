public import Autograd
public import NeuralNetwork
public import NumericCore
import Preconditions

/// BERT (Devlin et al. 2019) of any size with a classification head, top to bottom.
///
/// Parameter names and orientations (`[out, in]`) are those of Hugging Face transformers' `BertForSequenceClassification`.
/// Every token has token type 0: a headline is one sentence. Legend of the shape comments: N tokens in all segments
/// together, S segments, C the hidden size, K labels.
public final class BERTClassifier {
    /// The way the token states of a headline are pooled for the head.
    public enum Pooling: String, Sendable, Codable, CaseIterable {
        /// BERT's pooler: tanh of a linear layer over the first token, `[CLS]`.
        case cls
        /// The mean over all tokens; only our own engine reads it, transformers has no such head.
        case mean
    }

    /// The sizes and dropout rates of one classifier.
    public struct Configuration: Sendable, Hashable {
        /// V, the number of tokens.
        public var vocabularySize: Int
        /// The longest sequence that has position embeddings.
        public var contextLength: Int
        /// The number of token types that have embeddings; only the first is used.
        public var tokenTypes: Int
        /// C, the width of the token states.
        public var hiddenSize: Int
        /// The number of transformer layers.
        public var layers: Int
        /// The number of attention heads; C is a multiple of it.
        public var heads: Int
        /// The width of the feed-forward layer, usually 4 C.
        public var intermediateSize: Int
        /// The number added to the variance in every layer norm.
        public var layerNormEpsilon: Float
        /// The standard deviation of fresh weights.
        public var initializerRange: Double
        /// The dropout probability of the embeddings and of what each half of a layer adds.
        public var hiddenDropout: Float
        /// The dropout probability of the attention weights.
        public var attentionDropout: Float
        /// The dropout probability of the pooled state.
        public var classifierDropout: Float
        /// The way token states are pooled.
        public var pooling: Pooling
        /// K, the number of labels.
        public var labels: Int

        /// A configuration from all its sizes and rates.
        public init(
            vocabularySize: Int, contextLength: Int, tokenTypes: Int, hiddenSize: Int, layers: Int, heads: Int,
            intermediateSize: Int, layerNormEpsilon: Float, initializerRange: Double, hiddenDropout: Float,
            attentionDropout: Float, classifierDropout: Float, pooling: Pooling, labels: Int
        ) {
            self.vocabularySize = vocabularySize
            self.contextLength = contextLength
            self.tokenTypes = tokenTypes
            self.hiddenSize = hiddenSize
            self.layers = layers
            self.heads = heads
            self.intermediateSize = intermediateSize
            self.layerNormEpsilon = layerNormEpsilon
            self.initializerRange = initializerRange
            self.hiddenDropout = hiddenDropout
            self.attentionDropout = attentionDropout
            self.classifierDropout = classifierDropout
            self.pooling = pooling
            self.labels = labels
        }
    }

    /// The sizes and dropout rates of this model.
    public let configuration: Configuration
    /// The parameters, in the order of the layers.
    public let parameters: [Parameter]
    private let embeddings: Embeddings
    private let blocks: [Block]
    private let pooler: Linear?
    private let head: Linear

    /// A model with parameters from `source`. Throws unless they are all there, in their shapes, and none is left over.
    public convenience init(_ configuration: Configuration, from source: ParameterStore.Source) throws(ParameterError) {
        let store = ParameterStore(source)
        self.init(store.root, configuration)
        try store.finish()
    }

    /// A model that asks `scope` for every parameter; finish its store before using the model.
    public init(_ scope: ParameterScope, _ configuration: Configuration) {
        self.configuration = configuration
        let (bert, hiddenSize) = (scope["bert"], configuration.hiddenSize)
        embeddings = Embeddings(bert["embeddings"], configuration)
        blocks = (0..<configuration.layers).map { Block(bert["encoder"]["layer"][$0], configuration) }
        pooler =
            configuration.pooling == .cls
            ? Linear(bert["pooler"]["dense"], configuration, inputs: hiddenSize, outputs: hiddenSize) : nil
        head = Linear(scope["classifier"], configuration, inputs: hiddenSize, outputs: configuration.labels)
        parameters = scope.parameters
    }

    /// The number of values in all parameters.
    public var parameterCount: Int { parameters.reduce(0) { $0 + $1.count } }

    /// The logits of each segment: `[S, K]`. Traps on an empty segment.
    public func callAsFunction(_ tokens: [Int32], _ segments: Segments) -> Tensor {
        let first = segments.firstRows
        let pooled: Tensor  // [S, C]
        if let pooler {
            // Only the first tokens of the last layer are read, so that layer computes no others.
            pooled = pooler(hiddenStates(tokens, segments, lastLayerRows: first)).tanh()
        } else {
            pooled = hiddenStates(tokens, segments).segmentMean(segments)
        }
        return head(pooled.dropout(configuration.classifierDropout, rows: first))  // [S, K]
    }

    /// The hidden states of the last layer: `[N, C]`.
    public func hiddenStates(_ tokens: [Int32], _ segments: Segments) -> Tensor {
        hiddenStates(tokens, segments, lastLayerRows: nil)
    }

    /// The hidden states of the last layer, of all tokens or of the first of each segment.
    private func hiddenStates(_ tokens: [Int32], _ segments: Segments, lastLayerRows: [Int32]?) -> Tensor {
        var x = embeddings(tokens, segments)  // [N, C]
        for block in blocks.dropLast() { x = block(x, segments, rows: nil) }  // [N, C]
        guard let last = blocks.last else { return lastLayerRows.map(x.rows) ?? x }
        return last(x, segments, rows: lastLayerRows)  // [N, C] or [S, C]
    }

    /// The sum over all segments of the cross-entropy against `labels`, `[S]`, in nats: a scalar.
    /// - Parameters:
    ///   - weights: the class weights, `[K]`, or `nil` for ones.
    ///   - smoothing: the label smoothing, `0 ..< 1`.
    public func lossSum(
        _ tokens: [Int32], _ segments: Segments, labels: [Int32], weights: [Float]?, smoothing: Float
    ) -> Tensor {
        self(tokens, segments).crossEntropySum(labels: labels, weights: weights, smoothing: smoothing)  // []
    }

    /// The parameters to train when the embeddings or the first layers are frozen.
    /// - Parameters:
    ///   - embeddings: true to freeze them, with their layer norm.
    ///   - layers: the number of first layers to freeze.
    public func trainable(freezingEmbeddings embeddings: Bool, layers: Int) -> [Parameter] {
        parameters.filter {
            let depth = configuration.depth(ofParameter: $0.name)
            return depth == 0 ? !embeddings : depth > layers
        }
    }

    /// The sum of token, position and token type embeddings, with a layer norm.
    private struct Embeddings {
        private let words: Embedding
        private let positions: Embedding
        private let tokenTypes: Embedding
        private let norm: LayerNorm
        private let dropout: Float

        init(_ scope: ParameterScope, _ configuration: Configuration) {
            func table(_ name: String, _ count: Int) -> Embedding {
                Embedding(
                    scope[name], count: count, hiddenSize: configuration.hiddenSize,
                    initializer: .normal(standardDeviation: configuration.initializerRange))
            }
            words = table("word_embeddings", configuration.vocabularySize)
            positions = table("position_embeddings", configuration.contextLength)
            tokenTypes = table("token_type_embeddings", configuration.tokenTypes)
            norm = LayerNorm(
                scope["LayerNorm"], hiddenSize: configuration.hiddenSize, epsilon: configuration.layerNormEpsilon)
            dropout = configuration.hiddenDropout
        }

        func callAsFunction(_ tokens: [Int32], _ segments: Segments) -> Tensor {
            let types = tokenTypes([Int32](repeating: 0, count: tokens.count))  // [N, C]
            let sum = words(tokens) + positions(segments.positions) + types  // [N, C]
            return norm(sum).dropout(dropout)  // [N, C]
        }
    }

    /// One transformer layer, with a layer norm after each half.
    private struct Block {
        private let query: Linear, key: Linear, value: Linear
        private let attentionOutput: Linear
        private let attentionNorm: LayerNorm
        private let up: Linear, down: Linear
        private let outputNorm: LayerNorm
        private let configuration: Configuration

        init(_ scope: ParameterScope, _ configuration: Configuration) {
            let (hiddenSize, inner) = (configuration.hiddenSize, configuration.intermediateSize)
            let epsilon = configuration.layerNormEpsilon
            let attention = scope["attention"]
            func square(_ scope: ParameterScope) -> Linear {
                Linear(scope, configuration, inputs: hiddenSize, outputs: hiddenSize)
            }
            query = square(attention["self"]["query"])
            key = square(attention["self"]["key"])
            value = square(attention["self"]["value"])
            attentionOutput = square(attention["output"]["dense"])
            attentionNorm = LayerNorm(attention["output"]["LayerNorm"], hiddenSize: hiddenSize, epsilon: epsilon)
            up = Linear(scope["intermediate"]["dense"], configuration, inputs: hiddenSize, outputs: inner)
            down = Linear(scope["output"]["dense"], configuration, inputs: inner, outputs: hiddenSize)
            outputNorm = LayerNorm(scope["output"]["LayerNorm"], hiddenSize: hiddenSize, epsilon: epsilon)
            self.configuration = configuration
        }

        /// `[N, C]` → `[N, C]`, or `[S, C]` with the first rows of the segments as `rows`: the same numbers for those rows.
        func callAsFunction(_ x: Tensor, _ segments: Segments, rows: [Int32]?) -> Tensor {
            let queries = rows.map(x.rows) ?? x  // [N, C] or [S, C], and so on below
            let (q, k, v) = (query(queries), key(x), value(x))
            let attended = Tensor.attention(
                rows == nil ? .separate(query: q, key: k, value: v) : .firstTokens(query: q, key: k, value: v),
                heads: configuration.heads, segments: segments, causal: false, dropout: configuration.attentionDropout,
                cache: nil)
            let dropout = configuration.hiddenDropout
            let y = attentionNorm(queries + attentionOutput(attended).dropout(dropout, rows: rows))
            let fed = down(up(y).gelu(.erf))  // [N, C] → [N, 4C] → [N, C]
            return outputNorm(y + fed.dropout(dropout, rows: rows))
        }
    }
}

extension BERTClassifier.Configuration {
    /// The number of values in all parameters of such a model, without making one. In Double: the sizes may be mistakes that no
    /// integer holds.
    public var parameterCount: Double {
        func count(layers: Int) -> Double {
            var sizes = self
            sizes.layers = layers
            let store = ParameterStore([:], fallback: .counted)
            _ = BERTClassifier(store.root, sizes)
            return store.valueCount
        }
        let none = count(layers: 0)
        return none + Double(layers) * (count(layers: 1) - none)
    }

    /// The depth of a parameter: 0 for the embeddings, 1 … `layers` for the blocks, `layers + 1` for pooler and head. Layer-wise
    /// learning-rate decay multiplies the rate of depth d by `decay^(layers + 1 − d)`. Traps on a name of another model.
    public func depth(ofParameter name: String) -> Int {
        let layers = "bert.encoder.layer."
        if name.hasPrefix("bert.embeddings.") { return 0 }
        if name.hasPrefix(layers), let layer = Int(name.dropFirst(layers.count).prefix { $0 != "." }) {
            return layer + 1
        }
        require(
            name.hasPrefix("bert.pooler.") || name.hasPrefix("classifier."),
            "BERTClassifier: \(name) is not one of its parameters")
        return self.layers + 1
    }
}

extension Linear {
    /// A layer that is stored and initialized as BERT's are.
    fileprivate init(
        _ scope: ParameterScope, _ configuration: BERTClassifier.Configuration, inputs: Int, outputs: Int
    ) {
        self.init(
            scope, inputs: inputs, outputs: outputs, layout: .outputInput,
            initializer: .normal(standardDeviation: configuration.initializerRange))
    }
}
