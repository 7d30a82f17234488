/// A figure and the interval that is meant to hold its true value: the one that ever more headlines of the same kind would
/// lead to.
public struct BootstrapInterval: Sendable, Hashable, Codable {
    /// The figure of the items at hand.
    public let estimate: Double
    /// Where the interval begins.
    public let lower: Double
    /// Where the interval ends.
    public let upper: Double
    /// How often such intervals hold the true value: 0.95 for 95 %.
    public let level: Double
    /// The number of items. From fewer than about 30 no interval is to be trusted.
    public let count: Int

    /// True when there is only one item, or when all of them say the same: then nothing tells how far off the figure may
    /// be, and it is to be shown without an interval.
    public var isPoint: Bool { lower == upper }

    /// Whether the interval holds a number.
    public func contains(_ value: Double) -> Bool { lower <= value && value <= upper }

    /// The figure and its interval in other units, through a function that never falls: of nats per token, `exp` makes
    /// perplexity.
    public func mapped(_ rising: (Double) -> Double) -> BootstrapInterval {
        BootstrapInterval(
            estimate: rising(estimate), lower: rising(lower), upper: rising(upper), level: level, count: count)
    }
}
