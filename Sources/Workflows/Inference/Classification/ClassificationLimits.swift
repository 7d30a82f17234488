/// The bounds of what a classification engine takes on.
public struct ClassificationLimits: Sendable, Hashable, Codable {
    /// The most headlines of one request.
    public var headlinesPerRequest = 100_000
    /// The most requests that wait; further ones are refused at once.
    public var waitingRequests = 1_024

    /// Creates the default limits.
    public init() {}

    /// Creates limits.
    public init(headlinesPerRequest: Int = 100_000, waitingRequests: Int) {
        (self.headlinesPerRequest, self.waitingRequests) = (headlinesPerRequest, waitingRequests)
    }
}
