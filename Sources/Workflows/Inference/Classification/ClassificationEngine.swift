import NumericCore

/// Labels headlines for many callers: requests of few tokens share a pass of the model, and longer ones take turns.
///
/// The answer to a request depends on the request alone, never on what runs at the same time, and is that of
/// ``Classifier/classify(_:)`` bit for bit. Computing happens on the engine's own queue, so it never holds up the threads of
/// Swift's concurrency.
public actor ClassificationEngine {
    /// The bounds of what an engine takes on.
    public typealias Limits = ClassificationLimits

    private typealias Continuation = CheckedContinuation<[Classifier.Prediction], any Error>

    /// A request that was taken on.
    private struct Job {
        let prepared: Classifier.Prepared
        let continuation: Continuation
        /// The logits of the batches that have been computed.
        var logits: [[Float]] = []
        var nextBatch = 0

        var batch: ArraySlice<[Int32]> { prepared.sequences[prepared.batches[nextBatch]] }
        var tokens: Int { prepared.tokens(of: prepared.batches[nextBatch]) }
        var isDone: Bool { nextBatch == prepared.batches.count }
    }

    private let executor: QueueExecutor
    private let classifier: Classifier
    private let limits: Limits
    private var nextID = 0
    private var jobs: [Int: Job] = [:]
    /// The jobs in the order of their turns.
    private var waiting: [Int] = []
    private var deadlines: [Int: ContinuousClock.Instant] = [:]
    private var isRunning = false
    private var isShuttingDown = false
    /// Those who wait for the last job to end.
    private var drains: [CheckedContinuation<Void, Never>] = []
    private var counts = ClassificationStatistics()

    /// The engine's own queue, on which it computes.
    public nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// Loads a classifier's model folder, and blocks meanwhile; ``load(folder:limits:)`` does not. Engines of one folder share
    /// the pages of its weights.
    public init(folder path: String, limits: Limits = Limits()) throws {
        classifier = try Classifier(folder: path)
        self.limits = limits
        executor = QueueExecutor(label: "ClassificationEngine")
    }

    /// Loads a classifier's model folder without blocking the threads of Swift's concurrency.
    public static func load(folder path: String, limits: Limits = Limits()) async throws -> ClassificationEngine {
        try await runOnOwnThread("ClassificationEngine.load") {
            try ClassificationEngine(folder: path, limits: limits)
        }
    }

    /// The labels in the order of the model.
    public var labels: [String] { classifier.labels }

    /// The warnings about the folder it was loaded from, a sentence each.
    public var remarks: [String] { classifier.remarks }

    /// The state of the engine, and its counts since it was made.
    public var statistics: ClassificationStatistics {
        var statistics = counts
        statistics.waitingRequests = waiting.count
        return statistics
    }

    /// Returns the prediction for each headline, in their order.
    /// - Parameter deadline: the time until which the answer is of use.
    /// - Throws: `ClassificationError`; `CancellationError` when the caller's task is cancelled.
    public func classify(
        _ headlines: [String], deadline: ContinuousClock.Instant? = nil
    ) async throws -> [Classifier.Prediction] {
        try Task.checkCancellation()
        let prepared: Classifier.Prepared
        do throws(ClassificationError) {
            if isShuttingDown { throw .shuttingDown }
            if let deadline, deadline <= .now { throw .deadlineExceeded }
            guard headlines.count <= limits.headlinesPerRequest else {
                throw .tooManyHeadlines(headlines.count, maximum: limits.headlinesPerRequest)
            }
            guard waiting.count < limits.waitingRequests || waiting.isEmpty else {
                throw .overloaded(waiting: waiting.count)
            }
            prepared = try classifier.prepare(headlines)
        } catch {
            counts.refusedRequests += 1
            throw error
        }
        counts.acceptedRequests += 1
        guard !headlines.isEmpty else {
            counts.completedRequests += 1
            return []
        }
        let id = nextID
        nextID += 1
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                jobs[id] = Job(prepared: prepared, continuation: continuation)
                deadlines[id] = deadline
                waiting.append(id)
                if !isRunning {
                    isRunning = true
                    Task { await run() }
                }
            }
        } onCancel: {
            Task { await self.cancel(id) }
        }
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

    /// Refuses further requests and ends those that were taken on with ``ClassificationError/shuttingDown``.
    public func shutdownNow() {
        isShuttingDown = true
        for id in jobs.keys.sorted() { fail(id, ClassificationError.shuttingDown) }
    }

    private func cancel(_ id: Int) {
        guard let job = remove(id) else { return }
        counts.cancelledRequests += 1
        job.continuation.resume(throwing: CancellationError())
    }

    /// Ends a request with an error.
    private func fail(_ id: Int, _ error: ClassificationError) {
        guard let job = remove(id) else { return }
        counts.failedRequests += 1
        job.continuation.resume(throwing: error)
    }

    private func remove(_ id: Int) -> Job? {
        guard let job = jobs.removeValue(forKey: id) else { return nil }
        deadlines[id] = nil
        waiting.removeAll { $0 == id }
        if jobs.isEmpty {
            for drain in drains { drain.resume() }
            drains = []
        }
        return job
    }

    /// Computes until nothing is left to do. Requests come in and are cancelled between two passes.
    private func run() async {
        while !waiting.isEmpty {
            let now = ContinuousClock.now
            for (id, deadline) in deadlines where deadline <= now { fail(id, .deadlineExceeded) }
            compute(nextPass())
            await Task.yield()
        }
        isRunning = false
    }

    /// Returns the requests whose next batches go into the next pass: that of the one that waits longest, and if it has few
    /// rows, whose bits do not depend on each other, those of others as long as all have few rows together.
    private func nextPass() -> [Int] {
        var pass: [Int] = []
        var rows = 0
        for id in waiting {
            guard let tokens = jobs[id]?.tokens else { continue }
            if pass.isEmpty || rows + tokens <= SkinnyMatmul.maximumRows {
                pass.append(id)
                rows += tokens
            }
            if rows >= SkinnyMatmul.maximumRows { break }
        }
        return pass
    }

    /// Computes the next batch of each of these requests in one pass.
    private func compute(_ pass: [Int]) {
        let batches = pass.map { jobs[$0]?.batch ?? [] }
        guard !batches.isEmpty else { return }
        let sequences = batches.flatMap { $0 }
        let logits = classifier.logits(of: sequences)
        counts.passes += 1
        counts.headlines += sequences.count
        counts.tokens += sequences.reduce(0) { $0 + $1.count }
        waiting.removeAll(where: Set(pass).contains)
        var first = 0
        for (id, batch) in zip(pass, batches) {
            jobs[id]?.logits += logits[first..<first + batch.count]
            jobs[id]?.nextBatch += 1
            first += batch.count
            if jobs[id]?.isDone == true { finish(id) } else { waiting.append(id) }
        }
    }

    private func finish(_ id: Int) {
        guard let job = jobs[id] else { return }
        let scores = zip(job.logits, job.prepared.isCut).map(Classifier.Score.init)
        do throws(ClassificationError) {
            let predictions = try classifier.predictions(scores)
            _ = remove(id)
            counts.completedRequests += 1
            job.continuation.resume(returning: predictions)
        } catch { fail(id, error) }
    }
}
