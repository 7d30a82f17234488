/// The state of a generation engine at one moment, and its counts since it was made.
public struct GenerationStatistics: Sendable, Hashable, Codable {
    /// The requests that wait with some or all of their candidates.
    public internal(set) var waitingRequests = 0
    /// The requests whose prompts have been read and that have not ended.
    public internal(set) var liveRequests = 0
    /// The candidates and beams that are being decoded.
    public internal(set) var liveCandidates = 0
    /// The tokens that the cache has memory for.
    public internal(set) var cacheTokens = 0
    /// The open slots of the cache: one per live request, candidate and beam.
    public internal(set) var cacheSlots = 0

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
    /// The tokens of prompts that were read.
    public internal(set) var promptTokens = 0
    /// The tokens that were chosen for candidates and beams.
    public internal(set) var decodedTokens = 0
    /// The passes of the model over candidates and beams.
    public internal(set) var passes = 0
}
