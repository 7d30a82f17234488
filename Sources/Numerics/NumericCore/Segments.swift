import Preconditions

/// Headlines packed end to end into N rows without padding: the bounds of each, and the number of its tokens that a cache holds.
public struct Segments: Sendable, Hashable {
    /// `[S + 1]`: segment s is rows `offsets[s] ..< offsets[s + 1]`.
    public let offsets: [Int32]
    /// `[S]`: the number of tokens of each segment that a cache already holds; 0 in training.
    public let past: [Int32]
    /// `[S]`: the cache slot of each segment; only decoding reads it.
    public let slots: [Int32]

    /// Segments without a cache. Traps unless the offsets start at 0 and never decrease.
    public init(offsets: [Int32]) {
        self.init(
            offsets: offsets, past: Array(repeating: 0, count: max(0, offsets.count - 1)),
            slots: Array(repeating: 0, count: max(0, offsets.count - 1)))
    }

    /// Segments that continue cached ones. Traps unless the offsets start at 0 and never decrease, and there is one `past`
    /// and one slot per segment.
    public init(offsets: [Int32], past: [Int32], slots: [Int32]) {
        require(offsets.first == 0, "Segments: offsets must start at 0")
        require(zip(offsets, offsets.dropFirst()).allSatisfy { $0 <= $1 }, "Segments: offsets decrease")
        require(
            past.count == offsets.count - 1 && slots.count == past.count,
            "Segments: \(offsets.count - 1) segments, \(past.count) pasts, \(slots.count) slots")
        self.offsets = offsets
        self.past = past
        self.slots = slots
    }

    /// Segments of the given lengths, packed in order, without a cache.
    public init(lengths: [Int]) { self.init(offsets: Self.offsets(lengths)) }

    /// Segments of the given lengths, packed in order, that continue cached ones. Traps unless there is one `past` and one slot
    /// for each.
    public init(lengths: [Int], past: [Int], slots: [Int]) {
        self.init(offsets: Self.offsets(lengths), past: past.map(Int32.init), slots: slots.map(Int32.init))
    }

    private static func offsets(_ lengths: [Int]) -> [Int32] {
        var offsets: [Int32] = [0]
        offsets.reserveCapacity(lengths.count + 1)
        for length in lengths { offsets.append(offsets[offsets.count - 1] + Int32(length)) }
        return offsets
    }

    /// S, the number of segments.
    public var count: Int { offsets.count - 1 }

    /// N, the number of rows.
    public var rowCount: Int { Int(offsets[offsets.count - 1]) }

    /// The rows of one segment.
    public func rows(of segment: Int) -> Range<Int> { Int(offsets[segment])..<Int(offsets[segment + 1]) }

    /// `[N]`: the position of each row's token in its headline, `past + 0, 1, …` in each segment.
    public var positions: [Int32] {
        var positions: [Int32] = []
        positions.reserveCapacity(rowCount)
        for segment in 0..<count {
            let length = offsets[segment + 1] - offsets[segment]
            for index in 0..<length { positions.append(past[segment] + index) }
        }
        return positions
    }

    /// `[S]`: the row of the first token of each segment. Traps on an empty segment.
    public var firstRows: [Int32] {
        requireFilled()
        return Array(offsets.dropLast())
    }

    /// `[S]`: the row of the last token of each segment. Traps on an empty segment.
    public var lastRows: [Int32] {
        requireFilled()
        return offsets.dropFirst().map { $0 - 1 }
    }

    /// Traps on an empty segment.
    func requireFilled() {
        for segment in 0..<count {
            require(offsets[segment + 1] > offsets[segment], "Segments: segment \(segment) is empty")
        }
    }
}
