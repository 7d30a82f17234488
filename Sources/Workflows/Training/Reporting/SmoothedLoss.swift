/// The exponentially weighted mean of the losses seen, corrected for its start as Adam corrects its moments
/// (Kingma and Ba 2015, section 3), so that the first value counts in full.
public struct SmoothedLoss: Sendable {
    private let memory: Double
    private var mean = 0.0
    private var weight = 0.0

    /// Makes an empty mean.
    /// - Parameter memory: The share that the past keeps at each value, in 0..<1.
    public init(memory: Double = 0.95) { self.memory = memory }

    /// Takes in a loss; one that is not finite is left out, or it would hide all that follow.
    public mutating func add(_ loss: Double) {
        guard loss.isFinite else { return }
        mean = memory * mean + (1 - memory) * loss
        weight = memory * weight + (1 - memory)
    }

    /// The mean, `nil` before the first finite value.
    public var value: Double? { weight > 0 ? mean / weight : nil }
}
