import CKernels
import Preconditions

/// The rows of a query, key or value: all columns of an array, or a block of columns of a packed projection.
public struct AttentionOperand: Sendable {
    let array: NDArray
    let firstColumn: Int

    /// The columns `firstColumn ..< firstColumn + width` of `array`, `[N, ≥ width]`.
    public init(_ array: NDArray, firstColumn: Int) {
        self.array = array
        self.firstColumn = firstColumn
    }

    var stride: Int { array.shape.columns }
    var pointer: UnsafePointer<Float> { array.pointer + firstColumn }
}

/// The rows of a gradient: all columns of an array, or a block of columns of a packed projection.
public struct AttentionGradient {
    let array: MutableArray
    let firstColumn: Int

    /// The columns of `array` from `firstColumn` on.
    public init(_ array: MutableArray, firstColumn: Int) {
        self.array = array
        self.firstColumn = firstColumn
    }

    var stride: Int { array.shape.columns }
    var pointer: UnsafeMutablePointer<Float> { array.pointer + firstColumn }
}

/// Scaled dot-product attention inside each segment (Vaswani et al. 2017), with the log-sum-exp that its pullback needs.
public struct Attention: Sendable {
    /// The tokens of a segment that act as queries.
    public enum Queries: Sendable {
        /// All of them: query and output are `[N, C]`.
        case everyToken
        /// The first, which sees the whole segment: query and output are `[S, C]`, all that a classifier reads of its last layer.
        case firstToken
    }

    /// The settings of attention beside its operands.
    public struct Settings: Sendable {
        /// H, the number of heads; C must be a multiple of it.
        public var heads: Int
        /// True if a token sees only itself and earlier ones.
        public var causal: Bool
        /// The dropout of the attention weights, if any.
        public var dropout: DropoutBits?
        /// The tokens that act as queries.
        public var queries: Queries

        /// Settings of attention.
        public init(heads: Int, causal: Bool, dropout: DropoutBits?, queries: Queries = .everyToken) {
            self.heads = heads
            self.causal = causal
            self.dropout = dropout
            self.queries = queries
        }
    }

    /// `[N, C]`, or `[S, C]` if only first tokens act as queries.
    public let output: NDArray
    private let query: AttentionOperand, key: AttentionOperand, value: AttentionOperand
    private let logSumExp: NDArray
    private let segments: Segments
    private let settings: Settings
    private let hiddenSize: Int

    /// Attends within the segments; `hiddenSize` is C, the width of each operand. With a cache, the new keys and values are
    /// appended to it and queries see all that it holds of their sequence.
    public init(
        query: AttentionOperand, key: AttentionOperand, value: AttentionOperand, hiddenSize: Int, segments: Segments,
        settings: Settings, cache: LayerKVCache?
    ) {
        require(
            hiddenSize % settings.heads == 0, "attention: a hidden size of \(hiddenSize) for \(settings.heads) heads")
        let queryRows = settings.queries == .firstToken ? segments.count : segments.rowCount
        for (operand, rows) in [(query, queryRows), (key, segments.rowCount), (value, segments.rowCount)] {
            require(
                operand.array.shape.rows == rows && operand.firstColumn + hiddenSize <= operand.stride,
                "attention: columns \(operand.firstColumn) ..< \(operand.firstColumn + hiddenSize) of \(operand.array.shape)"
                    + " for \(rows) rows")
        }
        require(cache != nil || segments.past.allSatisfy { $0 == 0 }, "attention: past tokens without a cache")
        if settings.queries == .firstToken {
            require(!settings.causal && cache == nil, "attention: first tokens as queries, causal or with a cache")
            segments.requireFilled()
        }
        (self.query, self.key, self.value) = (query, key, value)
        (self.segments, self.settings, self.hiddenSize) = (segments, settings, hiddenSize)
        let heads = settings.heads
        let size = hiddenSize / heads
        let output = MutableArray(shape: Shape(rows: queryRows, columns: hiddenSize))
        let logSumExp = MutableArray(shape: Shape(rows: queryRows, columns: heads))
        cache?.append(key: key, value: value, segments: segments)
        Parallelism.run(segments.count * heads, grain: Self.unitGrain) { units in
            for index in units {
                let (segment, head) = (index / heads, index % heads)
                let rows = segments.rows(of: segment)
                if rows.isEmpty { continue }
                var unit = Self.unit(segment: segment, head: head, size: size, segments: segments, settings: settings)
                let first = rows.lowerBound
                let firstQuery = settings.queries == .firstToken ? segment : first
                let keys: UnsafePointer<Float>, values: UnsafePointer<Float>, keyStride: Int, valueStride: Int
                if let cache {
                    let slot = cache.slot(segments.slots[segment])
                    (keys, keyStride) = (UnsafePointer(slot.own.keys.pointer), hiddenSize)
                    (values, valueStride) = (UnsafePointer(slot.own.values.pointer), hiddenSize)
                    if let shared = slot.shared {
                        unit.shared_tokens = slot.sharedTokens
                        unit.shared_key = UnsafePointer(shared.keys.pointer + head * size)
                        unit.shared_value = UnsafePointer(shared.values.pointer + head * size)
                    }
                } else {
                    (keys, keyStride) = (key.pointer + first * key.stride, key.stride)
                    (values, valueStride) = (value.pointer + first * value.stride, value.stride)
                }
                withUnsafeTemporaryAllocation(of: Float.self, capacity: unit.past_tokens + unit.new_tokens) { scores in
                    hk_attention(
                        &unit, query.pointer + firstQuery * query.stride + head * size, query.stride,
                        keys + head * size,
                        keyStride, values + head * size, valueStride,
                        output.pointer + firstQuery * hiddenSize + head * size,
                        hiddenSize, logSumExp.pointer + firstQuery * heads + head, heads, scores.baseAddress)
                }
            }
        }
        self.output = output.frozen()
        self.logSumExp = logSumExp.frozen()
    }

