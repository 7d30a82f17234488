import Models
import Tokenization

/// A prompt as the model is fed it.
struct PromptTokens {
    /// The prompt without white space at its end.
    let text: String
    /// What goes before the prompt, and its own tokens; at least one.
    let context: [Int32]

    /// The vocabulary's folder says what goes before a prompt: our own say the end-of-text token, behind which every headline
    /// is trained; a foreign one may say nothing. Where there is no token at all to go on from, the end-of-text token is it, so
    /// that an empty prompt writes whole headlines.
    /// - Throws: `GenerationError` for a prompt with control characters or too long for the model.
    init(
        _ request: CompletionRequest, _ tokenizer: ByteLevelBPE, endOfText: Int32, contextLength: Int
    ) throws(GenerationError) {
        text = request.continuedPrompt
        if let (index, scalar) = text.unicodeScalars.enumerated().first(where: {
            $0.element.properties.generalCategory == .control
        }) {
            let code = String(scalar.value, radix: 16, uppercase: true)
            throw GenerationError(
                "the prompt has a control character (U+\(String(repeating: "0", count: max(0, 4 - code.count)))\(code), "
                    + "character \(index + 1)), which no headline has; remove it")
        }
        let ids = tokenizer.encode(text)
        let framed = tokenizer.prefix + ids
        context = framed.isEmpty ? [endOfText] : framed
        let room = contextLength - (context.count - ids.count) - 1
        guard ids.count <= room else {
            throw GenerationError(
                "the prompt has \(ids.count) tokens, and the model has room for \(room) before a completion of one; "
                    + "shorten the prompt")
        }
    }
}
