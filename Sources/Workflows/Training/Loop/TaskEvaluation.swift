import Files
import Text

/// What a task predicts.
public enum PredictionUnit: String, Sendable, Codable {
    case token, headline

    /// `53,674 tokens`.
    func counted(_ number: Int) -> String { "\(grouped(number)) \(rawValue)s" }
}

/// The figures of one evaluation.
public struct TaskEvaluation: Sendable, Equatable, Codable {
    /// Nats per prediction.
    public var loss: Double
    /// How many predictions were scored.
    public var count: Int
    /// What else was found, in the order it is shown.
    public var figures: [Figure]

    /// A number with a name for programs and a text for people.
    public struct Figure: Sendable, Equatable, Codable {
        /// A key of `metrics.jsonl` and the tag of a curve, such as `bitsPerByte`.
        public var name: String
        /// `nil` where it cannot be known.
        public var value: Double?
        /// Such as `2.719 bits/byte`; `nil` where there is nothing to show.
        public var text: String?

        public init(_ name: String, _ value: Double?, _ text: String?) {
            self.name = name
            self.value = value
            self.text = text
        }
    }

    public init(loss: Double, count: Int, figures: [Figure]) {
        self.loss = loss
        self.count = count
        self.figures = figures
    }

    /// The value of a figure by name; `nil` where there is none.
    public func value(_ name: String) -> Double? { figures.first { $0.name == name }?.value }
}

/// What makes one evaluation better than another: it decides which model is kept as the best and when to stop early.
public enum Objective: Sendable, Equatable {
    case lowestLoss
    /// Of the figure with this name.
    case highest(String)

    /// Lower is better; not a number where the figure is not known.
    func cost(of evaluation: TaskEvaluation) -> Double {
        switch self {
        case .lowestLoss: evaluation.loss
        case .highest(let name): evaluation.value(name).map { -$0 } ?? .nan
        }
    }

    /// The figure that decides.
    func figure(of evaluation: TaskEvaluation, _ unit: PredictionUnit) -> TaskEvaluation.Figure {
        switch self {
        case .lowestLoss:
            .init("loss", evaluation.loss, "\(Formatting.fixed(evaluation.loss, 4)) nats/\(unit.rawValue)")
        case .highest(let name):
            evaluation.figures.first { $0.name == name } ?? .init(name, nil, nil)
        }
    }
}
