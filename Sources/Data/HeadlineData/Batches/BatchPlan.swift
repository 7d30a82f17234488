import NumericCore
import Preconditions
import Randomness

/// The headlines of every training step: a function of the headline lengths, the token budgets and the seed alone.
///
/// Each epoch visits all headlines once, in an order that is a function of (seed, epoch). A step takes whole headlines
/// in that order until the next one would exceed `tokensPerStep` tokens or `headlinesPerStep` headlines; that one begins the
/// next step. Steps do not cross the end of an epoch, so the last step of an epoch may be smaller, and every epoch is seen
/// whole before the next begins. The step is then cut, in order, into micro-batches of whole headlines of at most
/// `tokensPerMicroBatch` tokens; the cut changes neither what a step holds nor its order.
public struct BatchPlan: Sendable {
    /// The tokens of each headline.
    public let lengths: [Int32]
    /// The most tokens of a step.
    public let tokensPerStep: Int
    /// The most headlines of a step; `nil` for no limit.
    public let headlinesPerStep: Int?
    /// The most tokens of a micro-batch.
    public let tokensPerMicroBatch: Int
    /// The seed of the order.
    public let seed: UInt64

    /// Makes a plan. Throws a `BatchPlanError` when a headline is longer than a step or a micro-batch may be; traps without
    /// headlines.
    public init(
        lengths: [Int32], tokensPerStep: Int, headlinesPerStep: Int? = nil, tokensPerMicroBatch: Int, seed: UInt64
    ) throws(BatchPlanError) {
        require(headlinesPerStep ?? 1 >= 1, "BatchPlan: a step of \(headlinesPerStep ?? 0) headlines")
        require(!lengths.isEmpty, "BatchPlan: there are no headlines")
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

    /// Returns the headlines in the order of an epoch (from 0).
    public func order(ofEpoch epoch: Int) -> [Int32] {
        var order: [Int32] = []
        fill(&order, withOrderOfEpoch: epoch)
        return order
    }

    /// Returns the number of steps of an epoch (from 0). Epochs differ, because the order decides how well headlines fill a
    /// step.
    public func stepCount(ofEpoch epoch: Int) -> Int { stepCount(ofEpochs: epoch..<(epoch + 1)) }

    /// Returns the number of steps of some epochs together. Takes about a millisecond an epoch for 65,000 headlines.
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

    /// Returns the place in an epoch's order at which the step that begins at `start` ends.
    func end(ofStepFrom start: Int, in order: [Int32]) -> Int {
        let limit = headlinesPerStep.map { min(order.count, start + $0) } ?? order.count
        return Packing.endOfBatch(from: start, before: limit, rows: tokensPerStep) { Int(lengths[Int(order[$0])]) }
    }

    /// Makes `order` the order of an epoch, in its own memory if it has room.
    func fill(_ order: inout [Int32], withOrderOfEpoch epoch: Int) {
        order.removeAll(keepingCapacity: true)
        order.append(contentsOf: 0..<Int32(lengths.count))
        var generator = SplitMix64(seed: seed, stream: UInt64(bitPattern: Int64(epoch)))
        generator.shuffle(&order)
    }
}
