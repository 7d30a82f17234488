public import NumericCore
import Preconditions

/// The query, key and value of attention.
public enum AttentionProjections {
    /// Columns of one projection, `[N, 3C]`, in that order.
    case packed(Tensor)
    /// Three tensors `[N, C]`.
    case separate(query: Tensor, key: Tensor, value: Tensor)
    /// The query of the first token of each segment only, `[S, C]`; key and value are `[N, C]`. Not causal.
    case firstTokens(query: Tensor, key: Tensor, value: Tensor)

    /// C.
    var hiddenSize: Int {
        switch self {
        case .packed(let projection): return projection.shape.columns / 3
        case .separate(let query, _, _), .firstTokens(let query, _, _): return query.shape.columns
        }
    }

    private var tensors: (Tensor, Tensor, Tensor) {
        switch self {
        case .packed(let projection): return (projection, projection, projection)
        case .separate(let query, let key, let value), .firstTokens(let query, let key, let value):
            return (query, key, value)
        }
    }

    fileprivate var queries: Attention.Queries {
        if case .firstTokens = self { .firstToken } else { .everyToken }
    }

    private var columns: (Int, Int, Int) {
        switch self {
        case .packed: return (0, hiddenSize, 2 * hiddenSize)
        case .separate, .firstTokens: return (0, 0, 0)
        }
    }

    fileprivate func attend(_ segments: Segments, _ settings: Attention.Settings, _ cache: LayerKVCache?) -> Tensor {
        let (query, key, value) = tensors
        if case .packed(let projection) = self {
            require(projection.shape.columns % 3 == 0, "attention: \(projection.shape) does not pack three projections")
        }
        let (q, k, v) = columns
        let attention = Attention(
            query: AttentionOperand(query.value, firstColumn: q), key: AttentionOperand(key.value, firstColumn: k),
            value: AttentionOperand(value.value, firstColumn: v), hiddenSize: hiddenSize, segments: segments,
            settings: settings, cache: cache)
        return .result("attention", of: query, key, value, value: attention.output) { dOutput, gradients in
            // The kernel adds all three at once; a projection whose gradient is not wanted gets scratch memory.
            func target(_ tensor: Tensor) -> MutableArray { MutableArray(shape: tensor.shape, repeating: 0) }
            switch self {
            case .packed(let projection):
                let d = target(projection)
                attention.pullBack(
                    dOutput, addingTo: AttentionGradient(d, firstColumn: q), AttentionGradient(d, firstColumn: k),
                    AttentionGradient(d, firstColumn: v))
                gradients.add(d.frozen(), to: projection)
            case .separate, .firstTokens:
                let (dQuery, dKey, dValue) = (target(query), target(key), target(value))
                attention.pullBack(
                    dOutput, addingTo: AttentionGradient(dQuery, firstColumn: 0),
                    AttentionGradient(dKey, firstColumn: 0), AttentionGradient(dValue, firstColumn: 0))
                gradients.add(dQuery.frozen(), to: query)
                gradients.add(dKey.frozen(), to: key)
                gradients.add(dValue.frozen(), to: value)
            }
        }
    }
}

extension Tensor {
    /// Multi-head scaled dot-product attention inside each segment: `[N, C]`, or `[S, C]` for first tokens only (Vaswani et
    /// al. 2017, §3.2).
    /// - Parameters:
    ///   - heads: H, the number of heads; C is a multiple of it.
    ///   - causal: true if a token sees only itself and earlier ones; there is no default, since the wrong one is silent.
    ///   - dropout: the dropout probability of the attention weights, on a tape.
    ///   - cache: the keys and values of earlier tokens; only off a tape.
    public static func attention(
        _ projections: AttentionProjections, heads: Int, segments: Segments, causal: Bool, dropout: Float,
        cache: LayerKVCache?
    ) -> Tensor {
        let bits = dropout > 0 ? Tape.current?.nextDropoutBits(probability: dropout) : nil
        let settings = Attention.Settings(heads: heads, causal: causal, dropout: bits, queries: projections.queries)
        return projections.attend(segments, settings, cache)
    }
}
