import Checkpoints
import Dispatch
import ModelFolders
import NumericCore
import Synchronization

/// Completes headlines for many callers at once: their candidates and beams are decoded in one running batch, which each joins
/// when there is room and leaves when it ends. Waiting requests take turns, so that one with many candidates does not keep
/// the others waiting.
///
/// The answer to a request depends on the request alone, never on what runs at the same time. Computing happens on the
/// engine's own queue, so it never holds up the threads of Swift's concurrency.
public actor GenerationEngine {
    /// The bounds of what an engine takes on.
    public typealias Limits = GenerationLimits

    /// A piece of the answer to a request.
    public enum Update: Sendable {
        /// More text of a candidate. A candidate that may be drawn again, or that beam search finds, sends its text only when it
        /// is complete.
        case text(String, candidate: Int)
        /// A candidate has ended.
        case completion(Completion, candidate: Int, timing: CompletionTiming)
    }

    private typealias Continuation = AsyncThrowingStream<Update, any Error>.Continuation

    /// The identity of a request, known to its caller before the engine has seen it.
    private final class Ticket: Sendable {
        let id: Int
        let queued = ContinuousClock.now
        let isCancelled = Atomic(false)

        init(id: Int) { self.id = id }
    }

    /// A request as its caller submits it.
    private struct Submission: Sendable {
        let request: CompletionRequest
        let deadline: ContinuousClock.Instant?
        let isRejected: HeadlineRejection?
        let isStreamed: Bool
        let continuation: Continuation
    }

    /// A request that was taken on.
    private struct Job {
        let prepared: PreparedRequest
        let queued: ContinuousClock.Instant
        let continuation: Continuation
        /// The number of candidates that have joined the batch.
        var started = 0

        /// True if some candidates have not joined.
        var isWaiting: Bool { started < prepared.request.count }
    }

    private let executor: QueueExecutor
    private let loop: DecodingLoop
    private let limits: Limits
    private nonisolated let nextID = Atomic(0)
    private var jobs: [Int: Job] = [:]
    /// The jobs with candidates that have not joined, in the order of their turns.
    private var waiting: [Int] = []
    private var deadlines: [Int: ContinuousClock.Instant] = [:]
    private var isRunning = false
    private var isShuttingDown = false
    /// Those who wait for the last job to end.
    private var drains: [CheckedContinuation<Void, Never>] = []
    private var counts = GenerationStatistics()

    /// The check of the weights against the digest they carry, under way since the engine was made.
    private let verification: Task<Void, any Error>

    /// The engine's own queue, on which it computes.
    public nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// Loads a generator's model folder, and blocks meanwhile; ``load(folder:limits:)`` does not. Engines of one folder share
    /// the pages of its weights. Traps on limits out of range.
    public init(folder path: String, limits: Limits = Limits()) throws {
        let folder = try GeneratorFolder(path: path)
        loop = try DecodingLoop(
            folder.load(for: .inference, isVerified: false).model, folder.tokenizer, limits: limits)
        self.limits = limits
        verification = Task {
            try await runOnOwnThread("GenerationEngine.verification", qos: .utility) {
                _ = try SafetensorsCheckpoint(path: path).verify()
            }
        }
        executor = QueueExecutor(label: "GenerationEngine")
    }

    /// Loads a generator's model folder without blocking the threads of Swift's concurrency. Traps on limits out of range.
    public static func load(folder path: String, limits: Limits = Limits()) async throws -> GenerationEngine {
        try await runOnOwnThread("GenerationEngine.load") { try GenerationEngine(folder: path, limits: limits) }
    }

    /// Returns once the weights have been checked against the digest they carry. The check reads all of them and runs at the
    /// same time as the first requests; a server awaits it before it takes requests.
    /// - Throws: `FileError` for damaged weights.
    public nonisolated func verify() async throws { try await verification.value }

    /// The state of the engine, and its counts since it was made.
    public var statistics: GenerationStatistics {
        var statistics = counts
        statistics.waitingRequests = waiting.count
        loop.report(to: &statistics)
        return statistics
    }

    /// Returns the candidates of a request, once all have ended.
    /// - Parameters:
    ///   - deadline: the time until which the answer is of use.
    ///   - isRejected: tells which headlines are not wanted. A drawn candidate that becomes one is drawn again; beam search
    ///     returns such headlines last.
    /// - Throws: `GenerationError`; `CancellationError` when the caller's task is cancelled.
    public nonisolated func complete(
        _ request: CompletionRequest, deadline: ContinuousClock.Instant? = nil,
        rejecting isRejected: HeadlineRejection? = nil
    ) async throws -> [Completion] {
        var completions: [(candidate: Int, completion: Completion)] = []
        for try await update in updates(request, deadline, isRejected, isStreamed: false) {
            if case .completion(let completion, let candidate, _) = update {
                completions.append((candidate, completion))
            }
        }
        try Task.checkCancellation()
        let all = completions.sorted { $0.candidate < $1.candidate }.map(\.completion)
        return request.isRanked ? all.rankedByLogProbability : all
    }

    /// Returns the answer to a request as it comes, and the times of each candidate. Ending the iteration cancels the request,
    /// whether it is waiting or being decoded. Parameters and errors are those of ``complete(_:deadline:rejecting:)``.
    ///
    /// Decoding does not wait for a slow reader: unread updates are kept, at most one for each new token and candidate.
    /// ``GenerationLimits/candidatesPerRequest`` and ``GenerationLimits/newTokensPerRequest`` bound them.
    public nonisolated func stream(
        _ request: CompletionRequest, deadline: ContinuousClock.Instant? = nil,
        rejecting isRejected: HeadlineRejection? = nil
    ) -> AsyncThrowingStream<Update, any Error> {
        updates(request, deadline, isRejected, isStreamed: true)
    }

    private nonisolated func updates(
        _ request: CompletionRequest, _ deadline: ContinuousClock.Instant?, _ isRejected: HeadlineRejection?,
        isStreamed: Bool
    ) -> AsyncThrowingStream<Update, any Error> {
        let (stream, continuation) = AsyncThrowingStream.makeStream(of: Update.self)
        let ticket = Ticket(id: nextID.wrappingAdd(1, ordering: .relaxed).newValue)
        // Set before the request is submitted: a stream that ends before a handler is set never calls it.
        continuation.onTermination = { reason in
            guard case .cancelled = reason else { return }
            ticket.isCancelled.store(true, ordering: .releasing)
            Task { await self.cancel(ticket.id) }
        }
        let submission = Submission(
            request: request, deadline: deadline, isRejected: isRejected, isStreamed: isStreamed,
            continuation: continuation)
        Task { await self.submit(submission, ticket) }
        return stream
    }

    /// Refuses further requests and returns once those that were taken on have been answered. If the calling task is
    /// cancelled, they are ended as by ``shutdownNow()``.
    public func shutdown() async {
        isShuttingDown = true
        await withTaskCancellationHandler {
            if !jobs.isEmpty { await withCheckedContinuation { drains.append($0) } }
        } onCancel: {
            Task { await self.shutdownNow() }
        }
    }

    /// Refuses further requests and ends those that were taken on with ``GenerationError/shuttingDown``.
    public func shutdownNow() {
        isShuttingDown = true
        for id in jobs.keys.sorted() { fail(id, .shuttingDown) }
    }

    private func submit(_ submission: Submission, _ ticket: Ticket) {
        if ticket.isCancelled.load(ordering: .acquiring) { return }
        let prepared: PreparedRequest
        do {
            guard !isShuttingDown else { throw GenerationError.shuttingDown }
            if let deadline = submission.deadline, deadline <= .now { throw GenerationError.deadlineExceeded }
            guard waiting.count < limits.waitingRequests || (waiting.isEmpty && loop.liveRows < limits.liveCandidates)
            else { throw GenerationError.overloaded(waiting: waiting.count) }
            prepared = try loop.prepare(
                submission.request, id: ticket.id, isRejected: submission.isRejected,
                isStreamed: submission.isStreamed)
        } catch {
            counts.refusedRequests += 1
            return submission.continuation.finish(throwing: error)
        }
        counts.acceptedRequests += 1
        jobs[ticket.id] = Job(
            prepared: prepared, queued: ticket.queued, continuation: submission.continuation)
        deadlines[ticket.id] = submission.deadline
        waiting.append(ticket.id)
        if !isRunning {
            isRunning = true
            Task { await run() }
        }
    }

    private func cancel(_ id: Int) {
        if remove(id) != nil { counts.cancelledRequests += 1 }
    }

    /// Ends a request with an error.
    private func fail(_ id: Int, _ error: GenerationError) {
        guard let job = remove(id) else { return }
        counts.failedRequests += 1
        job.continuation.finish(throwing: error)
    }

    /// Lets a request leave the queue and the batch.
    private func remove(_ id: Int) -> Job? {
        guard let job = jobs.removeValue(forKey: id) else { return nil }
        deadlines[id] = nil
        if job.isWaiting { waiting.removeAll { $0 == id } }
        loop.cancel(id)
        if jobs.isEmpty {
            for drain in drains { drain.resume() }
            drains = []
        }
        return job
    }

    /// Decodes until nothing is left to do. Requests come in and are cancelled between two passes.
    private func run() async {
        while !jobs.isEmpty {
            expire()
            admit()
            deliver(loop.step())
            await Task.yield()
        }
        isRunning = false
    }

    /// Ends the requests whose deadline has passed.
    private func expire() {
        let now = ContinuousClock.now
        for (id, deadline) in deadlines where deadline <= now { fail(id, .deadlineExceeded) }
    }

    /// Lets candidates of waiting requests join, as many as there is room for.
    private func admit() {
        let round = nextRound()
        if round.isEmpty { return }
        loop.prefill(round.compactMap { loop.isPrefilled($0.id) ? nil : jobs[$0.id]?.prepared })
        let joining = Set(round.map(\.id))
        waiting.removeAll(where: joining.contains)
        for (id, share) in round {
            guard let first = jobs[id]?.started else { continue }
            jobs[id]?.started += share
            if jobs[id]?.isWaiting == true { waiting.append(id) }
            deliver(loop.start(id, candidates: first..<first + share))
        }
    }

    /// Returns the waiting requests whose turn it is, and the number of candidates of each that can join: one each, those
    /// that wait longest first, and then one more each for as long as there is room. A beam search joins with all its beams.
    ///
    /// Prompts that have not been read go into one pass of few rows, or a long one into a pass of its own, so that live
    /// candidates soon continue. A request whose prompt has been read keeps memory for one candidate, so it can always go on;
    /// while another waits for memory, no further prompts are read and nobody gets more than that.
    private func nextRound() -> [(id: Int, share: Int)] {
        var rows = limits.liveCandidates - loop.liveRows
        var memory = limits.cacheTokens - loop.reservedTokens
        var (prompts, promptTokens) = (0, 0)
        var isShortOfMemory = false
        var round: [(id: Int, share: Int)] = []
        for id in waiting where rows > 0 {
            guard let prepared = jobs[id]?.prepared else { continue }
            if !loop.isPrefilled(id) {
                if isShortOfMemory || loop.prefilledCount + prompts >= limits.liveCandidates
                    || prepared.cacheTokens > memory
                {
                    isShortOfMemory = true
                    continue
                }
                // A search waits for its rows, and so do those that came later.
                if prepared.rows > rows { break }
                let tokens = prepared.prompt.context.count
                if prompts > 0, promptTokens + tokens > SkinnyMatmul.maximumRows { continue }
                prompts += 1
                promptTokens += tokens
                memory -= prepared.cacheTokens
            } else if loop.liveCandidates(of: id) > 0 {
                if isShortOfMemory || prepared.maximumNewTokens > memory { continue }
                memory -= prepared.maximumNewTokens
            }
            rows -= prepared.rows
            round.append((id, prepared.request.beamSearch == nil ? 1 : prepared.request.count))
        }
        if isShortOfMemory { return round }
        var isShared = true
        while rows > 0, isShared {
            isShared = false
            for index in round.indices where rows > 0 {
                guard let job = jobs[round[index].id], job.started + round[index].share < job.prepared.request.count,
                    job.prepared.maximumNewTokens <= memory
                else { continue }
                round[index].share += 1
                rows -= 1
                memory -= job.prepared.maximumNewTokens
                isShared = true
            }
        }
        return round
    }

    private func deliver(_ updates: [DecodingLoop.Update]) {
        guard !updates.isEmpty else { return }
        let now = ContinuousClock.now
        for update in updates {
            guard let job = jobs[update.id] else { continue }
            if let failure = update.failure {
                fail(update.id, failure)
                continue
            }
            var result: Continuation.YieldResult?
            if !update.newText.isEmpty {
                result = job.continuation.yield(.text(update.newText, candidate: update.candidate))
            }
            if let completion = update.completion {
                let timing = CompletionTiming(
                    queued: job.queued, started: update.started ?? now, firstToken: update.firstToken ?? now,
                    ended: now)
                result = job.continuation.yield(
                    .completion(completion, candidate: update.candidate, timing: timing))
            }
            if update.endsRequest {
                _ = remove(update.id)
                counts.completedRequests += 1
                job.continuation.finish()
            } else if case .terminated = result {
                cancel(update.id)
            }
        }
    }
}
