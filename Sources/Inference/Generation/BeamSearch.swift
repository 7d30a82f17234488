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
    /// A beginning.
    private struct Beam {
        var tokens: [Int32]
        var logProbabilities: [Double]
        /// The sum of the log-probabilities, after penalties and bans.
        var score: Double
        var slot: Int
    }

    /// A beginning and one more token.
    private struct Continuation {
        let beam: Int
        let token: Int32
        let score: Double
    }

    /// A headline that has ended, and its score per token.
    private struct Finished {
        let completion: Completion
        let score: Double
    }

    /// The most beams.
    static let mostBeams = RowProduct.mostRows

    private let model: GPT2
    private let tokenizer: ByteLevelBPE
    private let endOfText: Int32

    init(_ model: GPT2, _ tokenizer: ByteLevelBPE, endOfText: Int32) {
        (self.model, self.tokenizer, self.endOfText) = (model, tokenizer, endOfText)
    }

    /// The best completions, at most `beams`, best first by their log-probability divided by a power of their length.
    /// - Parameters:
    ///   - request: its number of candidates says how many are returned; temperature, filters and seed are not used.
    ///   - lengthPenalty: the power; above 0 favours longer headlines.
    func complete(_ request: CompletionRequest, beams: Int, lengthPenalty: Double) throws(GenerationError)
        -> [Completion]
    {
        try request.options.check()
        guard (1...Self.mostBeams).contains(beams) else {
            throw GenerationError(
                "the number of beams is \(beams), expected a whole number from 1 to \(Self.mostBeams)")
        }
        guard (1...beams).contains(request.count) else {
            throw GenerationError(
                "the number of completions is \(request.count), expected at most that of the beams, \(beams)")
        }
        guard lengthPenalty.isFinite else {
            throw GenerationError("length penalty is \(lengthPenalty), expected a finite number")
        }
        let prompt = try PromptTokens(
            request.prompt, tokenizer, endOfText: endOfText, positions: model.configuration.positions)
        var search = Search(self, request.options, prompt, beams: beams, lengthPenalty: lengthPenalty)
        return Array(search.run().prefix(request.count))
    }

    /// One search under way.
    private struct Search {
        private let owner: BeamSearch
        private let options: SamplingOptions
        private let rules: LogitRules
        private let prompt: PromptTokens
        private let width: Int
        private let lengthPenalty: Double
        private let limit: Int
        private let cache: KVCache
        private var beams: [Beam]
        private var finished: [Finished] = []

        init(_ owner: BeamSearch, _ options: SamplingOptions, _ prompt: PromptTokens, beams: Int, lengthPenalty: Double)
        {
            (self.owner, self.options, self.prompt) = (owner, options, prompt)
            (width, self.lengthPenalty) = (beams, lengthPenalty)
            rules = LogitRules(options, tokenizer: owner.tokenizer)
            limit = min(options.maximumNewTokens, owner.model.configuration.positions - prompt.context.count)
            cache = owner.model.makeCache()
            self.beams = [
                Beam(
                    tokens: [], logProbabilities: [], score: 0, slot: cache.open(capacity: prompt.context.count + limit)
                )
            ]
        }

        mutating func run() -> [Completion] {
            var logits = read(prompt.context, past: [0], lengths: [prompt.context.count])  // [1, V]
            for length in 1...limit {
                let continuations = best(2 * width, of: logits)
                finish(continuations, length: length)
                // Once every place is taken, only a running beam that could still win goes on.
                beams = running(continuations)
                if length == limit || beams.isEmpty { break }
                if finished.count == width, let worst = finished.last,
                    beams[0].score / pow(Double(length), lengthPenalty) <= worst.score
                {
                    break
                }
                logits = read(
                    beams.map { $0.tokens[length - 1] },
                    past: beams.map { Int32(prompt.context.count + $0.tokens.count - 1) },
                    lengths: beams.map { _ in 1 })
            }
            return finished.map(\.completion)
        }

        private func read(_ tokens: [Int32], past: [Int32], lengths: [Int]) -> NDArray {
            var offsets: [Int32] = [0]
            for length in lengths { offsets.append(offsets[offsets.count - 1] + Int32(length)) }
            let segments = Segments(offsets: offsets, past: past, slots: beams.map { Int32($0.slot) })
            let hidden = owner.model(tokens, segments, cache: cache).rows(segments.lastRows)  // [B, C]
            return owner.model.logits(hidden).value  // [B, V]
        }

        /// The likeliest continuations of all beams together, best first.
        private func best(_ count: Int, of logits: NDArray) -> [Continuation] {
            var best: [Continuation] = []
            for (index, beam) in beams.enumerated() {
                var scores = logits.rows(index..<index + 1).withUnsafeElements {
                    logSoftmax($0, count: owner.tokenizer.vocabularySize)
                }
                rules.apply(
                    to: &scores, prompt: prompt.context, completion: beam.tokens, mayEnd: true)
                for (id, value) in scores.enumerated() {
                    let score = beam.score + Double(value)
                    if best.count == count, score <= best[count - 1].score { continue }
                    guard score > -.infinity else { continue }
                    let place = best.firstIndex { $0.score < score } ?? best.count
                    best.insert(Continuation(beam: index, token: Int32(id), score: score), at: place)
                    if best.count > count { best.removeLast() }
                }
            }
            return best
        }

        /// Takes the headlines that end among the best continuations.
        private mutating func finish(_ continuations: [Continuation], length: Int) {
            for continuation in continuations.prefix(width) where isLast(continuation, length: length) {
                let beam = beams[continuation.beam]
                let score = continuation.score / pow(Double(length), lengthPenalty)
                let isEnd = continuation.token == owner.endOfText
                let tokens = isEnd ? beam.tokens : beam.tokens + [continuation.token]
                let completion = Completion(
                    prompt: prompt.text, text: owner.tokenizer.decode(tokens), tokens: tokens,
                    logProbabilities: beam.logProbabilities + [continuation.score - beam.score],
                    ending: isEnd ? .endOfText : .limit, isUnwanted: false)
                let place = finished.firstIndex { $0.score < score } ?? finished.count
                finished.insert(Finished(completion: completion, score: score), at: place)
                if finished.count > width { finished.removeLast() }
            }
        }

        private func isLast(_ continuation: Continuation, length: Int) -> Bool {
            continuation.token == owner.endOfText || length == limit
        }

        /// The beams of the next pass; each has a slot of its own, the first heir of a beam its parent's.
        private func running(_ continuations: [Continuation]) -> [Beam] {
            let kept = continuations.filter { $0.token != owner.endOfText }.prefix(width)
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
                    logProbabilities: parent.logProbabilities + [continuation.score - parent.score],
                    score: continuation.score, slot: slot)
            }
            for (index, beam) in beams.enumerated() where !isTaken[index] { cache.close(beam.slot) }
            return next
        }
    }
}

/// The logarithms of the softmax of the first `count` logits; the denominator counts all of them.
private func logSoftmax(_ logits: UnsafeBufferPointer<Float>, count: Int) -> [Float] {
    let largest = logits.max() ?? 0
    var sum = 0.0
    for logit in logits { sum += Double(exp(logit - largest)) }
    let shift = largest + Float(log(sum))
    return logits[..<count].map { $0 - shift }
}
