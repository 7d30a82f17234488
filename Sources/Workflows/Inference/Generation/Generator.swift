public import Models
public import Tokenization

/// Completes headlines with a GPT-2: text in, text out, one request at a time. ``GenerationEngine`` answers many.
public final class Generator {
    private let loop: DecodingLoop
    private let search: BeamSearch

    /// Throws unless model and vocabulary fit and the vocabulary has an end-of-text token.
    public init(_ model: GPT2, _ tokenizer: ByteLevelBPE) throws(GenerationError) {
        loop = try DecodingLoop(model, tokenizer)
        search = BeamSearch(model, tokenizer, endOfText: loop.endOfText)
    }

    /// `count` candidates for one prompt, in the order of their random streams.
    public func complete(_ prompt: String, count: Int, options: SamplingOptions) throws(GenerationError) -> [Completion]
    {
        try complete(CompletionRequest(prompt, count: count, options: options))
    }

    /// The candidates of a request.
    /// - Throws: `GenerationError` for a request that cannot be answered as asked, and for a model whose logits are not finite.
    public func complete(_ request: CompletionRequest) throws(GenerationError) -> [Completion] {
        loop.read([try loop.question(request, id: 0)])
        var completions: [Completion] = []
        for first in stride(from: 0, to: request.count, by: Self.group) {
            let candidates = first..<min(first + Self.group, request.count)
            var group = [Completion?](repeating: nil, count: candidates.count)
            var updates = loop.start(0, candidates: candidates)
            while true {
                for update in updates {
                    if let failure = update.failure { throw failure }
                    group[update.candidate - first] = update.completion
                }
                if loop.liveCount == 0 { break }
                updates = loop.step()
            }
            completions += group.compactMap { $0 }
        }
        return request.isRanked ? completions.rankedByLogProbability : completions
    }

    /// The best completions that beam search finds, as ``GenerationEngine/beamSearch(_:beams:lengthPenalty:)`` gives them.
    public func beamSearch(_ request: CompletionRequest, beams: Int, lengthPenalty: Double = 1) throws(GenerationError)
        -> [Completion]
    {
        var search = try search.begin(request, beams: beams, lengthPenalty: lengthPenalty)
        while try search.advance() {}
        return try search.completions()
    }

    /// How many candidates are decoded side by side: enough for the products to be efficient, few enough for their caches to
    /// be small.
    private static let group = 32
}

extension [Completion] {
    /// Best first, by mean log-probability; equals stay in their order.
    var rankedByLogProbability: [Completion] {
        enumerated().sorted {
            $0.element.meanLogProbability != $1.element.meanLogProbability
                ? $0.element.meanLogProbability > $1.element.meanLogProbability : $0.offset < $1.offset
        }.map(\.element)
    }
}
