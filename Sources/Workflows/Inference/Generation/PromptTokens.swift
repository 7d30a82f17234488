import Models
import Tokenization

/// A prompt as the model reads it.
struct PromptTokens {
    /// The prompt without white space at its end.
    let text: String
    /// The tokens that go before a prompt, and its own; at least one.
    let context: [Int32]

    /// Tokenizes the prompt of a request. The vocabulary's folder says what goes before it: our own name the end-of-text
    /// token, after which every headline is trained; a foreign one may name nothing. Without any token to continue, the
    /// end-of-text token is used, so that an empty prompt gives whole headlines.
    /// - Throws: `GenerationError` for a prompt with control characters or too long for the model.
    init(
        _ request: CompletionRequest, _ tokenizer: ByteLevelBPE, endOfText: Int32, contextLength: Int
    ) throws(GenerationError) {
        text = request.continuedPrompt
        let isControl = { (scalar: Unicode.Scalar) in scalar.properties.generalCategory == .control }
        if let (index, scalar) = text.unicodeScalars.enumerated().first(where: { isControl($0.element) }) {
            throw .controlCharacter(scalar, position: index + 1)
        }
        let ids = tokenizer.encode(text)
        let framed = tokenizer.prefix + ids
        context = framed.isEmpty ? [endOfText] : framed
        let maximum = contextLength - (context.count - ids.count) - 1
        guard ids.count <= maximum else { throw .promptTooLong(tokens: ids.count, maximum: maximum) }
    }
}
