import Files
public import Text

/// Where a run stands in its data: what the next step begins with. Restores exactly.
public struct DataCursor: Sendable, Hashable, Codable {
    /// The epoch, from 0.
    public var epoch: Int
    /// How many headlines of the epoch's order have been taken.
    public var position: Int
    /// How many steps have been taken in all.
    public var step: Int

    /// The beginning of a run.
    public static let start = DataCursor(epoch: 0, position: 0, step: 0)

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
    /// The number of tokens in micro-batches before each one: the `firstRow` of its tokens.
    public let firstRows: [Int]
    /// The tokens of all of them.
    public let tokenCount: Int
    /// True for the last step of its epoch.
    public let endsEpoch: Bool

    /// All headlines of the step, in order.
    public var headlines: [Int32] { microBatches.flatMap { $0 } }
}

/// The steps of a plan from a cursor on, without end: epoch follows epoch.
public struct StepSequence: Sendable, Sequence, IteratorProtocol {
    public let plan: BatchPlan
    /// What the next step begins with; kept in a checkpoint, it continues here.
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
            let cut = endOfRun(
                from: start, in: order[..<end], tokens: plan.tokensPerMicroBatch, lengths: plan.lengths)
            microBatches.append(Array(order[start..<cut]))
            firstRows.append(tokens)
            tokens += order[start..<cut].reduce(0) { $0 + Int(plan.lengths[Int($1)]) }
            start = cut
        }
        let step = StepPlan(
            step: cursor.step, epoch: cursor.epoch, microBatches: microBatches, firstRows: firstRows,
            tokenCount: tokens, endsEpoch: end == order.count)
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

/// A cursor that points outside of the data.
public struct DataCursorError: ReportableError, Equatable {
    public let cursor: DataCursor
    public let headlines: Int

    public var category: ErrorCategory { .invalidInput }
    public var description: String {
        "the run stands at headline \(cursor.position) of epoch \(cursor.epoch) after \(cursor.step) steps, but the"
            + " data has \(headlines) headlines; resume with the data that the run was trained on"
    }
}
