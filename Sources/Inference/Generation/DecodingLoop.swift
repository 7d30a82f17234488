import Autograd
import Models
import NeuralNetwork
import NumericCore
import Tokenization

/// Decodes sequences side by side: each adds one row to a pass, joins when its prompt has been read and leaves when it ends.
///
/// The candidates of a request share one reading of its prompt, which is a pass of its own. Decoding passes have at most
/// ``RowProduct/mostRows`` rows, whose bits do not depend on each other, and random numbers are keyed by seed, candidate and
/// position: what a request is answered depends on nothing beside it.
final class DecodingLoop {
    /// What a pass brought for one candidate.
    struct Update {
        /// As given to ``start(_:_:candidates:id:)``.
        let id: Int
        let candidate: Int
        /// What can be shown that was not before; empty while a character or a stop string may be incomplete.
        let newText: String
        /// The candidate, when it has ended.
        let completion: Completion?
    }

    private struct Sequence {
        let id: Int
        let candidate: Int
        let request: CompletionRequest
        let rules: LogitRules
        let prompt: PromptTokens
        /// The most tokens it may be given.
        let limit: Int
        var slot: Int
        var attempt = 0
        var tokens: [Int32] = []
        var logProbabilities: [Double] = []
        var text: CompletionText
    }

    private let model: GPT2
    private let tokenizer: ByteLevelBPE
    let endOfText: Int32
    private let cache: KVCache
    private var live: [Sequence] = []

    /// The most candidates that can be live.
    static let room = RowProduct.mostRows

    /// Throws unless model and vocabulary fit and the vocabulary has an end-of-text token.
    init(_ model: GPT2, _ tokenizer: ByteLevelBPE) throws(GenerationError) {
        endOfText = try Self.checkedEndOfText(model, tokenizer)
        self.model = model
        self.tokenizer = tokenizer
        cache = model.makeCache()
    }

    /// The end-of-text token. Throws unless there is one, and model and vocabulary fit.
    static func checkedEndOfText(_ model: GPT2, _ tokenizer: ByteLevelBPE) throws(GenerationError) -> Int32 {
        guard let endOfText = tokenizer.endOfText else {
            throw GenerationError("the vocabulary has no end-of-text token, so no completion would know where to end")
        }
        guard tokenizer.vocabularySize <= model.configuration.vocabularySize else {
            throw GenerationError(
                "the tokenizer has \(tokenizer.vocabularySize) entries, the model only \(model.configuration.vocabularySize)"
            )
        }
        return endOfText
    }

    /// How many candidates are being decoded.
    var liveCount: Int { live.count }

    /// Throws what is wrong with a request, before it is started.
    func check(_ request: CompletionRequest) throws(GenerationError) {
        _ = try prompt(of: request)
    }

    private func prompt(of request: CompletionRequest) throws(GenerationError) -> PromptTokens {
        try request.options.check()
        guard (1...CompletionRequest.mostCandidates).contains(request.count) else {
            throw GenerationError(
                "the number of completions is \(request.count), expected a whole number from 1 to "
                    + "\(CompletionRequest.mostCandidates)")
        }
        return try PromptTokens(
            request.prompt, tokenizer, endOfText: endOfText, positions: model.configuration.positions)
    }

    /// Reads the prompt and lets candidates join, whose first token is chosen at once. Traps beyond ``room``.
    /// - Parameter id: what their updates carry.
    func start(_ request: CompletionRequest, candidates: Range<Int>, id: Int) throws(GenerationError) -> [Update] {
        let prompt = try prompt(of: request)
        require(live.count + candidates.count <= Self.room, "DecodingLoop: \(candidates.count) more candidates")
        let limit = min(request.options.maximumNewTokens, model.configuration.positions - prompt.context.count)
        let rules = LogitRules(request.options, tokenizer: tokenizer)
        let capacity = prompt.context.count + limit
        let slot = cache.open(capacity: capacity)
        let segments = Segments(offsets: [0, Int32(prompt.context.count)], past: [0], slots: [Int32(slot)])
        let hidden = model(prompt.context, segments, cache: cache).rows(segments.lastRows)  // [1, C]
        let logits = model.logits(hidden).value  // [1, V]
        var sequences = candidates.map { candidate in
            Sequence(
                id: id, candidate: candidate, request: request, rules: rules, prompt: prompt, limit: limit,
                slot: candidate == candidates.lowerBound
                    ? slot : cache.fork(slot, tokens: prompt.context.count, capacity: capacity),
                text: CompletionText(tokenizer, prompt: prompt.text, stopStrings: request.options.stopStrings))
        }
        let updates = advance(&sequences, logits: logits) { _ in 0 }
        live += sequences
        return updates
    }

