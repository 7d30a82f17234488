public import Text

/// The reason why headlines are not labeled.
public enum ClassificationError: ReportableError, Equatable {
    /// The headline at this index, from 0, has no letter, digit or sign.
    case emptyHeadline(Int)
    /// The request has more headlines than the engine takes at once.
    case tooManyHeadlines(Int, maximum: Int)
    /// The tokenizer has more entries than the model.
    case vocabularyTooLarge(tokenizer: Int, model: Int)
    /// The model computes logits that are not finite numbers.
    case notFinite
    /// Too many requests are waiting.
    case overloaded(waiting: Int)
    /// The deadline of the request passed before it was answered.
    case deadlineExceeded
    /// The engine takes no more requests.
    case shuttingDown

    /// The index of the headline that cannot be labeled, from 0; `nil` when the error is about something else.
    public var headline: Int? {
        if case .emptyHeadline(let index) = self { index } else { nil }
    }

    /// The sentence; one about a headline begins after its subject.
    public var problem: String {
        switch self {
        case .emptyHeadline: "is empty, expected some text"
        case .tooManyHeadlines(let count, let maximum):
            "there are \(count) headlines, expected at most \(maximum) in one request"
        case .vocabularyTooLarge(let tokenizer, let model):
            "the tokenizer has \(tokenizer) entries, the model only \(model)"
        case .notFinite:
            "the model's logits are not finite numbers, so no label can be chosen; its weights are damaged, or its training"
                + " diverged"
        case .overloaded(let waiting):
            "\(waiting) requests are waiting already, and the engine takes no more; try again later"
        case .deadlineExceeded: "the deadline of the request passed before it was answered; try again later"
        case .shuttingDown: "the engine is shutting down and takes no more requests"
        }
    }

    /// The sentence for the person who has to act on it.
    public var description: String { headline.map { "headline \($0 + 1) \(problem)" } ?? problem }

    /// The kind of error.
    public var category: ErrorCategory {
        switch self {
        case .emptyHeadline, .tooManyHeadlines, .vocabularyTooLarge: .invalidRequest
        case .notFinite: .invalidInput
        case .overloaded, .deadlineExceeded, .shuttingDown: .unavailable
        }
    }
}
