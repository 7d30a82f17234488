/// The state of a classification engine at one moment, and its counts since it was made.
public struct ClassificationStatistics: Sendable, Hashable, Codable {
    /// The requests that have not been answered.
    public internal(set) var waitingRequests = 0

    /// The requests that were taken on.
    public internal(set) var acceptedRequests = 0
    /// The requests that were refused at once: invalid, too many, or too late.
    public internal(set) var refusedRequests = 0
    /// The requests that were answered.
    public internal(set) var completedRequests = 0
    /// The requests that their callers cancelled after they had been taken on.
    public internal(set) var cancelledRequests = 0
    /// The requests that ended with an error after they had been taken on, for instance at their deadline.
    public internal(set) var failedRequests = 0
    /// The headlines that were computed.
    public internal(set) var headlines = 0
    /// The tokens that were computed.
    public internal(set) var tokens = 0
    /// The passes of the model.
    public internal(set) var passes = 0
}
