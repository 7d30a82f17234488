import NumericCore

/// The place in its data that a run has reached: the next step begins there. Restores exactly.
public struct DataCursor: Sendable, Hashable, Codable {
    /// The epoch, from 0.
    public var epoch: Int
    /// The headlines of the epoch's order that have been taken.
    public var position: Int
    /// The steps that have been taken in all.
    public var step: Int

    /// The beginning of a run.
    public static let start = DataCursor(epoch: 0, position: 0, step: 0)

    /// Makes a cursor.
    public init(epoch: Int, position: Int, step: Int) {
        self.epoch = epoch
        self.position = position
        self.step = step
    }
}

/// The headlines of one optimizer step.
public struct StepPlan: Sendable, Hashable {
    /// The number of the step, from 0.
    public let step: Int
    /// The epoch that it belongs to, from 0.
    public let epoch: Int
    /// The headlines of each micro-batch, in order.
    public let microBatches: [[Int32]]
    /// The row of the first token of each micro-batch within the step, so that what is random per token does not depend on how
    /// a step is cut.
    public let firstRows: [Int]
    /// The tokens of the step.
    public let tokenCount: Int

    /// All headlines of the step, in order.
    public var headlines: [Int32] { microBatches.flatMap { $0 } }
}

/// The steps of a plan from a cursor on, without end: epoch follows epoch.
public struct StepSequence: Sendable, Sequence, IteratorProtocol {
    /// The plan.
    public let plan: BatchPlan
    /// The place that the next step begins at; kept in a checkpoint, it continues here.
    public private(set) var cursor: DataCursor
    /// The order of the cursor's epoch. Its memory is used again for every epoch, so that a warm run asks for none.
    private var order: [Int32]

    /// Continues at a cursor, at the start unless said otherwise. Throws a `DataCursorError` when the plan has no such
    /// place: the cursor belongs to other data or is damaged.
    public init(_ plan: BatchPlan, from cursor: DataCursor = .start) throws(DataCursorError) {
        let counts = 0..<(1 << 48)  // so that adding to a damaged cursor cannot overflow
        guard counts.contains(cursor.epoch), counts.contains(cursor.step),
            (0..<plan.lengths.count).contains(cursor.position)
        else {
            throw DataCursorError(cursor: cursor, headlines: plan.lengths.count)
        }
        self.plan = plan
        self.cursor = cursor
        order = plan.order(ofEpoch: cursor.epoch)
    }

    /// The next step. Never `nil`.
    public mutating func next() -> StepPlan? {
        let end = plan.end(ofStepFrom: cursor.position, in: order)
        var microBatches: [[Int32]] = []
        var firstRows: [Int] = []
        var tokens = 0
        var start = cursor.position
        while start < end {
            let cut = Packing.endOfBatch(from: start, before: end, rows: plan.tokensPerMicroBatch) {
                Int(plan.lengths[Int(order[$0])])
            }
            microBatches.append(Array(order[start..<cut]))
            firstRows.append(tokens)
            tokens += order[start..<cut].reduce(0) { $0 + Int(plan.lengths[Int($1)]) }
            start = cut
        }
        let step = StepPlan(
            step: cursor.step, epoch: cursor.epoch, microBatches: microBatches, firstRows: firstRows,
            tokenCount: tokens)
        advance(to: end)
        return step
    }

    private mutating func advance(to end: Int) {
        cursor.step += 1
        cursor.position = end
        guard end == order.count else { return }
        cursor.epoch += 1
        cursor.position = 0
        plan.fill(&order, withOrderOfEpoch: cursor.epoch)
    }
}
