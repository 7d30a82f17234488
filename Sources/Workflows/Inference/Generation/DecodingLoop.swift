import Autograd
import Models
import NeuralNetwork
import NumericCore
import Preconditions
import Tokenization

/// Decodes candidates and beams side by side: each adds one row to a pass, joins when its prompt has been read and leaves when
/// it ends.
///
/// The candidates of a request share its prompt, which is read once and cached once. Passes over several sequences have at
/// most ``SkinnyMatmul/maximumRows`` rows, whose bits do not depend on each other, and random numbers are keyed by seed,
/// candidate and position: the answer to a request depends on nothing that runs at the same time.
final class DecodingLoop {
    /// The result of a pass for one candidate.
    struct Update {
        /// The request's number, as given to ``prepare(_:id:isRejected:isStreamed:)``.
        let id: Int
        let candidate: Int
        /// The text that can be shown and could not before; empty while a character or a stop string may be incomplete.
        var newText = ""
        /// The candidate, when it has ended.
        var completion: Completion?
        /// The times at which its decoding began and its first token was chosen.
        var started: ContinuousClock.Instant?
        var firstToken: ContinuousClock.Instant?
        /// True if the request has ended with it and has left the loop.
        var endsRequest = false
        /// The reason why the whole request ends without an answer.
        var failure: GenerationError?
    }

    /// A request whose prompt has been read. It keeps the prompt until its last candidate has ended.
    private final class PrefilledRequest {
        let prepared: PreparedRequest
        let processor: LogitsProcessor
        let sampler: Sampler
        /// The cache slot of the prompt.
        let slot: Int
        /// The logits of the token after the prompt, `[1, V]`. What changes them restores them.
        let logits: MutableArray
        /// The prompt without completion.
        let history: TokenHistory
        /// The numbers of candidates that are being decoded, and that have ended.
        var live = 0
        var ended = 0

        var request: CompletionRequest { prepared.request }

        /// The tokens of the cache that it may use: at any time there is memory for one more candidate of a request that has
        /// none, so that it can always go on.
        var reservedTokens: Int {
            prepared.cacheTokens + (request.beamSearch == nil ? max(0, live - 1) * prepared.maximumNewTokens : 0)
        }

        init(_ prepared: PreparedRequest, processor: LogitsProcessor, slot: Int, logits: MutableArray) {
            (self.prepared, self.processor, self.slot, self.logits) = (prepared, processor, slot, logits)
            sampler = Sampler(prepared.request.options)
            history = TokenHistory(prompt: prepared.prompt.context)
        }
    }

    /// A candidate that is being drawn.
    private struct Sequence {
        let prefilled: PrefilledRequest
        let candidate: Int
        let started: ContinuousClock.Instant
        var firstToken: ContinuousClock.Instant?
        var slot: Int
        var attempt = 0
        var history: TokenHistory
        var logProbabilities: [Double] = []
        var text: CompletionText

        var id: Int { prefilled.prepared.id }
        var request: CompletionRequest { prefilled.request }
    }

    /// A beam search under way.
    private struct LiveSearch {
        let prefilled: PrefilledRequest
        let started: ContinuousClock.Instant
        var firstToken: ContinuousClock.Instant?
        var search: BeamSearch

        var id: Int { prefilled.prepared.id }
    }

    private let model: GPT2
    private let tokenizer: ByteLevelBPE
    private let endOfText: Int32
    private let limits: GenerationLimits
    private let cache: KVCache
    private let clock = ContinuousClock()
    private var prefilled: [Int: PrefilledRequest] = [:]
    private var live: [Sequence] = []
    private var searches: [LiveSearch] = []
    private var row = ScoreRow()

    /// The counts since the loop was made.
    private var (promptTokens, decodedTokens, passes) = (0, 0, 0)

    /// The most rows that can be live.
    static let capacity = SkinnyMatmul.maximumRows

