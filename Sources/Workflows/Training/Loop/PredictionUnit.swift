/// The thing that a task predicts.
public enum PredictionUnit: String, Sendable, Codable {
    case token, headline
}
