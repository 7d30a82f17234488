import Dispatch
import Files
import Foundation
import Inference
import Synchronization
import Testing
import TestSupport
import Text
import TinyModels

@Suite("Generation engine as a service")
struct GenerationEngineServiceTests {
    private func makeEngine(
        _ limits: GenerationLimits = .init(), _ tiny: TinyGenerator? = nil
    ) throws -> (engine: GenerationEngine, generator: Generator) {
        let tiny = try tiny ?? TinyGenerator()
        // The weights stay mapped when their folder is gone.
        return try withTemporaryFolder { folder in
            try tiny.write(to: "\(folder)/model")
            return (try GenerationEngine(folder: "\(folder)/model", limits: limits), try tiny.generator)
        }
    }

    private func request(_ index: Int) -> CompletionRequest {
        let prompts = ["Scientists discover", "AI", "", "New law passed to", "Stock market"]
        return CompletionRequest(
            prompts[index % prompts.count], count: 1 + index % 4,
            options: SamplingOptions(maximumNewTokens: 4 + index % 20, seed: UInt64(index)))
    }

    /// A request that is not answered soon.
    private var long: CompletionRequest {
        CompletionRequest("AI", count: 5_000, options: SamplingOptions(temperature: 1.5, maximumNewTokens: 40))
    }

    /// Waits until nothing is left in the engine.
    private func idle(_ engine: GenerationEngine) async throws -> GenerationStatistics {
        for _ in 0..<10_000 {
            let statistics = await engine.statistics
            if statistics.waitingRequests == 0, statistics.liveRequests == 0 { return statistics }
            try await Task.sleep(for: .milliseconds(1))
        }
        return await engine.statistics
    }

    private func expectEmpty(_ statistics: GenerationStatistics) {
        #expect(statistics.waitingRequests == 0 && statistics.liveRequests == 0 && statistics.liveCandidates == 0)
        #expect(statistics.cacheSlots == 0 && statistics.cacheTokens == 0)
        let ended = statistics.completedRequests + statistics.cancelledRequests + statistics.failedRequests
        #expect(statistics.acceptedRequests == ended)
    }

    @Test("a request that was cancelled before it was submitted is never taken on")
    func cancelledBeforeSubmission() async throws {
        let (engine, generator) = try makeEngine()
        let long = long
        let isDone = Atomic(false)
        // Rejections are decided on the engine's queue, so nothing is submitted meanwhile.
        let found = try await engine.complete(request(1)) { _ in
            if !isDone.exchange(true, ordering: .relaxed) {
                for _ in 0..<10 { _ = engine.stream(long) }
            }
            return false
        }
        #expect(try found == generator.complete(request(1)))
        // Their submissions came before this one.
        #expect(try await engine.complete(request(2)) == generator.complete(request(2)))
        let statistics = try await idle(engine)
        #expect(statistics.acceptedRequests == 2 && statistics.cancelledRequests == 0)
        expectEmpty(statistics)
    }

