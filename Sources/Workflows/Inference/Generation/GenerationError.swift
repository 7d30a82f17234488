public import Text

/// The reason why a request is not answered.
public enum GenerationError: ReportableError, Equatable {
    /// An option of the request is out of range.
    case invalidOption(name: String, found: String, expected: String)
    /// The prompt contains a control character, at `position` from 1.
    case controlCharacter(Unicode.Scalar, position: Int)
    /// The prompt leaves the model no room for a completion.
    case promptTooLong(tokens: Int, maximum: Int)
    /// The request needs more of the cache than the engine may ever use.
    case requestTooLarge(cacheTokens: Int, maximum: Int)
    /// The bans of the request leave no token to continue the prompt with.
    case everythingBanned
    /// The vocabulary cannot say where a headline ends.
    case noEndOfText
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

    /// The kind of error.
    public var category: ErrorCategory {
        switch self {
        case .invalidOption, .controlCharacter, .promptTooLong, .requestTooLarge, .everythingBanned, .noEndOfText,
            .vocabularyTooLarge:
            .invalidRequest
        case .notFinite: .invalidInput
        case .overloaded, .deadlineExceeded, .shuttingDown: .unavailable
        }
    }

    /// The sentence for the person who has to act on it.
    public var description: String {
        switch self {
        case .invalidOption(let name, let found, let expected): return "\(name) is \(found), expected \(expected)"
        case .controlCharacter(let scalar, let position):
            let code = String(scalar.value, radix: 16, uppercase: true)
            return
                "the prompt has a control character (U+\(String(repeating: "0", count: max(0, 4 - code.count)))\(code), "
                + "character \(position)), which no headline has; remove it"
        case .promptTooLong(let tokens, let maximum):
            return "the prompt has \(tokens) tokens, but the model has room for \(maximum) before a completion of one;"
                + " shorten the prompt"
        case .requestTooLarge(let tokens, let maximum):
            return
                "the request needs a cache of \(tokens) tokens, and the limit is \(maximum); shorten the prompt, or ask"
                + " for fewer new tokens or beams"
        case .everythingBanned:
            return "beam search found no completion, because every continuation of the prompt is banned; ban less"
        case .noEndOfText:
            return "the vocabulary has no end-of-text token, so no completion would know where to end"
        case .vocabularyTooLarge(let tokenizer, let model):
            return "the tokenizer has \(tokenizer) entries, the model only \(model)"
        case .notFinite:
            return
                "the model's logits are not finite numbers, so no token can be chosen; its weights are damaged, or its"
                + " training diverged"
        case .overloaded(let waiting):
            return "\(waiting) requests are waiting already, and the engine takes no more; try again later"
        case .deadlineExceeded: return "the deadline of the request passed before it was answered; try again later"
        case .shuttingDown: return "the engine is shutting down and takes no more requests"
        }
    }
}
