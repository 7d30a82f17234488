public import Text

/// Headlines that leave nothing to train on.
public enum FramingError: ReportableError, Equatable {
    /// There is no headline at all.
    case noHeadlines
    /// The tokenizer leaves nothing of any of the headlines.
    case noTokens(headlines: Int)
    /// Every headline is longer than the model's context and was dropped, or has no token.
    case allDropped(headlines: Int, maximumTokens: Int, longest: Int)

    /// The kind of error.
    public var category: ErrorCategory { .invalidInput }
    /// One sentence for people.
    public var description: String {
        switch self {
        case .noHeadlines: "there is no headline to train on"
        case .noTokens(let headlines):
            "none of the \(headlines) headlines has a token; is the vocabulary right?"
        case .allDropped(let headlines, let maximumTokens, let longest):
            "all \(headlines) headlines were dropped: each needs more than \(maximumTokens) tokens (the longest"
                + " \(longest)); cut long headlines instead of dropping them, or choose a longer context"
        }
    }
}