    @Test("cancelling 1,000 requests at random moments leaves nothing in the engine, and the others keep their bits")
    func randomCancellation() async throws {
        let (engine, generator) = try makeEngine(.init(liveCandidates: 24))
        let neighbors = try (0..<40).map { index in
            let request = index % 5 == 4 ? request(index).searching(beams: 4) : request(index)
            return (request: request, expected: try generator.complete(request))
        }
        var numbers = SeededNumbers(seed: 11)
        let moments = (0..<1_000).map { _ in UInt64.random(in: 0..<4_000, using: &numbers) }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (index, moment) in moments.enumerated() {
                // No more than some at a time, so that requests are cancelled in every state.
                if index >= 40 { try await group.next() }
                group.addTask { try await submitAndCancel(index, moment, engine) }
                if index % 25 == 0 {
                    let neighbor = neighbors[index / 25]
                    group.addTask {
                        let found = try await engine.complete(neighbor.request)
                        #expect(found == neighbor.expected)
                    }
                }
            }
            try await group.waitForAll()
        }
        let statistics = try await idle(engine)
        expectEmpty(statistics)
        #expect(statistics.cancelledRequests > 100 && statistics.completedRequests >= 40, "\(statistics)")
    }

    /// Submits a request and cancels it at some moment.
    private func submitAndCancel(_ index: Int, _ moment: UInt64, _ engine: GenerationEngine) async throws {
        var request = request(index)
        request.count = 1 + index % 200
        if index % 7 == 0 { request = self.request(index).searching(beams: 4 + index % 5) }
        // Some are drawn again and again.
        let rejectsAll: HeadlineRejection = { _ in true }
        let rejection = index % 3 == 0 ? rejectsAll : nil
        switch moment % 4 {
        case 0:  // Before it is submitted, or soon after.
            _ = engine.stream(request, rejecting: rejection)
        case 1:  // After its first piece of text or candidate.
            for try await _ in engine.stream(request, rejecting: rejection) { break }
        default:
            let submitted = request
            let task = Task { try await engine.complete(submitted, rejecting: rejection) }
            try await Task.sleep(for: .microseconds(moment))
            task.cancel()
            _ = try? await task.value
        }
    }

    @Test("two engines for many callers at once give the answers of one caller alone")
    func twoEngines() async throws {
        let (first, generator) = try makeEngine()
        let (second, _) = try makeEngine(.init(liveCandidates: 7))
        let expected = try (0..<30).map { try generator.complete(request($0)) }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for index in 0..<30 {
                for service in [first, second, first] {
                    group.addTask {
                        let found = try await service.complete(request(index))
                        #expect(found == expected[index])
                    }
                }
            }
            try await group.waitForAll()
        }
        for service in [first, second] { expectEmpty(try await idle(service)) }
    }

    @Test("a deadline ends a request that comes too late, waits or is being decoded, and no other")
    func deadlines() async throws {
        let (engine, generator) = try makeEngine(.init(liveCandidates: 2))
        await #expect(throws: GenerationError.deadlineExceeded) {
            try await engine.complete(request(1), deadline: .now - .seconds(1))
        }
        let decoding = Task { try await engine.complete(long, deadline: .now + .milliseconds(300)) }
        while await engine.statistics.liveCandidates < 2 { await Task.yield() }
        let waiting = (0..<5).map { index in
            Task { try await engine.complete(request(index), deadline: .now + .microseconds(100)) }
        }
        let patient = Task { try await engine.complete(request(3), deadline: .now + .seconds(600)) }
        for task in waiting {
            await #expect(throws: GenerationError.deadlineExceeded) { try await task.value }
        }
        await #expect(throws: GenerationError.deadlineExceeded) { try await decoding.value }
        #expect(try await patient.value == generator.complete(request(3)))
        let statistics = try await idle(engine)
        // Some may come too late to wait at all.
        #expect(statistics.failedRequests + statistics.refusedRequests == 7 && statistics.failedRequests > 0)
        expectEmpty(statistics)
    }

    @Test("a shutdown answers what was taken on and refuses the rest")
    func shutdown() async throws {
        let (engine, generator) = try makeEngine(.init(liveCandidates: 3))
        let tasks = (0..<20).map { index in Task { try await engine.complete(request(index)) } }
        while await engine.statistics.acceptedRequests < 20 { await Task.yield() }
        await engine.shutdown()
        expectEmpty(await engine.statistics)
        for (index, task) in tasks.enumerated() { #expect(try await task.value == generator.complete(request(index))) }
        let error = await #expect(throws: GenerationError.shuttingDown) { try await engine.complete(request(1)) }
        #expect(error?.category == .unavailable)
        await engine.shutdown()
    }

    @Test("a shutdown that is cancelled, or does not wait, ends what was taken on")
    func immediateShutdown() async throws {
        for isCancelled in [true, false] {
            let (engine, _) = try makeEngine(.init(liveCandidates: 3))
            let tasks = (0..<4).map { _ in Task { try await engine.complete(long) } }
            while await engine.statistics.acceptedRequests < 4 { await Task.yield() }
            if isCancelled {
                let shutdown = Task { await engine.shutdown() }
                shutdown.cancel()
                await shutdown.value
            } else {
                await engine.shutdownNow()
            }
            for task in tasks { await #expect(throws: GenerationError.shuttingDown) { try await task.value } }
            expectEmpty(await engine.statistics)
        }
    }

    @Test("requests beyond the limits are refused by what they ask for, before anything is computed")
    func limits() async throws {
        var limits = GenerationLimits(liveCandidates: 8)
        limits.candidatesPerRequest = 10
        limits.newTokensPerRequest = 30
        limits.beams = 4
        limits.cacheTokens = 60
        let (engine, generator) = try makeEngine(limits)
        func options(_ tokens: Int) -> SamplingOptions { SamplingOptions(maximumNewTokens: tokens) }
        let cases: [(request: CompletionRequest, part: String)] = [
            (CompletionRequest("AI", count: 11, options: options(4)), "from 1 to 10"),
            (CompletionRequest("AI", options: options(31)), "at most 30"),
            (CompletionRequest("AI", options: options(4)).searching(beams: 5), "from 1 to 4"),
            (CompletionRequest("AI", options: options(20)).searching(beams: 4), "the limit is 60"),
        ]
        for (request, part) in cases {
            let error = await #expect(throws: GenerationError.self) { try await engine.complete(request) }
            #expect(error?.description.contains(part) == true && error?.category == .invalidRequest)
        }
        let statistics = await engine.statistics
        #expect(statistics.refusedRequests == 4 && statistics.promptTokens == 0)
        let fitting = CompletionRequest("AI", count: 10, options: options(30))
        #expect(try await engine.complete(fitting) == generator.complete(fitting))
    }

    @Test("requests that do not fit into the cache together take turns, within its limit, and are answered as alone")
    func memory() async throws {
        for cacheTokens in [70, 130, 400] {
            var limits = GenerationLimits()
            limits.cacheTokens = cacheTokens
            let (engine, generator) = try makeEngine(limits)
            let requests = (0..<40).map { index in
                var request = request(index)
                request.options.maximumNewTokens = 3 + index % 9
                request.count = 1 + index % 3 * 20
                guard index % 4 == 3 else { return request }
                request.count = 2
                return request.searching(beams: 2 + index % 3)
            }
            let expected = try requests.map { try generator.complete($0) }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for (index, request) in requests.enumerated() {
                    group.addTask {
                        let found = try await engine.complete(request)
                        #expect(found == expected[index], "\(index)")
                    }
                }
                group.addTask {
                    for _ in 0..<200 {
                        let statistics = await engine.statistics
                        #expect(statistics.cacheTokens <= cacheTokens && statistics.liveCandidates <= 64)
                    }
                }
                try await group.waitForAll()
            }
            expectEmpty(try await idle(engine))
        }
    }

    @Test("beam searches share the passes of other requests")
    func sharedPasses() async throws {
        let (engine, _) = try makeEngine()
        let options = SamplingOptions(maximumNewTokens: 20)
        // Everything waits until the last request has come.
        let isBlocked = DispatchSemaphore(value: 0)
        let blocking = Task {
            try await engine.complete(request(0)) { _ in
                isBlocked.wait(); return false
            }
        }
        while await engine.statistics.acceptedRequests < 1 { await Task.yield() }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for index in 0..<12 {
                let request = CompletionRequest("AI", options: options)
                group.addTask { _ = try await engine.complete(index < 8 ? request.searching(beams: 4) : request) }
            }
            try await Task.sleep(for: .milliseconds(50))
            isBlocked.signal()
            try await group.waitForAll()
        }
        _ = try await blocking.value
        let passes = await engine.statistics.passes
        #expect(passes < 80, "8 searches and 4 candidates of 20 tokens took \(passes) passes")
    }

    @Test("a search of many beams does not wait forever for its rows, nor do others for it")
    func wideSearch() async throws {
        let (engine, generator) = try makeEngine(.init(liveCandidates: 8))
        let endless = Task { try await engine.complete(long) }
        while await engine.statistics.liveCandidates < 8 { await Task.yield() }
        let search = request(2).searching(beams: 8)
        #expect(try await engine.complete(search) == generator.complete(search))
        #expect(try await engine.complete(request(3)) == generator.complete(request(3)))
        endless.cancel()
        await #expect(throws: CancellationError.self) { try await endless.value }
    }

    @Test("each completion carries its times in their order, and the engine counts what it did")
    func timing() async throws {
        let (engine, _) = try makeEngine(.init(liveCandidates: 2))
        let before = ContinuousClock.now
        var (tokens, completions) = (0, 0)
        for request in [request(7), request(1).searching(beams: 2)] {
            for try await update in engine.stream(request) {
                guard case .completion(let completion, _, let timing) = update else { continue }
                #expect(before <= timing.queued && timing.queued <= timing.started)
                #expect(timing.started <= timing.firstToken && timing.firstToken <= timing.ended)
                #expect(timing.ended <= .now && timing.total >= timing.timeToFirstToken)
                #expect(timing.perToken(of: completion.tokens.count) <= timing.total)
                tokens += completion.tokens.count
                completions += 1
            }
        }
        let statistics = await engine.statistics
        #expect(statistics.acceptedRequests == 2 && statistics.completedRequests == 2)
        // The first token of a completion comes from the pass over its prompt.
        #expect(statistics.decodedTokens >= tokens - completions && statistics.decodedTokens > 0)
        #expect(statistics.promptTokens > 0 && statistics.passes > 0)
    }

    @Test("an engine is loaded away from the caller's thread, and a folder that is not there is an error")
    func loading() async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString).path
        await #expect(throws: FileError.self) { try await GenerationEngine.load(folder: folder) }
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let tiny = try TinyGenerator()
        try tiny.write(to: folder)
        let engine = try await GenerationEngine.load(folder: folder)
        #expect(try await engine.complete(request(1)) == tiny.generator.complete(request(1)))
        try await engine.verify()
    }

    @Test("requests, options and completions are values that JSON can carry, and absent options have their defaults")
    func coding() throws {
        var request = request(4).searching(beams: 6, lengthPenalty: 0.5)
        request.isRanked = true
        request.options.bannedWords = ["storm"]
        request.options.balancesQuotes = true
        let coded = try JSONEncoder().encode(request)
        #expect(try JSONDecoder().decode(CompletionRequest.self, from: coded) == request)
        #expect(
            try JSONDecoder().decode(CompletionRequest.self, from: Data("{\"prompt\": \"AI\"}".utf8))
                == CompletionRequest("AI"))
        var options = SamplingOptions()
        options.topK = 7
        #expect(
            try JSONDecoder().decode(SamplingOptions.self, from: Data("{\"topK\": 7}".utf8)) == options)
        let completion = try TinyGenerator().generator.complete(self.request(3))[0]
        #expect(try JSONDecoder().decode(Completion.self, from: JSONEncoder().encode(completion)) == completion)
    }
}
