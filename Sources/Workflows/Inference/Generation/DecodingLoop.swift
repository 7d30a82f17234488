import Autograd
import Models
import NeuralNetwork
import NumericCore
import Preconditions
import Tokenization

/// Decodes sequences side by side: each adds one row to a pass, joins when its prompt has been read and leaves when it ends.
///
/// The candidates of a request share one reading of its prompt. Passes over several sequences have at most
/// ``SkinnyMatmul/maximumRows`` rows, whose bits do not depend on each other, and random numbers are keyed by seed, candidate and
/// position: what a request is answered depends on nothing beside it.
final class DecodingLoop {
    /// What a pass brought for one candidate.
    struct Update {
        /// Of the request, as given to ``read(_:)``.
        let id: Int
        let candidate: Int
        /// What can be shown that was not before; empty while a character or a stop string may be incomplete.
        var newText = ""
        /// The candidate, when it has ended.
        var completion: Completion?
        /// Why the whole request ends without an answer; it has left the loop.
        var failure: GenerationError?
    }

    /// A request, checked and tokenized.
    struct Question {
        let id: Int
        let request: CompletionRequest
        let prompt: PromptTokens
    }

    /// A request whose prompt has been read. It keeps that until its last candidate has ended.
    private final class Reading {
        let question: Question
        let rules: LogitsProcessor
        /// The most tokens a candidate may be given.
        let limit: Int
        /// Where the prompt is cached.
        let slot: Int
        /// The logits behind the prompt, `[1, V]`.
        let logits: NDArray
        var ended = 0

        var request: CompletionRequest { question.request }
        var prompt: PromptTokens { question.prompt }

        init(_ question: Question, rules: LogitsProcessor, limit: Int, slot: Int, logits: NDArray) {
            (self.question, self.rules, self.limit) = (question, rules, limit)
            (self.slot, self.logits) = (slot, logits)
        }
    }

    private struct Sequence {
        let reading: Reading
        let candidate: Int
        var slot: Int
        var attempt = 0
        var tokens: [Int32] = []
        var logProbabilities: [Double] = []
        var text: CompletionText

        var id: Int { reading.question.id }
        var request: CompletionRequest { reading.request }
    }

    private let model: GPT2
    private let tokenizer: ByteLevelBPE
    let endOfText: Int32
    private let cache: KVCache
    private var readings: [Int: Reading] = [:]
    private var live: [Sequence] = []

    /// The most candidates that can be live.
    static let room = SkinnyMatmul.maximumRows

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

    /// How many requests have had their prompts read and have not ended.
    var readingCount: Int { readings.count }

    /// Whether the prompt of a request has been read.
    func hasRead(_ id: Int) -> Bool { readings[id] != nil }

    /// A request as ``read(_:)`` takes it. Throws what is wrong with it.
    /// - Parameter id: what its updates carry.
    func question(_ request: CompletionRequest, id: Int) throws(GenerationError) -> Question {
        try request.check()
        return Question(
            id: id, request: request,
            prompt: try PromptTokens(
                request, tokenizer, endOfText: endOfText, contextLength: model.configuration.contextLength))
    }

    /// Reads the prompts of requests in one pass. Traps when several have more than ``SkinnyMatmul/maximumRows`` tokens together.
    func read(_ questions: [Question]) {
        guard !questions.isEmpty else { return }
        let contexts = questions.map(\.prompt.context)
        var offsets: [Int32] = [0]
        for context in contexts { offsets.append(offsets[offsets.count - 1] + Int32(context.count)) }
        require(
            contexts.count == 1 || Int(offsets[contexts.count]) <= SkinnyMatmul.maximumRows,
            "DecodingLoop: \(offsets[contexts.count]) tokens of \(contexts.count) prompts")
        let slots = contexts.map { cache.open(capacity: $0.count) }
        let segments = Segments(offsets: offsets, past: contexts.map { _ in 0 }, slots: slots.map { Int32($0) })
        let hidden = model(contexts.flatMap { $0 }, segments, cache: cache).rows(segments.lastRows)  // [P, C]
        let logits = model.logits(hidden).value  // [P, V]
        for (index, question) in questions.enumerated() {
            let row = logits.rows(index..<index + 1)
            readings[question.id] = Reading(
                question, rules: LogitsProcessor(question.request.options, tokenizer: tokenizer),
                limit: min(
                    question.request.options.maximumNewTokens,
                    model.configuration.contextLength - contexts[index].count),
                slot: slots[index],
                // A copy, so that one request does not keep the logits of those that were read beside it.
                logits: questions.count == 1 ? row : NDArray(row.elements, shape: row.shape))
        }
    }

    /// Lets candidates of a request join whose prompt has been read; their first token is chosen at once. Traps beyond
    /// ``room``.
    func start(_ id: Int, candidates: Range<Int>) -> [Update] {
        guard let reading = readings[id] else { fatalError("DecodingLoop: the prompt of request \(id) is not read") }
        require(live.count + candidates.count <= Self.room, "DecodingLoop: \(candidates.count) more candidates")
        var sequences = candidates.map { candidate in
            Sequence(
                reading: reading, candidate: candidate, slot: fork(reading),
                text: CompletionText(tokenizer, prompt: reading.prompt.text, options: reading.request.options))
        }
        let updates = advance(&sequences, logits: reading.logits) { _ in 0 }
        live += sequences
        return removingFailures(updates)
    }

