import Autograd
import Models
import NeuralNetwork
import NumericCore
import Tokenization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Beam search: keeps the likeliest beginnings and continues them all, as transformers' `generate(num_beams:)` does with
/// `early_stopping=False`.
struct BeamSearch {
    /// The most beams.
    static let maximumBeams = SkinnyMatmul.maximumRows

    private let model: GPT2
    private let tokenizer: ByteLevelBPE
    private let endOfText: Int32

    init(_ model: GPT2, _ tokenizer: ByteLevelBPE, endOfText: Int32) {
        (self.model, self.tokenizer, self.endOfText) = (model, tokenizer, endOfText)
    }

    /// A search that has read its prompt.
    /// - Throws: `GenerationError` for a request that cannot be answered as asked.
    func begin(_ request: CompletionRequest, beams: Int, lengthPenalty: Double) throws(GenerationError) -> Search {
        try request.check(beams: beams, lengthPenalty: lengthPenalty)
        let prompt = try PromptTokens(
            request, tokenizer, endOfText: endOfText, contextLength: model.configuration.contextLength)
        return Search(self, request, prompt, beams: beams, lengthPenalty: lengthPenalty)
    }

    /// A beginning.
    private struct Beam {
        var tokens: [Int32] = []
        /// The model's own log-probability of each token.
        var logProbabilities: [Double] = []
        /// The sum of the log-probabilities, after penalties and bans.
        var score = 0.0
        var text: CompletionText
        var slot: Int
    }

    /// A beginning and one more token.
    private struct Continuation {
        let beam: Int
        let token: Int32
        let score: Double
        let logProbability: Double
        /// Of the beginning and the token, which the end-of-text token leaves as it is.
        var text: CompletionText
        /// Why it ends here; `nil` if it can go on.
        var ending: Completion.Ending?
    }

    /// A headline that has ended, and its score per token.
    private struct Finished {
        let completion: Completion
        let score: Double

        /// Whether it stands before another: what is unwanted comes last.
        func precedes(_ other: Finished) -> Bool {
            completion.isRejected != other.completion.isRejected ? other.completion.isRejected : score > other.score
        }
    }

    /// One search under way, a token of all beams at a time.
    struct Search {
        private let owner: BeamSearch
        private let request: CompletionRequest
        private let rules: LogitsProcessor
        private let prompt: PromptTokens
        private let width: Int
        private let lengthPenalty: Double
        private let limit: Int
        private let cache: KVCache
        private var beams: [Beam]
        private var finished: [Finished] = []
        private var length = 0
        /// Of the next token of each beam, `[B, V]`.
        private var logits: NDArray

        fileprivate init(
            _ owner: BeamSearch, _ request: CompletionRequest, _ prompt: PromptTokens, beams: Int, lengthPenalty: Double
        ) {
            (self.owner, self.request, self.prompt) = (owner, request, prompt)
            (width, self.lengthPenalty) = (beams, lengthPenalty)
            rules = LogitsProcessor(request.options, tokenizer: owner.tokenizer)
            limit = min(
                request.options.maximumNewTokens, owner.model.configuration.contextLength - prompt.context.count)
            cache = owner.model.makeCache()
            let text = CompletionText(owner.tokenizer, prompt: prompt.text, options: request.options)
            let beam = Beam(text: text, slot: cache.open(capacity: prompt.context.count + limit))
            self.beams = [beam]
            logits = owner.logits(
                prompt.context, past: [0], lengths: [prompt.context.count], slots: [beam.slot], cache)
        }

        /// Adds a token to every beam; returns whether the search goes on.
        /// - Throws: `GenerationError` for a model whose logits are not finite.
        mutating func advance() throws(GenerationError) -> Bool {
            length += 1
            let continuations = try best(2 * width)
            finish(continuations)
            beams = running(continuations)
            guard length < limit, let likeliest = beams.first else { return false }
            // Once every place is taken, only a running beam that could still win goes on.
            if finished.count == width, let worst = finished.last, !worst.completion.isRejected,
                likeliest.score / pow(Double(length), lengthPenalty) <= worst.score
            {
                return false
            }
            logits = owner.logits(
                beams.map { $0.tokens[length - 1] },
                past: beams.map { Int32(prompt.context.count + $0.tokens.count - 1) },
                lengths: beams.map { _ in 1 }, slots: beams.map(\.slot), cache)
            return true
        }

        /// As many of the best as were asked for, once the search is over.
        /// - Throws: `GenerationError` when there is none.
        func completions() throws(GenerationError) -> [Completion] {
            guard !finished.isEmpty else {
                throw GenerationError(
                    "beam search found no completion, for every continuation of the prompt is banned; ban less")
            }
            let best = finished.prefix(request.count).map(\.completion)
            return request.isRanked ? best.rankedByLogProbability : best
        }

