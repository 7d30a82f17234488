import Files
import Randomness
public import Text

/// Which headlines every training step takes: a function of the headline lengths, the token budgets and the seed alone.
///
/// Each epoch visits all headlines once, in an order that is a function of (seed, epoch). A step takes whole headlines
/// in that order until the next one would exceed `tokensPerStep` tokens or `headlinesPerStep` headlines; that one begins the next step. Steps do not cross the
/// end of an epoch, so the last step of an epoch may be smaller, and every epoch is seen whole before the next begins.
/// The step is then cut, in order, into micro-batches of whole headlines of at most `tokensPerMicroBatch` tokens; the
/// cut changes neither what a step holds nor its order.
public struct BatchPlan: Sendable {
    /// The tokens of each headline.
    public let lengths: [Int32]
    public let tokensPerStep: Int
    /// `nil` for no limit.
    public let headlinesPerStep: Int?
    public let tokensPerMicroBatch: Int
    public let seed: UInt64

    /// Throws a `BatchPlanError` when a headline is longer than a step or a micro-batch may be; traps without
    /// headlines.
    public init(
        lengths: [Int32], tokensPerStep: Int, headlinesPerStep: Int? = nil, tokensPerMicroBatch: Int, seed: UInt64
    ) throws(BatchPlanError) {
        precondition(headlinesPerStep ?? 1 >= 1, "BatchPlan: a step of no headlines")
        precondition(!lengths.isEmpty, "BatchPlan: there are no headlines")
        let longest = Int(lengths.max() ?? 0)
        guard longest <= tokensPerStep else {
            throw BatchPlanError(budget: .step, tokens: tokensPerStep, longestHeadline: longest)
        }
        guard longest <= tokensPerMicroBatch else {
            throw BatchPlanError(budget: .microBatch, tokens: tokensPerMicroBatch, longestHeadline: longest)
        }
        self.lengths = lengths
        self.tokensPerStep = tokensPerStep
        self.headlinesPerStep = headlinesPerStep
        self.tokensPerMicroBatch = tokensPerMicroBatch
        self.seed = seed
    }

    /// The headlines in the order of an epoch (from 0).
    public func order(ofEpoch epoch: Int) -> [Int32] {
        var order: [Int32] = []
        fill(&order, withOrderOfEpoch: epoch)
        return order
    }

    /// How many steps an epoch (from 0) has. Epochs differ, because the order decides how well headlines fill a step.
    public func stepCount(ofEpoch epoch: Int) -> Int { stepCount(ofEpochs: epoch..<(epoch + 1)) }

    /// How many steps some epochs have together. Takes about a millisecond an epoch for 65,000 headlines.
    public func stepCount(ofEpochs epochs: Range<Int>) -> Int {
        var order: [Int32] = []
        var count = 0
        for epoch in epochs {
            fill(&order, withOrderOfEpoch: epoch)
            var start = 0
            while start < order.count {
                start = end(ofStepFrom: start, in: order)
                count += 1
            }
        }
        return count
    }

    /// Where the headlines stand in an epoch's order from which on the next step begins, for one that begins at
    /// `start`.
    func end(ofStepFrom start: Int, in order: [Int32]) -> Int {
        let limit = headlinesPerStep.map { min(order.count, start + $0) } ?? order.count
        return endOfRun(from: start, in: order[..<limit], tokens: tokensPerStep, lengths: lengths)
    }

    /// Makes `order` the order of an epoch, in its own memory if it has room.
    func fill(_ order: inout [Int32], withOrderOfEpoch epoch: Int) {
        order.removeAll(keepingCapacity: true)
        order.append(contentsOf: 0..<Int32(lengths.count))
        var generator = SplitMix64(seed: seed, stream: UInt64(bitPattern: Int64(epoch)))
        generator.shuffle(&order)
    }
}

/// The first place from which the headlines since `start` would be more than `tokens` tokens; at least one is taken.
func endOfRun(from start: Int, in order: ArraySlice<Int32>, tokens: Int, lengths: [Int32]) -> Int {
    var end = start
    var sum = 0
    while end < order.endIndex {
        sum += Int(lengths[Int(order[end])])
        if sum > tokens, end > start { break }
        end += 1
    }
    return end
}

/// Headlines in their order, cut into runs of at most `tokens` tokens for evaluation; a longer headline is a run of its own.
/// - Parameter lengths: The tokens of each headline.
public func sequentialRuns(of lengths: [Int32], tokens: Int) -> [Range<Int32>] {
    let order = Array(0..<Int32(lengths.count))
    var runs: [Range<Int32>] = []
    var start = 0
    while start < order.count {
        let end = endOfRun(from: start, in: order[...], tokens: tokens, lengths: lengths)
        runs.append(Int32(start)..<Int32(end))
        start = end
    }
    return runs
}

/// A token budget that the longest headline does not fit into.
public struct BatchPlanError: ReportableError, Equatable {
    /// Which budget.
    public enum Budget: String, Sendable { case step, microBatch }

    public let budget: Budget
    /// What the budget is.
    public let tokens: Int
    /// What it has to be at least.
    public let longestHeadline: Int

    public var category: ErrorCategory { .invalidRequest }
    public var description: String {
        let name = budget == .step ? "step" : "micro-batch"
        return
            "a \(name) may hold \(tokens) tokens, but the longest headline has \(longestHeadline): raise the tokens per"
            + " \(name) to at least that, or lower the most tokens of a headline"
    }
}
