/// A statistic and the interval for its true value, the limit for ever more headlines of the same kind.
public struct BootstrapInterval: Sendable, Hashable, Codable {
    /// The statistic of the items at hand.
    public let estimate: Double
    /// The lower end of the interval.
    public let lower: Double
    /// The upper end of the interval.
    public let upper: Double
    /// The probability with which such intervals contain the true value: 0.95 for 95 %.
    public let level: Double
    /// The number of items. With fewer than about 30, do not trust the interval.
    public let count: Int

    /// True if there is only one item, or all are the same: then the uncertainty is unknown, and the estimate is shown without
    /// an interval.
    public var isPoint: Bool { lower == upper }

    /// Returns true if the interval contains a number.
    public func contains(_ value: Double) -> Bool { lower <= value && value <= upper }

    /// Returns the estimate and its interval mapped by a function that never falls, such as `exp` from nats per token to
    /// perplexity.
    public func mapped(_ rising: (Double) -> Double) -> BootstrapInterval {
        BootstrapInterval(
            estimate: rising(estimate), lower: rising(lower), upper: rising(upper), level: level, count: count)
    }
}
