import Files
public import Text

/// Why a model cannot be judged on this data, for the person who has to act on it.
public struct EvaluationError: ReportableError, Equatable {
    public let description: String
    public let category: ErrorCategory

    public init(_ description: String, _ category: ErrorCategory) {
        self.description = description
        self.category = category
    }

    /// What is said of a model in a folder whose figures for some text, such as `line 3 of data.csv`, are no numbers.
    static func notFinite(_ folder: String, _ place: String) -> EvaluationError {
        EvaluationError(
            "\(folder): the model gives \(place) probabilities that are no numbers; its weights are damaged or its training"
                + " diverged: train it again, with a lower learning rate, or take an earlier checkpoint", .invalidInput)
    }
}