    /// Adds the gradients of query, key and value to what is in them. Traps after a cached pass.
    public func pullBack(
        _ dOutput: NDArray, addingTo dQuery: AttentionGradient, _ dKey: AttentionGradient, _ dValue: AttentionGradient
    ) {
        require(segments.past.allSatisfy { $0 == 0 }, "attention: a cached pass has no pullback")
        require(dOutput.shape == output.shape, "attention pullback: \(dOutput.shape) for \(output.shape)")
        let heads = settings.heads
        let size = hiddenSize / heads
        Parallelism.run(segments.count * heads, grain: Self.unitGrain) { units in
            for index in units {
                let (segment, head) = (index / heads, index % heads)
                let rows = segments.rows(of: segment)
                if rows.isEmpty { continue }
                var unit = Self.unit(segment: segment, head: head, size: size, segments: segments, settings: settings)
                let (first, column) = (rows.lowerBound, head * size)
                let firstQuery = settings.queries == .firstToken ? segment : first
                withUnsafeTemporaryAllocation(of: Float.self, capacity: 3 * rows.count) { scratch in
                    hk_attention_backward(
                        &unit, query.pointer + firstQuery * query.stride + column, query.stride,
                        key.pointer + first * key.stride + column, key.stride,
                        value.pointer + first * value.stride + column, value.stride,
                        output.pointer + firstQuery * hiddenSize + column, hiddenSize,
                        dOutput.pointer + firstQuery * hiddenSize + column, hiddenSize,
                        logSumExp.pointer + firstQuery * heads + head,
                        heads, dQuery.pointer + firstQuery * dQuery.stride + column, dQuery.stride,
                        dKey.pointer + first * dKey.stride + column, dKey.stride,
                        dValue.pointer + first * dValue.stride + column, dValue.stride, scratch.baseAddress)
                }
            }
        }
    }

    /// (segment, head) units per chunk.
    private static let unitGrain = 8
    /// Columns of the dropout stream that each head owns: an upper bound of the keys a query can see.
    private static let columnsPerHead = 65_536

    private static func unit(
        segment: Int, head: Int, size: Int, segments: Segments, settings: Settings
    ) -> hk_attention_unit {
        let rows = segments.rows(of: segment)
        let bits = settings.dropout
        let tokens =
            settings.queries == .firstToken
            ? (new: 1, past: rows.count - 1) : (new: rows.count, past: Int(segments.past[segment]))
        return hk_attention_unit(
            new_tokens: tokens.new, past_tokens: tokens.past, head_size: size,
            scale: 1 / Float(size).squareRoot(), causal: settings.causal, keep_threshold: bits?.keepThreshold ?? 0,
            keep_scale: bits?.keepScale ?? 1, seed: bits?.seed ?? 0, step: bits?.step ?? 0, ordinal: bits?.ordinal ?? 0,
            first_row: (bits?.firstRow ?? 0) + UInt32(rows.lowerBound), first_column: UInt32(head * columnsPerHead),
            shared_tokens: 0, shared_key: nil, shared_value: nil)
    }
}
