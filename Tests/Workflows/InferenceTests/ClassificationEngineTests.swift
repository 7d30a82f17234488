import Inference
import Models
import Testing
import TestSupport
import Text
import TinyModels

@Suite("Classification engine")
struct ClassificationEngineTests {
    @Test("callers at the same time get the classifier's predictions to the bit, and errors name the headline's place")
    func together() async throws {
        let labels = ["sports", "politics", "food & drink"]
        let (engine, classifier) = try withTemporaryFolder { folder in
            let path = try TinyClassifier(labels: labels).writeWithVocabulary(in: folder)
            return (try ClassificationEngine(folder: path), try Classifier(folder: path))
        }
        #expect(await engine.labels == labels)
        let headlines = (0..<300).map { "striker scores \($0 % 7) goals" }
        let expected = try classifier.classify(headlines)
        let found = try await withThrowingTaskGroup(of: (Int, [Classifier.Prediction]).self) { group in
            for start in stride(from: 0, to: 300, by: 60) {
                group.addTask { (start, try await engine.classify(Array(headlines[start..<start + 60]))) }
            }
            group.addTask { (300, try await engine.classify(headlines)) }
            return try await group.reduce(into: [Int: [Classifier.Prediction]]()) { $0[$1.0] = $1.1 }
        }
        #expect(found[300] == expected)
        for start in stride(from: 0, to: 300, by: 60) {
            #expect(try found[start] == classifier.classify(Array(headlines[start..<start + 60])))
        }
        let error = await #expect(throws: ClassificationError.self) {
            try await engine.classify(headlines.prefix(200) + ["\u{200B}"])
        }
        #expect(error?.description.contains("headline 201") == true)
        let cancelled = Task { try await engine.classify(headlines) }
        cancelled.cancel()
        await #expect(throws: CancellationError.self) { try await cancelled.value }
    }

    private func withEngine(
        _ limits: ClassificationLimits = .init(), _ body: (ClassificationEngine, Classifier) async throws -> Void
    ) async throws {
        for pooling in [false, true] {
            let (engine, classifier) = try withTemporaryFolder { folder in
                let path = try TinyClassifier(pooling: pooling ? .mean : .cls).writeWithVocabulary(in: folder)
                return (try ClassificationEngine(folder: path, limits: limits), try Classifier(folder: path))
            }
            try await body(engine, classifier)
        }
    }

    /// Headlines of 1 to 30 tokens, some of them more than the model has positions.
    private func headlines(_ count: Int, seed: Int) -> [String] {
        (0..<count).map { index in
            (0...(index * 7 + seed) % 30).map { "goals x striker a 7".split(separator: " ")[($0 + seed) % 5] }
                .joined(separator: " ")
        }
    }

    @Test("requests of one headline and of many share passes, and each is answered as alone, to the bit")
    func sharedPasses() async throws {
        try await withEngine { engine, classifier in
            let requests = (0..<120).map { headlines($0 % 10 == 0 ? 300 : 1 + $0 % 2, seed: $0) }
            let expected = try requests.map { try classifier.classify($0) }
            let found = try await withThrowingTaskGroup(of: (Int, [Classifier.Prediction]).self) { group in
                for (index, request) in requests.enumerated() {
                    group.addTask { (index, try await engine.classify(request)) }
                }
                return try await group.reduce(into: [Int: [Classifier.Prediction]]()) { $0[$1.0] = $1.1 }
            }
            for index in requests.indices { #expect(found[index] == expected[index], "request \(index)") }
            let statistics = await engine.statistics
            #expect(statistics.completedRequests == 120 && statistics.waitingRequests == 0)
            #expect(statistics.headlines == requests.reduce(0) { $0 + $1.count })
            #expect(statistics.passes < 120, "\(statistics.passes) passes")
            #expect(try await engine.classify([]) == [])
        }
    }

    @Test("requests beyond the limits, past their deadline and after a shutdown are refused, and others answered")
    func limits() async throws {
        try await withEngine(.init(headlinesPerRequest: 400, waitingRequests: 2)) { engine, classifier in
            let many = headlines(400, seed: 1)
            await #expect(throws: ClassificationError.tooManyHeadlines(401, maximum: 400)) {
                try await engine.classify(headlines(401, seed: 1))
            }
            await #expect(throws: ClassificationError.deadlineExceeded) {
                try await engine.classify(many, deadline: .now - .seconds(1))
            }
            let outcomes = await withTaskGroup(of: Bool?.self) { group in
                for _ in 0..<20 {
                    group.addTask {
                        do {
                            _ = try await engine.classify(many)
                            return true
                        } catch ClassificationError.overloaded { return false } catch { return nil }
                    }
                }
                return await group.reduce(into: [Bool?]()) { $0.append($1) }
            }
            #expect(outcomes.contains(true) && outcomes.contains(false) && !outcomes.contains(nil))
            let late = Task { try await engine.classify(many, deadline: .now + .microseconds(50)) }
            await #expect(throws: ClassificationError.deadlineExceeded) { try await late.value }
            let last = Task { try await engine.classify(many) }
            while await engine.statistics.waitingRequests == 0 { await Task.yield() }
            await engine.shutdown()
            #expect(await engine.statistics.waitingRequests == 0)
            let (found, expected) = (try await last.value, try classifier.classify(many))
            #expect(found == expected)
            await #expect(throws: ClassificationError.shuttingDown) { try await engine.classify(many) }
        }
    }

    @Test("a shutdown that does not wait ends the requests that were taken on")
    func shutdownNow() async throws {
        try await withEngine { engine, _ in
            let tasks = (0..<20).map { index in Task { try await engine.classify(headlines(2_000, seed: index)) } }
            while await engine.statistics.acceptedRequests < 20 { await Task.yield() }
            await engine.shutdownNow()
            var ended = 0
            for task in tasks {
                do { _ = try await task.value } catch ClassificationError.shuttingDown { ended += 1 }
            }
            #expect(ended > 0)
            #expect(await engine.statistics.waitingRequests == 0)
        }
    }

    @Test("cancelling requests at random moments leaves none waiting, and the others keep their bits")
    func cancellation() async throws {
        try await withEngine { engine, classifier in
            var numbers = SeededNumbers(seed: 3)
            let kept = headlines(40, seed: 2)
            let expected = try classifier.classify(kept)
            let delays = (0..<300).map { _ in Int.random(in: 0..<2_000, using: &numbers) }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for (index, delay) in delays.enumerated() {
                    group.addTask {
                        let task = Task { try await engine.classify(headlines(1 + index % 90, seed: index)) }
                        if delay % 4 > 0 { try await Task.sleep(for: .microseconds(delay)) }
                        task.cancel()
                        _ = try? await task.value
                    }
                    if index % 20 == 0 {
                        group.addTask {
                            let found = try await engine.classify(kept)
                            #expect(found == expected)
                        }
                    }
                }
                try await group.waitForAll()
            }
            #expect(await engine.statistics.waitingRequests == 0)
        }
    }
}
