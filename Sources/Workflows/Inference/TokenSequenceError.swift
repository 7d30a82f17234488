public import Text

/// The reason why a model cannot read a token sequence.
public enum TokenSequenceError: ReportableError, Equatable {
    /// The sequence has more tokens than the model has positions.
    case tooLong(sequence: Int, tokens: Int, maximum: Int)
    /// The sequence has a token that is not in the model's vocabulary.
    case unknownToken(sequence: Int, id: Int32, vocabularySize: Int)

    /// The sentence for the person who has to act on it.
    public var description: String {
        switch self {
        case .tooLong(let sequence, let tokens, let maximum):
            "sequence \(sequence) has \(tokens) tokens, the model has \(maximum) positions"
        case .unknownToken(let sequence, let id, let vocabularySize):
            "sequence \(sequence) has the id \(id), the model has \(vocabularySize) entries"
        }
    }

    /// The kind of error.
    public var category: ErrorCategory { .invalidRequest }
}
