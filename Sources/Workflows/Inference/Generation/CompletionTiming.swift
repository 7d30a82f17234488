/// The times of one completion, on a monotonic clock.
public struct CompletionTiming: Sendable, Hashable {
    /// The time at which its request came.
    public let queued: ContinuousClock.Instant
    /// The time at which its decoding began, after the prompt had been read.
    public let started: ContinuousClock.Instant
    /// The time at which its first token was chosen, at the first attempt.
    public let firstToken: ContinuousClock.Instant
    /// The time at which it was complete.
    public let ended: ContinuousClock.Instant

    /// The time that it waited for its turn.
    public var waiting: Duration { started - queued }
    /// The time from the request to the first token.
    public var timeToFirstToken: Duration { firstToken - queued }
    /// The time from the request to the end.
    public var total: Duration { ended - queued }

    /// Returns the mean time of each token after the first of `count`; zero for fewer than two.
    public func perToken(of count: Int) -> Duration { count > 1 ? (ended - firstToken) / (count - 1) : .zero }
}