    /// Creates a loop without requests. Throws unless model and vocabulary fit and the vocabulary has an end-of-text token.
    init(_ model: GPT2, _ tokenizer: ByteLevelBPE, limits: GenerationLimits) throws(GenerationError) {
        limits.requireUsable()
        endOfText = try Self.checkedEndOfText(model, tokenizer)
        self.model = model
        self.tokenizer = tokenizer
        self.limits = limits
        cache = model.makeCache()
    }

    /// Returns the end-of-text token. Throws unless there is one, and model and vocabulary fit.
    static func checkedEndOfText(_ model: GPT2, _ tokenizer: ByteLevelBPE) throws(GenerationError) -> Int32 {
        guard let endOfText = tokenizer.endOfText else { throw .noEndOfText }
        guard tokenizer.vocabularySize <= model.configuration.vocabularySize else {
            throw .vocabularyTooLarge(
                tokenizer: tokenizer.vocabularySize, model: model.configuration.vocabularySize)
        }
        return endOfText
    }

    /// The number of rows that the next pass has or that are kept for the beams of a search.
    var liveRows: Int { live.count + searches.reduce(0) { $0 + $1.prefilled.prepared.rows } }

    /// The tokens of the cache that the requests in the loop may use.
    var reservedTokens: Int { prefilled.values.reduce(0) { $0 + $1.reservedTokens } }

    /// The number of requests whose prompts have been read and that have not ended.
    var prefilledCount: Int { prefilled.count }

    /// Returns true if the prompt of a request has been read.
    func isPrefilled(_ id: Int) -> Bool { prefilled[id] != nil }

    /// Returns the number of candidates of a request that are being decoded.
    func liveCandidates(of id: Int) -> Int { prefilled[id]?.live ?? 0 }

    /// Writes the state of the loop into `statistics`.
    func report(to statistics: inout GenerationStatistics) {
        statistics.liveRequests = prefilled.count
        statistics.liveCandidates = liveRows
        statistics.cacheTokens = cache.tokens
        statistics.cacheSlots = cache.openSlots
        statistics.promptTokens = promptTokens
        statistics.decodedTokens = decodedTokens
        statistics.passes = passes
    }

    /// Returns a request as ``prefill(_:)`` takes it. Throws what is wrong with it.
    /// - Parameters:
    ///   - id: the number that its updates carry.
    ///   - isStreamed: true if updates carry the text as it comes.
    func prepare(
        _ request: CompletionRequest, id: Int, isRejected: HeadlineRejection?, isStreamed: Bool
    ) throws(GenerationError) -> PreparedRequest {
        try request.check(limits)
        let contextLength = model.configuration.contextLength
        let prompt = try PromptTokens(request, tokenizer, endOfText: endOfText, contextLength: contextLength)
        let prepared = PreparedRequest(
            id: id, request: request, isRejected: isRejected, prompt: prompt,
            maximumNewTokens: min(request.options.maximumNewTokens, contextLength - prompt.context.count),
            isStreamed: isStreamed)
        guard prepared.cacheTokens <= limits.cacheTokens else {
            throw .requestTooLarge(cacheTokens: prepared.cacheTokens, maximum: limits.cacheTokens)
        }
        return prepared
    }

    /// Reads the prompts of requests in one pass. Traps when several have more than ``SkinnyMatmul/maximumRows`` tokens
    /// together, whose bits would depend on each other.
    func prefill(_ requests: [PreparedRequest]) {
        guard !requests.isEmpty else { return }
        let contexts = requests.map(\.prompt.context)
        var offsets: [Int32] = [0]
        for context in contexts { offsets.append(offsets[offsets.count - 1] + Int32(context.count)) }
        require(
            contexts.count == 1 || Int(offsets[contexts.count]) <= SkinnyMatmul.maximumRows,
            "DecodingLoop: \(offsets[contexts.count]) tokens of \(contexts.count) prompts")
        let slots = contexts.map { cache.open(capacity: $0.count) }
        let segments = Segments(offsets: offsets, past: contexts.map { _ in 0 }, slots: slots.map { Int32($0) })
        let hidden = model(contexts.flatMap { $0 }, segments, cache: cache).rows(segments.lastRows)  // [P, C]
        let logits = model.logits(hidden).value  // [P, V]
        promptTokens += Int(offsets[contexts.count])
        for (index, prepared) in requests.enumerated() {
            // A copy, so that a request does not keep the logits of those that were read in the same pass.
            let row = MutableArray(shape: Shape(rows: 1, columns: logits.shape.columns))
            row.assign(logits.rows(index..<index + 1))
            prefilled[prepared.id] = PrefilledRequest(
                prepared, processor: LogitsProcessor(prepared.request.options, tokenizer: tokenizer),
                slot: slots[index], logits: row)
        }
    }

