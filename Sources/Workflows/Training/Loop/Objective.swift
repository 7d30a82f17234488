import Text

/// The figure that makes one evaluation better than another: it decides which model is kept as the best and when to stop early.
public enum Objective: Sendable, Equatable {
    /// The lowest loss is best.
    case lowestLoss
    /// The highest value is best, of the figure with this name.
    case highest(String)

    /// Returns a value of which lower is better; NaN if the figure is not known.
    func cost(of evaluation: TaskEvaluation) -> Double {
        switch self {
        case .lowestLoss: evaluation.loss
        case .highest(let name): evaluation.value(name).map { -$0 } ?? .nan
        }
    }

    /// Returns the figure that decides.
    func figure(of evaluation: TaskEvaluation, _ unit: PredictionUnit) -> TaskEvaluation.Figure {
        switch self {
        case .lowestLoss:
            .init("loss", evaluation.loss, "loss \(Formatting.fixed(evaluation.loss, 3)) nats/\(unit.rawValue)")
        case .highest(let name):
            evaluation.figures.first { $0.name == name } ?? .init(name, nil, nil)
        }
    }
}
