import Checkpoints
public import Files

/// Completes headlines for many callers at once: their candidates are decoded in one running batch, which each joins as it
/// comes and leaves as it ends.
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
        public var exitStatus: ExitStatus { .failure }
    }

    private struct Job {
        let id: Int
        let request: CompletionRequest
        let continuation: AsyncThrowingStream<Update, any Error>.Continuation
        /// How many candidates have joined the batch, and ended.
        var started = 0
        var ended = 0
    }

    private let executor: QueueExecutor
    private let loop: DecodingLoop
    private let limits: Limits
    private var jobs: [Int: Job] = [:]
    /// Jobs with candidates that have not joined, in the order of their arrival.
    private var waiting: [Int] = []
    private var nextID = 0
    private var isRunning = false

    /// The check of the weights against the digest they carry, under way since the engine was made.
    private let verification: Task<Void, any Error>

    public nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// Loads a generator's model folder. Engines of one folder share the pages of its weights.
    public init(folder path: String, limits: Limits = Limits()) throws {
        precondition((1...DecodingLoop.room).contains(limits.candidates) && limits.waiting >= 0)
        let folder = try GeneratorFolder(path: path)
        loop = try DecodingLoop(folder.load(for: .inference, isVerified: false).model, folder.tokenizer)
        self.limits = limits
        verification = Task.detached(priority: .utility) { _ = try SafetensorsCheckpoint(path: path).verify() }
        executor = QueueExecutor(label: "GenerationEngine")
    }

    /// Returns once the weights have been held to the digest they carry, which takes a read of all of them and goes on beside
    /// the first requests; throws `FileError` for damaged ones. A server awaits it before it takes requests.
    public nonisolated func verify() async throws { try await verification.value }

    /// The candidates of a request, once all have ended.
    /// - Throws: `GenerationError` for a request that cannot be answered as asked, ``Overload``, `CancellationError`.
    public nonisolated func complete(_ request: CompletionRequest) async throws -> [Completion] {
        var completions = [Completion?](
            repeating: nil, count: max(0, min(request.count, CompletionRequest.mostCandidates)))
        for try await update in stream(request) {
            if case .completion(let completion, let candidate) = update { completions[candidate] = completion }
        }
        try Task.checkCancellation()
        let all = completions.compactMap { $0 }
        return request.isRanked ? all.rankedByLogProbability : all
    }

    /// What a request brings, as it comes. Ending the iteration cancels the request; errors come as of ``complete(_:)``.
    public nonisolated func stream(_ request: CompletionRequest) -> AsyncThrowingStream<Update, any Error> {
        AsyncThrowingStream { continuation in
            Task { await self.submit(request, continuation) }
        }
    }

    private func submit(
        _ request: CompletionRequest, _ continuation: AsyncThrowingStream<Update, any Error>.Continuation
    ) {
        do {
            try loop.check(request)
            guard waiting.count < limits.waiting || (waiting.isEmpty && loop.liveCount < limits.candidates) else {
                throw Overload(waiting: waiting.count)
            }
        } catch { return continuation.finish(throwing: error) }
        let id = nextID
        nextID += 1
        jobs[id] = Job(id: id, request: request, continuation: continuation)
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

    /// Lets candidates of waiting requests join, as many as there is room for. One prompt is read between two passes, so that
    /// those under way go on.
    private func admit() {
        let room = limits.candidates - loop.liveCount
        guard room > 0, let id = waiting.first, let job = jobs[id] else { return }
        let candidates = job.started..<min(job.request.count, job.started + room)
        do {
            let updates = try loop.start(job.request, candidates: candidates, id: id)
            jobs[id]?.started = candidates.upperBound
            if candidates.upperBound == job.request.count { waiting.removeFirst() }
            deliver(updates)
        } catch {
            waiting.removeFirst()
            jobs.removeValue(forKey: id)?.continuation.finish(throwing: error)
        }
    }

    private func deliver(_ updates: [DecodingLoop.Update]) {
        for update in updates {
            guard let continuation = jobs[update.id]?.continuation else { continue }
            if !update.newText.isEmpty { continuation.yield(.text(update.newText, candidate: update.candidate)) }
            guard let completion = update.completion else { continue }
            continuation.yield(.completion(completion, candidate: update.candidate))
            jobs[update.id]?.ended += 1
            if let job = jobs[update.id], job.ended == job.request.count {
                jobs.removeValue(forKey: update.id)
                continuation.finish()
            }
        }
    }
}
