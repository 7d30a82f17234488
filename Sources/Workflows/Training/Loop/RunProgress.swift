import HeadlineData

/// Everything about a run that is not a tensor: with the weights and moments beside it, a checkpoint.
struct RunProgress: Codable, Equatable {
    /// The place in the data at which the next step begins.
    var cursor: DataCursor
    /// The step that was evaluated last, −1 before the first evaluation.
    var evaluatedStep: Int = -1
    /// The newest evaluation.
    var evaluation: TaskEvaluation?
    /// The best evaluation so far.
    var best: Best?
    /// Evaluations since the last one that was an improvement.
    var evaluationsSinceBest = 0
    /// The cost of the last evaluation that was an improvement; `nil` before the first.
    var noticedCost: Double?
    var lossSpikeGuard = LossSpikeGuard()
    /// The updates that the optimizer has made.
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
