import NeuralNetwork
import NumericCore

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// One beam search under way: it keeps the likeliest beginnings and continues them all, a token at a time, as transformers'
/// `generate(num_beams:)` does with `early_stopping=False`.
struct BeamSearch {
    /// A beginning.
    private struct Beam {
        var history: TokenHistory
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
        /// The text of the beginning and the token, which the end-of-text token leaves as it is.
        var text: CompletionText?
        /// The reason why it ends here; `nil` if it can go on.
        var ending: Completion.Ending?
    }

    /// A headline that has ended, and its score per token.
    private struct Finished {
        let completion: Completion
        let score: Double

        /// Returns true if it goes before another: rejected ones come last.
        func precedes(_ other: Finished) -> Bool {
            completion.isRejected != other.completion.isRejected ? other.completion.isRejected : score > other.score
        }
    }

    private let prepared: PreparedRequest
    private let processor: LogitsProcessor
    private let endOfText: Int32
    private let vocabularySize: Int
    /// The number of beams.
    private let width: Int
    private let lengthPenalty: Double
    /// The most tokens of a completion.
    private let limit: Int
    private var beams: [Beam]
    private var finished: [Finished] = []
    private var length = 0

    private var request: CompletionRequest { prepared.request }

    /// Begins the search of a request whose prompt has been read.
    /// - Parameters:
    ///   - text: the text before the first token.
    ///   - slot: the cache slot of the first beam, which begins with the prompt.
    init(
        _ prepared: PreparedRequest, processor: LogitsProcessor, text: CompletionText, slot: Int, endOfText: Int32,
        vocabularySize: Int
    ) {
        (self.prepared, self.processor, self.endOfText) = (prepared, processor, endOfText)
        self.vocabularySize = vocabularySize
        width = prepared.rows
        lengthPenalty = prepared.request.beamSearch?.lengthPenalty ?? 1
        limit = prepared.maximumNewTokens
        beams = [Beam(history: TokenHistory(prompt: prepared.prompt.context), text: text, slot: slot)]
    }

    /// Adds a row for each beam.
    func appendRows(to batch: inout DecodingBatch) {
        for beam in beams {
            let tokens = beam.history.tokens
            batch.append(tokens[tokens.count - 1], past: tokens.count - 1, slot: beam.slot)
        }
    }

    /// Adds a token to every beam; returns whether the search goes on.
    /// - Parameters:
    ///   - logits: the logits of the next token of each beam, `[B, V]`; they are overwritten.
    ///   - row: working memory.
    /// - Throws: `GenerationError` for a model whose logits are not finite.
    mutating func advance(_ logits: MutableArray, row: inout ScoreRow, in cache: KVCache) throws(GenerationError)
        -> Bool
    {
        length += 1
        let continuations = try best(2 * width, logits, &row)
        finish(continuations)
        guard length < limit else { return false }
        beams = running(continuations, in: cache)
        guard let likeliest = beams.first else { return false }
        // Once every place is taken, only a running beam that could still win goes on.
        if finished.count == width, let worst = finished.last, !worst.completion.isRejected,
            likeliest.score / pow(Double(length), lengthPenalty) <= worst.score
        {
            return false
        }
        return true
    }

    /// Returns as many of the best as were asked for, once the search is over.
    /// - Throws: `GenerationError` when there is none.
    func completions() throws(GenerationError) -> [Completion] {
        guard !finished.isEmpty else { throw .everythingBanned }
        let best = finished.prefix(request.count).map(\.completion)
        return request.isRanked ? best.rankedByLogProbability : best
    }

    /// Gives the slots of all beams back.
    func close(in cache: KVCache) {
        for beam in beams { cache.close(beam.slot) }
    }

