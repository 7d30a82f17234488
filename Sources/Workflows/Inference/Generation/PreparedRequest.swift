/// A request that was checked and tokenized.
struct PreparedRequest {
    /// The number that its updates carry.
    let id: Int
    let request: CompletionRequest
    /// Tells which headlines are not wanted; `nil` when all are.
    let isRejected: HeadlineRejection?
    let prompt: PromptTokens
    /// The most tokens a candidate or beam can be given.
    let maximumNewTokens: Int
    /// True if updates carry the text as it comes.
    let isStreamed: Bool

    /// The rows of a pass that it needs to begin: one for a candidate, and all beams of a search.
    var rows: Int { request.beamSearch?.beams ?? 1 }

    /// The tokens of the cache that it needs to begin: those of the prompt, and those of each row.
    var cacheTokens: Int { prompt.context.count + rows * maximumNewTokens }
}
