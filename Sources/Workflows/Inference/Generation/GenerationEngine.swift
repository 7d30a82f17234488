import Checkpoints
import Files
import ModelFolders
import NumericCore
public import Text

/// Completes headlines for many callers at once: their candidates are decoded in one running batch, which each joins as it
/// comes and leaves as it ends. Waiting requests get the free places in turns, so that one with many candidates does not keep
/// the others waiting.
///
/// What a request is answered depends on the request alone, never on what runs beside it. Computing happens on the engine's
/// own queue, so it never holds up the threads of Swift's concurrency.
public actor GenerationEngine {
    /// How much an engine takes on.
    public struct Limits: Sendable {
        /// The most candidates that are decoded side by side, 1 to 64.
        public var candidates: Int
        /// The most requests that wait for their turn; further ones are refused at once.
        public var waiting: Int

        public init(candidates: Int = 64, waiting: Int = 1_024) {
            self.candidates = candidates
            self.waiting = waiting
        }
    }

    /// What a stream brings.
    public enum Update: Sendable {
        /// More text of a candidate. Of a candidate that may be drawn anew nothing comes before it is complete.
        case text(String, candidate: Int)
        /// A candidate has ended.
        case completion(Completion, candidate: Int)
    }

    /// A request is refused because too many wait.
    public struct Overload: ReportableError {
        public let waiting: Int

        public var description: String {
            "\(waiting) requests are waiting already, and the engine takes no more; try again later"
        }
        public var category: ErrorCategory { .failure }
    }

    private struct Job {
        let question: DecodingLoop.Question
        let continuation: AsyncThrowingStream<Update, any Error>.Continuation
        /// How many candidates have joined the batch, and ended.
        var started = 0
        var ended = 0
    }

    private let executor: QueueExecutor
    private let loop: DecodingLoop
    private let search: BeamSearch
    private let limits: Limits
    private var jobs: [Int: Job] = [:]
    /// Jobs with candidates that have not joined, in the order of their turns.
    private var waiting: [Int] = []
    /// How many beam searches are under way.
    private var searching = 0
    private var nextID = 0
    private var isRunning = false

    /// The check of the weights against the digest they carry, under way since the engine was made.
    private let verification: Task<Void, any Error>

    public nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// Loads a generator's model folder. Engines of one folder share the pages of its weights.
    public init(folder path: String, limits: Limits = Limits()) throws {
        precondition((1...DecodingLoop.room).contains(limits.candidates) && limits.waiting >= 0)
        let folder = try GeneratorFolder(path: path)
        let model = try folder.load(for: .inference, isVerified: false).model
        loop = try DecodingLoop(model, folder.tokenizer)
        search = BeamSearch(model, folder.tokenizer, endOfText: loop.endOfText)
        self.limits = limits
        verification = Task.detached(priority: .utility) { _ = try SafetensorsCheckpoint(path: path).verify() }
        executor = QueueExecutor(label: "GenerationEngine")
    }

    /// Returns once the weights have been held to the digest they carry, which takes a read of all of them and goes on beside
    /// the first requests; throws `FileError` for damaged ones. A server awaits it before it takes requests.
    public nonisolated func verify() async throws { try await verification.value }

    /// The candidates of a request, once all have ended.
    /// - Throws: `GenerationError` for a request that cannot be answered as asked, and for a model whose logits are not finite;
    ///   ``Overload``, `CancellationError`.
    public nonisolated func complete(_ request: CompletionRequest) async throws -> [Completion] {
        var completions = [Completion?](
            repeating: nil, count: max(0, min(request.count, CompletionRequest.maximumCandidates)))
        for try await update in stream(request) {
            if case .completion(let completion, let candidate) = update { completions[candidate] = completion }
        }
        try Task.checkCancellation()
        let all = completions.compactMap { $0 }
        return request.isRanked ? all.rankedByLogProbability : all
    }

    /// The best completions that beam search finds, best first by their log-probability divided by a power of their length, or
    /// by their mean log-probability where the request is ranked. It computes between the passes of other requests, in a cache
    /// of its own.
    /// - Parameters:
    ///   - request: its number of candidates, at most that of the beams, says how many are returned. Temperature, top-k, top-p,
    ///     min-p and seed have no part in a search; all other options are honoured.
    ///   - beams: 1 to 64.
    ///   - lengthPenalty: the power; above 0 favours longer headlines.
    /// - Throws: as ``complete(_:)``, and `GenerationError` when bans leave no completion.
    public func beamSearch(
        _ request: CompletionRequest, beams: Int, lengthPenalty: Double = 1
    ) async throws -> [Completion] {
        guard searching <= limits.waiting else { throw Overload(waiting: searching) }
        searching += 1
        defer { searching -= 1 }
        var search = try self.search.begin(request, beams: beams, lengthPenalty: lengthPenalty)
        repeat {
            await Task.yield()
            try Task.checkCancellation()
        } while try search.advance()
        return try search.completions()
    }

    /// What a request brings, as it comes. Ending the iteration cancels the request; errors come as of ``complete(_:)``.
    ///
    /// Decoding does not wait for a slow reader: what is not read yet is kept, at most as many updates as the request asks for
    /// candidates times one more than new tokens. Whoever passes on requests of strangers limits these numbers.
    public nonisolated func stream(_ request: CompletionRequest) -> AsyncThrowingStream<Update, any Error> {
        AsyncThrowingStream { continuation in
            Task { await self.submit(request, continuation) }
        }
    }

    private func submit(
        _ request: CompletionRequest, _ continuation: AsyncThrowingStream<Update, any Error>.Continuation
    ) {
        let id = nextID
        do {
            let question = try loop.question(request, id: id)
            guard waiting.count < limits.waiting || (waiting.isEmpty && loop.liveCount < limits.candidates) else {
                throw Overload(waiting: waiting.count)
            }
            jobs[id] = Job(question: question, continuation: continuation)
        } catch { return continuation.finish(throwing: error) }
        nextID += 1
        waiting.append(id)
        continuation.onTermination = { reason in
            if case .cancelled = reason { Task { await self.cancel(id) } }
        }
        if !isRunning {
            isRunning = true
            Task { await run() }
        }
    }

    private func cancel(_ id: Int) {
        guard jobs.removeValue(forKey: id) != nil else { return }
        waiting.removeAll { $0 == id }
        loop.cancel(id)
    }

    /// Decodes until nothing is left to do. Between two passes requests come in and are cancelled.
    private func run() async {
        while !waiting.isEmpty || loop.liveCount > 0 {
            admit()
            deliver(loop.step())
            await Task.yield()
        }
        isRunning = false
    }

    /// Lets candidates of waiting requests join, as many as there is room for, one of each request in turn.
    private func admit() {
        let turn = nextTurn()
        loop.read(turn.compactMap { id in loop.hasRead(id) ? nil : jobs[id]?.question })
        var room = limits.candidates - loop.liveCount
        var shares = [Int](repeating: 0, count: turn.count)
        var isShared = true
        while room > 0, isShared {
            isShared = false
            for (index, id) in turn.enumerated() where room > 0 {
                guard let job = jobs[id], job.started + shares[index] < job.question.request.count else { continue }
                shares[index] += 1
                room -= 1
                isShared = true
            }
        }
        waiting.removeAll(where: turn.contains)
        for (id, share) in zip(turn, shares) {
            guard let job = jobs[id] else { continue }
            let candidates = job.started..<job.started + share
            jobs[id]?.started = candidates.upperBound
            if candidates.upperBound < job.question.request.count { waiting.append(id) }
            deliver(loop.start(id, candidates: candidates))
        }
    }

    /// The waiting requests whose candidates can join now: as many as there is room for, those that wait longest. Prompts that
    /// have not been read go into one pass of few rows, or a long one into a pass of its own, so that candidates under way
    /// soon go on; and there are never more prompts in memory than candidates may be decoded.
    private func nextTurn() -> [Int] {
        let room = limits.candidates - loop.liveCount
        var turn: [Int] = []
        var (unread, rows) = (0, 0)
        for id in waiting {
            guard turn.count < room, let job = jobs[id] else { break }
            if !loop.hasRead(id) {
                let tokens = job.question.prompt.context.count
                guard loop.readingCount + unread < limits.candidates,
                    unread == 0 || rows + tokens <= SkinnyMatmul.maximumRows
                else { continue }
                unread += 1
                rows += tokens
            }
            turn.append(id)
        }
        return turn
    }

    private func deliver(_ updates: [DecodingLoop.Update]) {
        for update in updates {
            guard let continuation = jobs[update.id]?.continuation else { continue }
            if let failure = update.failure {
                jobs[update.id] = nil
                waiting.removeAll { $0 == update.id }
                continuation.finish(throwing: failure)
                continue
            }
            if !update.newText.isEmpty { continuation.yield(.text(update.newText, candidate: update.candidate)) }
            guard let completion = update.completion else { continue }
            continuation.yield(.completion(completion, candidate: update.candidate))
            jobs[update.id]?.ended += 1
            if let job = jobs[update.id], job.ended == job.question.request.count {
                jobs[update.id] = nil
                continuation.finish()
            }
        }
    }
}
