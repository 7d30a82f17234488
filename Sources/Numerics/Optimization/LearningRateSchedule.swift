#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// The learning rate of each step: a linear warm-up, then a decay to a fraction of the peak.
public struct LearningRateSchedule: Sendable, Hashable {
    /// The shape of the decay after the warm-up.
    public enum Decay: String, Sendable, Hashable, Codable, CaseIterable {
        /// No decay.
        case constant
        /// A straight line.
        case linear
        /// Half a period of a cosine.
        case cosine
    }

    /// The rate at the end of the warm-up.
    public var peak: Double
    /// The number of steps over which the rate rises; step s of them gets `peak · (s + 1) / warmUpSteps`.
    public var warmUpSteps: Int
    /// The number of steps of the whole run; the decay ends there.
    public var totalSteps: Int
    /// The shape of the decay.
    public var decay: Decay
    /// The fraction of the peak at which the decay ends.
    public var minimumRatio: Double

    /// A schedule from all its numbers.
    public init(peak: Double, warmUpSteps: Int, totalSteps: Int, decay: Decay, minimumRatio: Double) {
        self.peak = peak
        self.warmUpSteps = warmUpSteps
        self.totalSteps = totalSteps
        self.decay = decay
        self.minimumRatio = minimumRatio
    }

    /// The rate of `step`, counted from 0.
    public func callAsFunction(_ step: Int) -> Double {
        if step < warmUpSteps { return peak * Double(step + 1) / Double(warmUpSteps) }
        let length = max(1, totalSteps - warmUpSteps)
        let progress = min(1, Double(step - warmUpSteps) / Double(length))
        switch decay {
        case .constant: return peak
        case .linear: return peak * (minimumRatio + (1 - minimumRatio) * (1 - progress))
        case .cosine: return peak * (minimumRatio + (1 - minimumRatio) * 0.5 * (1 + cos(.pi * progress)))
        }
    }
}
