public import Autograd
public import NeuralNetwork
public import NumericCore
import Preconditions

/// BERT (Devlin et al. 2019) of any size with a classification head, top to bottom.
///
/// Parameter names and orientations (`[out, in]`) are those of Hugging Face transformers' `BertForSequenceClassification`.
/// Every token has token type 0: a headline is one sentence. Legend of the shape comments: N tokens in all segments
/// together, S segments, C channels, K labels.
public final class BERTClassifier {
    /// What of a headline the head sees.
    public enum Pooling: String, Sendable, Codable, CaseIterable {
        /// BERT's pooler: tanh of a linear layer over the first token, `[CLS]`.
        case cls
        /// The mean over all tokens; our own engine only, transformers has no such head.
        case mean
    }

    /// The sizes and rates that make up one classifier.
    public struct Configuration: Sendable, Hashable {
        /// V.
        public var vocabularySize: Int
        /// The longest sequence that has position embeddings.
        public var contextLength: Int
        /// How many token types have embeddings; only the first is used.
        public var tokenTypes: Int
        /// C.
        public var hiddenSize: Int
        public var layers: Int
        public var heads: Int
        /// Width of the feed-forward layer, usually 4 C.
        public var intermediateSize: Int
        public var layerNormEpsilon: Float
        /// Deviation of fresh weights.
        public var initializerRange: Double
        /// Of the embeddings and of what each half of a block adds.
        public var hiddenDropout: Float
        public var attentionDropout: Float
        /// Of what the head sees.
        public var classifierDropout: Float
        public var pooling: Pooling
        /// K.
        public var labels: Int

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

    public let configuration: Configuration
    private let embeddings: Embeddings
    private let blocks: [Block]
    private let pooler: Linear?
    private let head: Linear

    /// Asks `scope` for every parameter of the model.
    public init(_ scope: ParameterScope, _ configuration: Configuration) {
        self.configuration = configuration
        let (bert, hiddenSize) = (scope["bert"], configuration.hiddenSize)
        embeddings = Embeddings(bert["embeddings"], configuration)
        blocks = (0..<configuration.layers).map { Block(bert["encoder"]["layer"][$0], configuration) }
        pooler =
            configuration.pooling == .cls
            ? Linear(bert["pooler"]["dense"], configuration, inputs: hiddenSize, outputs: hiddenSize) : nil
        head = Linear(scope["classifier"], configuration, inputs: hiddenSize, outputs: configuration.labels)
    }

    /// The logits of each segment: `[S, K]`. Traps on an empty segment.
    public func callAsFunction(_ tokens: [Int32], _ segments: Segments) -> Tensor {
        let first = segments.firstRows
        let pooled: Tensor  // [S, C]
        if let pooler {
            // Nothing but the first tokens of the last layer is read, so that layer computes no others.
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
    ///   - weights: of the classes, `[K]`, or `nil` for ones.
    ///   - smoothing: of the labels, `0 ..< 1`.
    public func lossSum(
        _ tokens: [Int32], _ segments: Segments, labels: [Int32], weights: [Float]?, smoothing: Float
    ) -> Tensor {
        self(tokens, segments).crossEntropySum(labels: labels, weights: weights, smoothing: smoothing)  // []
    }

    /// The parameters that training changes when embeddings or first layers stay as they are.
    /// - Parameters:
    ///   - embeddings: whether those stay, their normalisation included.
    ///   - layers: how many of the first layers stay.
    public func trainable(_ parameters: [Parameter], freezingEmbeddings embeddings: Bool, layers: Int) -> [Parameter] {
        parameters.filter {
            let depth = configuration.depth(ofParameter: $0.name)
            return depth == 0 ? !embeddings : depth > layers
        }
    }

    /// Token, position and token type, added and normalised.
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

    /// One transformer layer, normalising after each half.
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
            let asking = rows.map(x.rows) ?? x  // [N, C] or [S, C], and so on below
            let (q, k, v) = (query(asking), key(x), value(x))
            let attended = Tensor.attention(
                rows == nil ? .separate(query: q, key: k, value: v) : .firstTokens(query: q, key: k, value: v),
                heads: configuration.heads, segments: segments, causal: false, dropout: configuration.attentionDropout,
                cache: nil)
            let dropout = configuration.hiddenDropout
            let y = attentionNorm(asking + attentionOutput(attended).dropout(dropout, rows: rows))
            let fed = down(up(y).gelu(.erf))  // [N, C] → [N, 4C] → [N, C]
            return outputNorm(y + fed.dropout(dropout, rows: rows))
        }
    }
}

extension BERTClassifier.Configuration {
    /// How deep a parameter lies: 0 for the embeddings, 1 … `layers` for the blocks, `layers + 1` for pooler and head. Layer-wise
    /// learning-rate decay multiplies the rate of depth d by `decay^(layers + 1 − d)`. Traps on a name of another model.
    public func depth(ofParameter name: String) -> Int {
        let layers = "bert.encoder.layer."
        if name.hasPrefix("bert.embeddings.") { return 0 }
        if name.hasPrefix(layers), let layer = Int(name.dropFirst(layers.count).prefix { $0 != "." }) {
            return layer + 1
        }
        require(
            name.hasPrefix("bert.pooler.") || name.hasPrefix("classifier."), "BERTClassifier: no parameter is \(name)")
        return self.layers + 1
    }
}

extension Linear {
    /// A layer as BERT's are stored and initialised.
    fileprivate init(
        _ scope: ParameterScope, _ configuration: BERTClassifier.Configuration, inputs: Int, outputs: Int
    ) {
        self.init(
            scope, inputs: inputs, outputs: outputs, layout: .outputInput,
            initializer: .normal(standardDeviation: configuration.initializerRange))
    }
}