    /// Lets candidates of a request join whose prompt has been read, or its whole beam search; their first token is chosen at
    /// once. Traps beyond ``capacity``.
    func start(_ id: Int, candidates: Range<Int>) -> [Update] {
        guard let prefilled = prefilled[id] else {
            fatalError("DecodingLoop: the prompt of request \(id) has not been read")
        }
        let started = clock.now
        guard prefilled.request.beamSearch == nil else { return startSearch(prefilled, at: started) }
        require(liveRows + candidates.count <= Self.capacity, "DecodingLoop: \(candidates.count) more candidates")
        var sequences = candidates.map { candidate in
            Sequence(
                prefilled: prefilled, candidate: candidate, started: started, slot: slot(after: prefilled),
                history: prefilled.history, text: text(after: prefilled))
        }
        prefilled.live += sequences.count
        let updates = advance(&sequences, logits: prefilled.logits) { _ in 0 }
        live += sequences
        return removingFailures(updates)
    }

    private func startSearch(_ prefilled: PrefilledRequest, at started: ContinuousClock.Instant) -> [Update] {
        require(
            liveRows + prefilled.prepared.rows <= Self.capacity,
            "DecodingLoop: \(prefilled.prepared.rows) more beams")
        prefilled.live = prefilled.prepared.rows
        var search = LiveSearch(
            prefilled: prefilled, started: started,
            search: BeamSearch(
                prefilled.prepared, processor: prefilled.processor, text: text(after: prefilled),
                slot: slot(after: prefilled), endOfText: endOfText, vocabularySize: tokenizer.vocabularySize))
        if let updates = advance(&search, logits: prefilled.logits) { return removingFailures(updates) }
        searches.append(search)
        return []
    }

    /// Opens a slot that begins with the prompt.
    private func slot(after prefilled: PrefilledRequest) -> Int {
        let tokens = prefilled.prepared.prompt.context.count
        return cache.share(prefilled.slot, tokens: tokens, capacity: tokens + prefilled.prepared.maximumNewTokens)
    }

    private func text(after prefilled: PrefilledRequest) -> CompletionText {
        CompletionText(tokenizer, prompt: prefilled.prepared.prompt.text, options: prefilled.request.options)
    }

    /// Decodes one token for every live candidate and beam.
    func step() -> [Update] {
        guard !live.isEmpty || !searches.isEmpty else { return [] }
        var batch = DecodingBatch()
        for sequence in live {
            let tokens = sequence.history.tokens
            batch.append(tokens[tokens.count - 1], past: tokens.count - 1, slot: sequence.slot)
        }
        var ranges: [Range<Int>] = []
        for search in searches {
            let first = batch.count
            search.search.appendRows(to: &batch)
            ranges.append(first..<batch.count)
        }
        // Nothing else holds the logits, so they can be changed where they are.
        var values: NDArray? = model.logits(model(batch.tokens, batch.segments, cache: cache)).value  // [S, V]
        let logits = MutableArray(continuing: &values)
        passes += 1
        var updates: [Update] = []
        if !live.isEmpty { updates = advance(&live, logits: logits.rows(0..<live.count)) { $0 } }
        var going: [LiveSearch] = []
        for (var search, range) in zip(searches, ranges) {
            if let found = advance(&search, logits: logits.rows(range)) {
                updates += found
            } else {
                going.append(search)
            }
        }
        searches = going
        return removingFailures(updates)
    }