    /// Returns the likeliest continuations of all beams together, best first.
    private mutating func best(
        _ count: Int, _ logits: MutableArray, _ row: inout ScoreRow
    ) throws(GenerationError) -> [Continuation] {
        var best: [Continuation] = []
        let (capacity, isBalanced) = (limit - length + 1, request.options.balancesQuotes)
        for index in beams.indices {
            let closing = isBalanced ? beams[index].text.takeClosingToken(capacity: capacity) : nil
            let beam = beams[index]
            let isFinite = logits.rows(index..<index + 1).withUnsafeMutableElements { elements -> Bool in
                guard replaceWithLogSoftmax(elements) else { return false }
                row.open(UnsafeMutableBufferPointer(rebasing: elements[..<vocabularySize]))
                processor.apply(
                    to: &row, beam.history, mayEnd: !isBalanced || !beam.text.hasOpenQuote)
                for id in closing.map({ $0..<$0 + 1 }) ?? 0..<Int32(vocabularySize) {
                    // A mark that closes a quotation is written even where it is banned.
                    let score = beam.score + Double(closing == nil ? row[id] : row.original(id))
                    if best.count == count, score <= best[count - 1].score { continue }
                    guard score > -.infinity else { continue }
                    if isBalanced, closing == nil, id != endOfText,
                        !beam.text.canClose(after: id, capacity: capacity)
                    {
                        continue
                    }
                    let place = best.firstIndex { $0.score < score } ?? best.count
                    best.insert(
                        Continuation(
                            beam: index, token: id, score: score, logProbability: Double(row.original(id))),
                        at: place)
                    if best.count > count { best.removeLast() }
                }
                return true
            }
            guard isFinite else { throw .notFinite }
        }
        return best.map(continued)
    }

    /// Returns a continuation with its token in the text, and the reason why it ends.
    private func continued(_ continuation: Continuation) -> Continuation {
        var (continuation, text) = (continuation, beams[continuation.beam].text)
        if continuation.token == endOfText {
            continuation.ending = .endOfText
        } else {
            text.append(continuation.token)
            if length == limit { continuation.ending = .limit }
        }
        if continuation.ending != nil { text.finish() }
        continuation.ending = text.ending ?? continuation.ending
        continuation.text = text
        return continuation
    }

    /// Keeps the headlines that end among the best continuations.
    private mutating func finish(_ continuations: [Continuation]) {
        for continuation in continuations.prefix(width) {
            guard let ending = continuation.ending else { continue }
            let beam = beams[continuation.beam]
            let (prompt, text) = (prepared.prompt.text, continuation.text?.text ?? "")
            let completion = Completion(
                prompt: prompt, text: text,
                tokens: beam.history.completion + (ending == .endOfText ? [] : [continuation.token]),
                logProbabilities: beam.logProbabilities + [continuation.logProbability], ending: ending,
                isRejected: prepared.isRejected?(prompt + text) ?? false)
            let found = Finished(
                completion: completion, score: continuation.score / pow(Double(length), lengthPenalty))
            finished.insert(found, at: finished.firstIndex { found.precedes($0) } ?? finished.count)
            if finished.count > width { finished.removeLast() }
        }
    }

    /// Returns the beams of the next pass. The first heir of a beam takes over its slot, and others get copies.
    private func running(_ continuations: [Continuation], in cache: KVCache) -> [Beam] {
        let kept = continuations.filter { $0.ending == nil }.prefix(width)
        // Slots without heirs go first, so that there are never more slots than beams.
        let parents = Set(kept.map(\.beam))
        for (index, beam) in beams.enumerated() where !parents.contains(index) { cache.close(beam.slot) }
        var isTaken = [Bool](repeating: false, count: beams.count)
        return kept.map { continuation in
            var beam = beams[continuation.beam]
            if isTaken[continuation.beam] {
                let tokens = beam.history.tokens.count
                beam.slot = cache.fork(
                    beam.slot, tokens: tokens, capacity: prepared.prompt.context.count + limit)
            }
            isTaken[continuation.beam] = true
            beam.history.append(continuation.token)
            beam.logProbabilities.append(continuation.logProbability)
            beam.score = continuation.score
            if let text = continuation.text { beam.text = text }
            return beam
        }
    }
}

/// Replaces a row of logits by the logarithms of their softmax; returns false when a logit is not finite.
private func replaceWithLogSoftmax(_ logits: UnsafeMutableBufferPointer<Float>) -> Bool {
    let largest = logits.max() ?? 0
    var sum = 0.0
    for logit in logits { sum += Double(exp(logit - largest)) }
    let shift = largest + Float(log(sum))
    guard shift.isFinite else { return false }
    for index in logits.indices { logits[index] -= shift }
    return true
}