    /// A slot that begins with the prompt.
    private func fork(_ reading: Reading) -> Int {
        let tokens = reading.prompt.context.count
        return cache.fork(reading.slot, tokens: tokens, capacity: tokens + reading.limit)
    }

    /// One token for every live candidate.
    func step() -> [Update] {
        guard !live.isEmpty else { return [] }
        let segments = Segments(
            offsets: (0...live.count).map { Int32($0) },
            past: live.map { Int32($0.reading.prompt.context.count + $0.tokens.count - 1) },
            slots: live.map { Int32($0.slot) })
        let hidden = model(live.map { $0.tokens[$0.tokens.count - 1] }, segments, cache: cache)  // [S, C]
        let logits = model.logits(hidden).value  // [S, V]
        return removingFailures(advance(&live, logits: logits) { $0 })
    }

    /// Lets a request and all its candidates leave.
    func cancel(_ id: Int) {
        for sequence in live where sequence.id == id { cache.close(sequence.slot) }
        live.removeAll { $0.id == id }
        if let reading = readings.removeValue(forKey: id) { cache.close(reading.slot) }
    }

    private func removingFailures(_ updates: [Update]) -> [Update] {
        for update in updates where update.failure != nil { cancel(update.id) }
        return updates
    }

    /// Chooses a token for each sequence, and removes those that have ended.
    /// - Parameter row: of `logits`, for each sequence.
    private func advance(_ sequences: inout [Sequence], logits: NDArray, row: (Int) -> Int) -> [Update] {
        var targets: [Int32] = []
        for index in sequences.indices {
            targets.append(choose(for: &sequences[index], logits.rows(row(index)..<row(index) + 1)))
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
            // The loss sums over the whole row, so it shows when any logit is no number.
            guard losses[index].isFinite else {
                cache.close(sequence.slot)
                updates.append(Update(id: sequence.id, candidate: sequence.candidate, failure: .notFinite))
                continue
            }
            let completion = take(targets[index], logProbability: -losses[index], into: &sequence)
            if let completion, completion.isRejected, sequence.attempt + 1 < CompletionRequest.maximumAttempts {
                updates += restart(&sequence, staying: &staying)
                continue
            }
            let isRejected = sequence.request.isRejected != nil
            // A headline that may yet be drawn anew is not shown before it is complete.
            let newText =
                isRejected && completion == nil ? "" : sequence.text.takeNew(isComplete: completion != nil)
            updates.append(
                Update(id: sequence.id, candidate: sequence.candidate, newText: newText, completion: completion))
            if completion == nil { staying.append(sequence) } else { end(sequence) }
        }
        sequences = staying
        return updates
    }

    /// Lets a candidate leave, and its request with the last one.
    private func end(_ sequence: Sequence) {
        cache.close(sequence.slot)
        let reading = sequence.reading
        reading.ended += 1
        guard reading.ended == reading.request.count else { return }
        cache.close(reading.slot)
        readings[sequence.id] = nil
    }

    private func choose(for sequence: inout Sequence, _ logits: NDArray) -> Int32 {
        let (reading, options, position) = (sequence.reading, sequence.request.options, sequence.tokens.count)
        let room = reading.limit - position
        if options.balancesQuotes, let token = sequence.text.takeClosingToken(room: room) { return token }
        var scores = logits.withUnsafeElements { Array($0[..<tokenizer.vocabularySize]) }
        reading.rules.apply(
            to: &scores, prompt: reading.prompt.context, completion: sequence.tokens,
            mayEnd: !options.balancesQuotes || !sequence.text.hasOpenQuote)
        let sampler = Sampler(options)
        let stream = UInt64(sequence.candidate) | UInt64(sequence.attempt) << 32
        while true {
            let token = sampler.next(scores, stream: stream, position: position)
            guard options.balancesQuotes, token != endOfText, scores[Int(token)] > -.infinity,
                !sequence.text.canClose(after: token, room: room)
            else { return token }
            scores[Int(token)] = -.infinity
        }
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
            if sequence.tokens.count == sequence.reading.limit { ending = .limit }
        }
        if ending != nil { sequence.text.finish() }
        ending = sequence.text.ending ?? ending
        guard let ending else { return nil }
        let (prompt, text) = (sequence.reading.prompt.text, sequence.text.text)
        return Completion(
            prompt: prompt, text: text, tokens: sequence.tokens, logProbabilities: sequence.logProbabilities,
            ending: ending, isRejected: sequence.request.isRejected?(prompt + text) ?? false)
    }

    /// Draws a candidate anew, from its next random stream.
    private func restart(_ sequence: inout Sequence, staying: inout [Sequence]) -> [Update] {
        let reading = sequence.reading
        cache.close(sequence.slot)
        sequence.slot = fork(reading)
        sequence.attempt += 1
        sequence.tokens = []
        sequence.logProbabilities = []
        sequence.text = CompletionText(tokenizer, prompt: reading.prompt.text, options: reading.request.options)
        var alone = [sequence]
        let updates = advance(&alone, logits: reading.logits) { _ in 0 }
        staying += alone
        return updates
    }
}