    /// One token for every live candidate.
    func step() -> [Update] {
        guard !live.isEmpty else { return [] }
        let segments = Segments(
            offsets: (0...live.count).map { Int32($0) },
            past: live.map { Int32($0.prompt.context.count + $0.tokens.count - 1) }, slots: live.map { Int32($0.slot) })
        let hidden = model(live.map { $0.tokens[$0.tokens.count - 1] }, segments, cache: cache)  // [S, C]
        let logits = model.logits(hidden).value  // [S, V]
        return advance(&live, logits: logits) { $0 }
    }

    /// Lets all candidates of a request leave.
    func cancel(_ id: Int) {
        for sequence in live where sequence.id == id { cache.close(sequence.slot) }
        live.removeAll { $0.id == id }
    }

    /// Chooses a token for each sequence, and removes those that have ended.
    /// - Parameter row: of `logits`, for each sequence.
    private func advance(_ sequences: inout [Sequence], logits: NDArray, row: (Int) -> Int) -> [Update] {
        var targets: [Int32] = []
        for (index, sequence) in sequences.enumerated() {
            targets.append(choose(for: sequence, logits.rows(row(index)..<row(index) + 1)))
        }
        let losses: [Double]
        if sequences.count == logits.shape.rows {
            losses = logits.crossEntropy(targets: targets)
        } else {
            losses = targets.map { logits.crossEntropy(targets: [$0])[0] }
        }
        var updates: [Update] = []
        var staying: [Sequence] = []
        for (index, var sequence) in sequences.enumerated() {
            let completion = take(targets[index], logProbability: -losses[index], into: &sequence)
            if let completion, completion.isUnwanted, sequence.attempt + 1 < CompletionRequest.mostAttempts {
                updates += restart(&sequence, staying: &staying)
                continue
            }
            let isUnwanted = sequence.request.isUnwanted != nil
            // A headline that may yet be drawn anew is not shown before it is complete.
            let newText =
                isUnwanted && completion == nil ? "" : sequence.text.takeNew(isComplete: completion != nil)
            updates.append(
                Update(id: sequence.id, candidate: sequence.candidate, newText: newText, completion: completion))
            if completion == nil { staying.append(sequence) } else { cache.close(sequence.slot) }
        }
        sequences = staying
        return updates
    }

    private func choose(for sequence: Sequence, _ logits: NDArray) -> Int32 {
        var scores = logits.withUnsafeElements { Array($0[..<tokenizer.vocabularySize]) }
        let position = sequence.tokens.count
        let options = sequence.request.options
        let mayEnd = !options.balancesQuotes || position + 2 > sequence.limit || !sequence.text.hasOpenQuote
        sequence.rules.apply(
            to: &scores, prompt: sequence.prompt.context, completion: sequence.tokens, mayEnd: mayEnd)
        return Sampler(options).next(
            scores, stream: UInt64(sequence.candidate) | UInt64(sequence.attempt) << 32, position: position)
    }

    /// Adds a token; returns the candidate if it has ended.
    private func take(_ token: Int32, logProbability: Double, into sequence: inout Sequence) -> Completion? {
        sequence.logProbabilities.append(logProbability)
        var ending: Completion.Ending?
        if token == endOfText {
            ending = .endOfText
        } else {
            sequence.tokens.append(token)
            sequence.text.append(token)
            if sequence.tokens.count == sequence.limit { ending = .limit }
        }
        if ending != nil { sequence.text.finish() }
        if let string = sequence.text.stopString { ending = .stopString(string) }
        guard let ending else { return nil }
        let text = sequence.text.text
        return Completion(
            prompt: sequence.prompt.text, text: text, tokens: sequence.tokens,
            logProbabilities: sequence.logProbabilities, ending: ending,
            isUnwanted: sequence.request.isUnwanted?(sequence.prompt.text + text) ?? false)
    }

    /// Draws a candidate anew, from its next random stream.
    private func restart(_ sequence: inout Sequence, staying: inout [Sequence]) -> [Update] {
        let context = sequence.prompt.context
        cache.close(sequence.slot)
        sequence.attempt += 1
        sequence.slot = cache.open(capacity: context.count + sequence.limit)
        sequence.tokens = []
        sequence.logProbabilities = []
        sequence.text = CompletionText(
            tokenizer, prompt: sequence.prompt.text, stopStrings: sequence.request.options.stopStrings)
        let segments = Segments(offsets: [0, Int32(context.count)], past: [0], slots: [Int32(sequence.slot)])
        let logits = model.logits(model(context, segments, cache: cache).rows(segments.lastRows)).value  // [1, V]
        var alone = [sequence]
        let updates = advance(&alone, logits: logits) { _ in 0 }
        staying += alone
        return updates
    }
}
