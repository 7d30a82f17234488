public import Models
public import Tokenization

/// Completes headlines with a GPT-2: text in, text out, one request at a time. ``GenerationEngine`` serves many callers.
public final class Generator {
    private let loop: DecodingLoop

    /// Creates a generator. Throws unless model and vocabulary fit and the vocabulary has an end-of-text token.
    public init(_ model: GPT2, _ tokenizer: ByteLevelBPE) throws(GenerationError) {
        loop = try DecodingLoop(model, tokenizer, limits: GenerationLimits())
    }

    /// Returns `count` candidates for one prompt, in the order of their random streams.
    public func complete(_ prompt: String, count: Int, options: SamplingOptions) throws(GenerationError) -> [Completion]
    {
        try complete(CompletionRequest(prompt, count: count, options: options))
    }

    /// Returns the candidates of a request.
    /// - Parameter isRejected: tells which headlines are not wanted. A drawn candidate that becomes one is drawn again; beam
    ///   search returns such headlines last.
    /// - Throws: `GenerationError` for a request that cannot be answered, and for a model whose logits are not finite.
    public func complete(
        _ request: CompletionRequest, rejecting isRejected: HeadlineRejection? = nil
    ) throws(GenerationError) -> [Completion] {
        loop.prefill([try loop.prepare(request, id: 0, isRejected: isRejected, isStreamed: false)])
        // The candidates of a search join together.
        let group = request.beamSearch == nil ? Self.group : request.count
        var completions: [Completion] = []
        for first in stride(from: 0, to: request.count, by: group) {
            let candidates = first..<min(first + group, request.count)
            var found = [Completion?](repeating: nil, count: candidates.count)
            var updates = loop.start(0, candidates: candidates)
            while true {
                for update in updates {
                    if let failure = update.failure { throw failure }
                    if let completion = update.completion { found[update.candidate - first] = completion }
                }
                if loop.liveRows == 0 { break }
                updates = loop.step()
            }
            completions += found.compactMap { $0 }
        }
        return request.isRanked ? completions.rankedByLogProbability : completions
    }

    /// The number of candidates that are decoded side by side: enough for efficient products, few enough for small caches.
    private static let group = 32
}
