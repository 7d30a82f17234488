/// Notices steps whose loss or gradient norm is out of proportion to those before.
struct LossSpikeGuard: Codable, Equatable {
    private var loss = RunningMoments()
    private var norm = RunningMoments()
    /// Steps skipped since the last that was taken.
    private(set) var skippedInARow = 0

    /// Returns true if a step may be taken; its loss and norm then count for the steps that follow.
    mutating func accepts(loss newLoss: Double, norm newNorm: Double, deviations: Double?) -> Bool {
        let finite = newLoss.isFinite && newNorm.isFinite
        let usual = deviations.map { loss.expects(newLoss, within: $0) && norm.expects(newNorm, within: $0) } ?? true
        guard finite && usual else {
            skippedInARow += 1
            return false
        }
        loss.add(newLoss)
        norm.add(newNorm)
        skippedInARow = 0
        return true
    }
}

/// Mean and variance that forget with a half-life of about 90 steps.
private struct RunningMoments: Codable, Equatable {
    private var mean = 0.0
    private var variance = 0.0
    private var count = 0
    private static let memory = 1.0 / 128
    /// Steps before anything is called unusual.
    private static let warmUp = 128

    func expects(_ value: Double, within deviations: Double) -> Bool {
        count < Self.warmUp || value <= mean + deviations * variance.squareRoot()
    }

    mutating func add(_ value: Double) {
        count += 1
        let weight = max(Self.memory, 1 / Double(count))
        let distance = value - mean
        mean += weight * distance
        variance = (1 - weight) * (variance + weight * distance * distance)
    }
}
