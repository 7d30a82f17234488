import Preconditions

/// The bounds of what a generation engine takes on. A request is held to them before anything is allocated for it.
public struct GenerationLimits: Sendable, Hashable, Codable {
    /// The most candidates and beams that are decoded side by side, 1 to 64.
    public var liveCandidates = 64
    /// The most candidates of one request.
    public var candidatesPerRequest = 10_000
    /// The number of times that a candidate is drawn until it is not rejected; the last is kept as it is.
    public var attemptsPerCandidate = 8
    /// The most new tokens that a request may ask for.
    public var newTokensPerRequest = 65_536
    /// The most beams of a search; ``liveCandidates`` bounds them, too.
    public var beams = 64
    /// The most tokens that the cache has memory for, over all requests: prompts, and the candidates that are being decoded
    /// with all their tokens to come. A token takes 2 · layers · C floats.
    public var cacheTokens = 65_536
    /// The most requests that wait; further ones are refused at once.
    public var waitingRequests = 1_024

    /// Creates the default limits: no request that a GPT-2 can answer is refused.
    public init() {}

    /// Creates the default limits with some of them changed.
    public init(liveCandidates: Int, waitingRequests: Int = 1_024) {
        self.init()
        (self.liveCandidates, self.waitingRequests) = (liveCandidates, waitingRequests)
    }

    /// Traps on limits under which nothing could be answered.
    func requireUsable() {
        require(
            (1...DecodingLoop.capacity).contains(liveCandidates),
            "GenerationLimits: \(liveCandidates) live candidates, expected 1 to \(DecodingLoop.capacity)")
        require(
            candidatesPerRequest > 0 && attemptsPerCandidate > 0 && newTokensPerRequest > 0 && beams > 0
                && cacheTokens > 0 && waitingRequests >= 0, "GenerationLimits: \(self)")
    }
}