    /// Lets a request and all its candidates leave.
    func cancel(_ id: Int) {
        for sequence in live where sequence.id == id { cache.close(sequence.slot) }
        live.removeAll { $0.id == id }
        for search in searches where search.id == id { search.search.close(in: cache) }
        searches.removeAll { $0.id == id }
        if let request = prefilled.removeValue(forKey: id) { cache.close(request.slot) }
    }

    private func removingFailures(_ updates: [Update]) -> [Update] {
        for update in updates where update.failure != nil { cancel(update.id) }
        return updates
    }

    /// Chooses a token for each sequence, and removes those that have ended.
    /// - Parameter row: the row of `logits` for each sequence.
    private func advance(_ sequences: inout [Sequence], logits: MutableArray, row: (Int) -> Int) -> [Update] {
        var targets: [Int32] = []
        targets.reserveCapacity(sequences.count)
        for index in sequences.indices {
            targets.append(choose(for: &sequences[index], logits.rows(row(index)..<row(index) + 1)))
        }
        decodedTokens += targets.count
        let losses: [Double]
        if sequences.count == logits.shape.rows {
            losses = logits.crossEntropy(targets: targets[...], differentiate: false)
        } else {
            losses = targets.map { logits.crossEntropy(targets: [$0], differentiate: false)[0] }
        }
        let now = clock.now
        var updates: [Update] = []
        var stay = [Bool](repeating: true, count: targets.count)
        for index in sequences.indices {
            stay[index] = add(targets[index], loss: losses[index], to: &sequences[index], at: now, &updates)
        }
        if stay.contains(false) { sequences = zip(sequences, stay).filter(\.1).map(\.0) }
        return updates
    }

    /// Adds a token to a candidate, and draws it again for as long as it is rejected; returns false if it has left.
    private func add(
        _ token: Int32, loss: Double, to sequence: inout Sequence, at now: ContinuousClock.Instant,
        _ updates: inout [Update]
    ) -> Bool {
        var (token, loss) = (token, loss)
        let request = sequence.prefilled
        let prepared = request.prepared
        while true {
            // The loss sums over the whole row, so it shows when any logit is not finite.
            guard loss.isFinite else {
                cache.close(sequence.slot)
                updates.append(Update(id: prepared.id, candidate: sequence.candidate, failure: .notFinite))
                return false
            }
            if sequence.firstToken == nil { sequence.firstToken = now }
            guard let completion = add(token, logProbability: -loss, to: &sequence) else {
                // A headline that may yet be drawn again is not shown before it is complete.
                guard prepared.isStreamed, prepared.isRejected == nil else { return true }
                let newText = sequence.text.takeNew(isComplete: false)
                if !newText.isEmpty {
                    updates.append(Update(id: prepared.id, candidate: sequence.candidate, newText: newText))
                }
                return true
            }
            guard completion.isRejected, sequence.attempt + 1 < limits.attemptsPerCandidate else {
                let endsRequest = end(sequence)
                updates.append(
                    Update(
                        id: prepared.id, candidate: sequence.candidate,
                        newText: prepared.isStreamed ? sequence.text.takeNew(isComplete: true) : "",
                        completion: completion, started: sequence.started, firstToken: sequence.firstToken,
                        endsRequest: endsRequest))
                return false
            }
            restart(&sequence)
            token = choose(for: &sequence, request.logits)
            loss = request.logits.crossEntropy(targets: [token], differentiate: false)[0]
            decodedTokens += 1
        }
    }

    /// Lets a candidate leave, and its request with the last one; returns true for that.
    private func end(_ sequence: Sequence) -> Bool {
        cache.close(sequence.slot)
        let request = sequence.prefilled
        request.live -= 1
        request.ended += 1
        guard request.ended == request.request.count else { return false }
        cache.close(request.slot)
        prefilled[sequence.id] = nil
        return true
    }

