import HeadlineData

/// Everything about a run that is not a tensor: with the weights and moments beside it, a checkpoint.
struct RunProgress: Codable, Equatable {
    /// Where the next step takes its data.
    var cursor: DataCursor
    /// The step that was evaluated last, −1 before the first evaluation.
    var evaluatedStep: Int = -1
    /// What that evaluation found.
    var evaluation: TaskEvaluation?
    /// The best evaluation so far.
    var best: Best?
    /// Evaluations since the last that was better than those before by what counts as an improvement.
    var evaluationsSinceBest = 0
    /// The cost of that one; `nil` before the first.
    var noticedCost: Double?
    var lossSpikeGuard = LossSpikeGuard()
    /// Updates the optimizer has made.
    var optimizerStep = 0
    /// Bytes of the metrics file that belong to this state.
    var metricsOffset = 0

    // Run states keep the names they have had since the first version.
    private enum CodingKeys: String, CodingKey {
        case cursor, evaluatedStep, evaluation, best, evaluationsSinceBest, noticedCost, optimizerStep, metricsOffset
        case lossSpikeGuard = "guardrail"
    }

    struct Best: Codable, Equatable {
        var step: Int
        var evaluation: TaskEvaluation
    }
}

/// Notices steps whose loss or gradient norm is out of proportion to those before.
struct LossSpikeGuard: Codable, Equatable {
    private var loss = RunningMoments()
    private var norm = RunningMoments()
    /// Steps skipped since the last that was taken.
    private(set) var skippedInARow = 0

    /// Whether a step may be taken; what is taken shapes the expectation of the next.
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
