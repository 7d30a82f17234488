public import Text

/// A token budget that the longest headline does not fit into.
public struct BatchPlanError: ReportableError, Equatable {
    /// A token budget of a plan.
    public enum Budget: String, Sendable { case step, microBatch }

    /// The budget that is too small.
    public let budget: Budget
    /// The tokens that it allows.
    public let tokens: Int
    /// The tokens of the longest headline, which it must allow at least.
    public let longestHeadline: Int

    /// The kind of error.
    public var category: ErrorCategory { .invalidRequest }
    /// One sentence for people.
    public var description: String {
        let name = budget == .step ? "step" : "micro-batch"
        return
            "a \(name) may hold \(tokens) tokens, but the longest headline has \(longestHeadline): allow at least that many"
            + " tokens per \(name), or cut headlines shorter"
    }
}