        /// The likeliest continuations of all beams together, best first.
        private mutating func best(_ count: Int) throws(GenerationError) -> [Continuation] {
            var best: [Continuation] = []
            let (room, isBalanced) = (limit - length + 1, request.options.balancesQuotes)
            for index in beams.indices {
                let logProbabilities = logits.rows(index..<index + 1).withUnsafeElements {
                    logSoftmax($0, count: owner.tokenizer.vocabularySize)
                }
                guard let logProbabilities else { throw .notFinite }
                let closing = isBalanced ? beams[index].text.takeClosingToken(room: room) : nil
                let beam = beams[index]
                var scores = logProbabilities
                rules.apply(
                    to: &scores, prompt: prompt.context, completion: beam.tokens,
                    mayEnd: !isBalanced || !beam.text.hasOpenQuote)
                for (id, value) in scores.enumerated() {
                    let token = Int32(id)
                    if let closing, closing != token { continue }
                    // What closes a quotation is written even where it is banned.
                    let score = beam.score + Double(closing == nil ? value : logProbabilities[id])
                    if best.count == count, score <= best[count - 1].score { continue }
                    guard score > -.infinity else { continue }
                    if isBalanced, closing == nil, token != owner.endOfText,
                        !beam.text.canClose(after: token, room: room)
                    {
                        continue
                    }
                    let place = best.firstIndex { $0.score < score } ?? best.count
                    best.insert(
                        Continuation(
                            beam: index, token: token, score: score, logProbability: Double(logProbabilities[id]),
                            text: beam.text), at: place)
                    if best.count > count { best.removeLast() }
                }
            }
            return best.map(continued)
        }

        /// The same with its token in the text, and why it ends.
        private func continued(_ continuation: Continuation) -> Continuation {
            var continuation = continuation
            if continuation.token == owner.endOfText {
                continuation.ending = .endOfText
            } else {
                continuation.text.append(continuation.token)
                if length == limit { continuation.ending = .limit }
            }
            if continuation.ending != nil { continuation.text.finish() }
            continuation.ending = continuation.text.ending ?? continuation.ending
            return continuation
        }

        /// Takes the headlines that end among the best continuations.
        private mutating func finish(_ continuations: [Continuation]) {
            for continuation in continuations.prefix(width) {
                guard let ending = continuation.ending else { continue }
                let beam = beams[continuation.beam]
                let text = continuation.text.text
                let completion = Completion(
                    prompt: prompt.text, text: text,
                    tokens: beam.tokens + (ending == .endOfText ? [] : [continuation.token]),
                    logProbabilities: beam.logProbabilities + [continuation.logProbability], ending: ending,
                    isRejected: request.isRejected?(prompt.text + text) ?? false)
                let found = Finished(
                    completion: completion, score: continuation.score / pow(Double(length), lengthPenalty))
                finished.insert(found, at: finished.firstIndex { found.precedes($0) } ?? finished.count)
                if finished.count > width { finished.removeLast() }
            }
        }

        /// The beams of the next pass; each has a slot of its own, the first heir of a beam its parent's.
        private func running(_ continuations: [Continuation]) -> [Beam] {
            let kept = continuations.filter { $0.ending == nil || $0.ending == .limit }.prefix(width)
            var isTaken = [Bool](repeating: false, count: beams.count)
            // Copies are made before any slot is written or closed.
            let next = kept.map { continuation -> Beam in
                let parent = beams[continuation.beam]
                let tokens = prompt.context.count + parent.tokens.count
                let slot =
                    isTaken[continuation.beam]
                    ? cache.fork(parent.slot, tokens: tokens, capacity: prompt.context.count + limit) : parent.slot
                isTaken[continuation.beam] = true
                return Beam(
                    tokens: parent.tokens + [continuation.token],
                    logProbabilities: parent.logProbabilities + [continuation.logProbability],
                    score: continuation.score, text: continuation.text, slot: slot)
            }
            for (index, beam) in beams.enumerated() where !isTaken[index] { cache.close(beam.slot) }
            return next
        }
    }

    /// The logits of the token after the last one of each sequence, `[B, V]`.
    private func logits(
        _ tokens: [Int32], past: [Int32], lengths: [Int], slots: [Int], _ cache: KVCache
    ) -> NDArray {
        var offsets: [Int32] = [0]
        for length in lengths { offsets.append(offsets[offsets.count - 1] + Int32(length)) }
        let segments = Segments(offsets: offsets, past: past, slots: slots.map { Int32($0) })
        let hidden = model(tokens, segments, cache: cache).rows(segments.lastRows)  // [B, C]
        return model.logits(hidden).value  // [B, V]
    }
}

/// The logarithms of the softmax of the first `count` logits; the denominator counts all of them. `nil` when a logit is no
/// number.
private func logSoftmax(_ logits: UnsafeBufferPointer<Float>, count: Int) -> [Float]? {
    let largest = logits.max() ?? 0
    var sum = 0.0
    for logit in logits { sum += Double(exp(logit - largest)) }
    let shift = largest + Float(log(sum))
    return shift.isFinite ? logits[..<count].map { $0 - shift } : nil
}