    private func choose(for sequence: inout Sequence, _ logits: MutableArray) -> Int32 {
        let request = sequence.prefilled
        let isBalanced = request.request.options.balancesQuotes
        let position = sequence.history.completion.count
        let capacity = request.prepared.maximumNewTokens - position
        if isBalanced, let token = sequence.text.takeClosingToken(capacity: capacity) { return token }
        let stream = UInt64(sequence.candidate) | UInt64(sequence.attempt) << 32
        return logits.withUnsafeMutableElements { elements in
            row.open(UnsafeMutableBufferPointer(rebasing: elements[..<tokenizer.vocabularySize]))
            defer { row.restore() }
            request.processor.apply(
                to: &row, sequence.history, mayEnd: !isBalanced || !sequence.text.hasOpenQuote)
            while true {
                let token = request.sampler.next(
                    UnsafeBufferPointer(row.scores), stream: stream, position: position)
                guard isBalanced, token != endOfText, row[token] > -.infinity,
                    !sequence.text.canClose(after: token, capacity: capacity)
                else { return token }
                row.ban(token)
            }
        }
    }

    /// Adds a token; returns the candidate if it has ended.
    private func add(_ token: Int32, logProbability: Double, to sequence: inout Sequence) -> Completion? {
        let prepared = sequence.prefilled.prepared
        sequence.logProbabilities.append(logProbability)
        var ending: Completion.Ending?
        if token == endOfText {
            ending = .endOfText
        } else {
            sequence.history.append(token)
            sequence.text.append(token)
            if sequence.history.completion.count == prepared.maximumNewTokens { ending = .limit }
        }
        if ending != nil { sequence.text.finish() }
        ending = sequence.text.ending ?? ending
        guard let ending else { return nil }
        let (prompt, text) = (prepared.prompt.text, sequence.text.text)
        return Completion(
            prompt: prompt, text: text, tokens: Array(sequence.history.completion),
            logProbabilities: sequence.logProbabilities, ending: ending,
            isRejected: prepared.isRejected?(prompt + text) ?? false)
    }

    /// Takes a candidate back to its prompt, to be drawn from its next random stream.
    private func restart(_ sequence: inout Sequence) {
        let request = sequence.prefilled
        cache.close(sequence.slot)
        sequence.slot = slot(after: request)
        sequence.attempt += 1
        sequence.history = request.history
        sequence.logProbabilities = []
        sequence.text = text(after: request)
    }

    /// Adds a token to all beams of a search; returns its updates once it has ended.
    private func advance(_ live: inout LiveSearch, logits: MutableArray) -> [Update]? {
        decodedTokens += logits.shape.rows
        let id = live.id
        let result = Result { () throws(GenerationError) -> [Completion]? in
            guard try live.search.advance(logits, row: &row, in: cache) else { return try live.search.completions() }
            return nil
        }
        if live.firstToken == nil { live.firstToken = clock.now }
        switch result {
        case .success(nil): return nil
        case .success(let completions?):
            live.search.close(in: cache)
            cache.close(live.prefilled.slot)
            prefilled[id] = nil
            return completions.enumerated().map { candidate, completion in
                Update(
                    id: id, candidate: candidate, newText: live.prefilled.prepared.isStreamed ? completion.text : "",
                    completion: completion, started: live.started, firstToken: live.firstToken,
                    endsRequest: candidate == completions.count - 1)
            }
        case .failure(let error):
            live.search.close(in: cache)
            return [Update(id: id, candidate: 0, failure: error)]
        }
    }
}

/// The rows of a pass that adds one token to each of several cached sequences.
struct DecodingBatch {
    /// The last token of each sequence.
    private(set) var tokens: [Int32] = []
    private var past: [Int32] = []
    private var slots: [Int32] = []

    /// The number of rows.
    var count: Int { tokens.count }

    /// The rows as segments of one token.
    var segments: Segments {
        Segments(offsets: (0...tokens.count).map { Int32($0) }, past: past, slots: slots)
    }

    /// Adds a row: `token` follows the `past` tokens of `slot`.
    mutating func append(_ token: Int32, past: Int, slot: Int) {
        tokens.append(token)
        self.past.append(Int32(past))
        slots.append(Int32(slot))
    }
}
