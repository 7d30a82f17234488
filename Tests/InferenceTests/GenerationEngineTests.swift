import Inference
import TestSupport
import Testing

@Suite("Generation engine")
struct GenerationEngineTests {
    private func withEngine(
        _ limits: GenerationEngine.Limits = .init(), _ body: (GenerationEngine, Generator) async throws -> Void
    ) async throws {
        let tiny = try TinyGenerator()
        // The weights stay mapped when their folder is gone.
        let engine = try withTemporaryFolder { folder in
            try tiny.write(to: "\(folder)/model")
            return try GenerationEngine(folder: "\(folder)/model", limits: limits)
        }
        try await body(engine, try tiny.generator)
    }

    private func request(_ index: Int) -> CompletionRequest {
        let prompts = ["Scientists discover", "AI", "", "New law passed to", "Stock market"]
        return CompletionRequest(
            prompts[index % prompts.count], count: 1 + index % 7,
            options: SamplingOptions(maximumNewTokens: 4 + index % 20, seed: UInt64(index)))
    }

    @Test("forty requests at once are answered as each alone, log-probabilities to the bit, in a batch of any size")
    func together() async throws {
        for candidates in [1, 5, 64] {
            try await withEngine(.init(candidates: candidates)) { engine, generator in
                let expected = try (0..<40).map { try generator.complete(request($0)) }
                let found = try await withThrowingTaskGroup(of: (Int, [Completion]).self) { group in
                    for index in 0..<40 { group.addTask { (index, try await engine.complete(request(index))) } }
                    return try await group.reduce(into: [Int: [Completion]]()) { $0[$1.0] = $1.1 }
                }
                for index in 0..<40 { #expect(found[index] == expected[index], "request \(index)") }
            }
        }
    }

    @Test("a stream brings the text of each candidate in pieces, and then the candidate")
    func streams() async throws {
        try await withEngine { engine, generator in
            for stops in [[], ["er", "e s"]] as [[String]] {
                var request = request(3)
                request.options.stopStrings = stops
                var texts = [String](repeating: "", count: request.count)
                var completions = [Completion?](repeating: nil, count: request.count)
                for try await update in engine.stream(request) {
                    switch update {
                    case .text(let text, let candidate):
                        #expect(completions[candidate] == nil && !text.isEmpty)
                        texts[candidate] += text
                    case .completion(let completion, let candidate): completions[candidate] = completion
                    }
                }
                #expect(try completions == generator.complete(request))
                #expect(completions.map { $0?.text } == texts)
            }
        }
    }

    @Test("what cannot be answered is refused in one sentence, and the engine goes on")
    func refusals() async throws {
        try await withEngine { engine, generator in
            var wrong = request(0)
            wrong.options.topP = 7
            let bad = [
                CompletionRequest(String(repeating: "q", count: 100)), CompletionRequest("a\u{7}b"),
                CompletionRequest("AI", count: 0), wrong,
            ]
            for request in bad {
                await #expect(throws: GenerationError.self) { try await engine.complete(request) }
            }
            let answer = try await engine.complete(request(1))
            #expect(try answer == generator.complete(request(1)))
        }
    }

    @Test("a cancelled request leaves the batch, and those beside it are answered as ever")
    func cancellation() async throws {
        try await withEngine(.init(candidates: 8)) { engine, generator in
            let long = CompletionRequest(
                "AI", count: 500, options: SamplingOptions(temperature: 1.5, maximumNewTokens: 40))
            let cancelled = Task { try await engine.complete(long) }
            for try await _ in engine.stream(long) { break }
            async let answer = engine.complete(request(6))
            cancelled.cancel()
            await #expect(throws: CancellationError.self) { try await cancelled.value }
            let beside = try await answer
            #expect(try beside == generator.complete(request(6)))
        }
    }

    @Test("requests beyond those that may wait are refused at once, and later ones are answered")
    func overload() async throws {
        try await withEngine(.init(candidates: 2, waiting: 3)) { engine, generator in
            let outcomes = await withTaskGroup(of: Bool?.self) { group in
                for _ in 0..<40 {
                    group.addTask {
                        do {
                            _ = try await engine.complete(request(6))
                            return true
                        } catch is GenerationEngine.Overload { return false } catch { return nil }
                    }
                }
                return await group.reduce(into: [Bool?]()) { $0.append($1) }
            }
            #expect(!outcomes.contains(nil))
            #expect(outcomes.contains(true) && outcomes.contains(false))
            let answer = try await engine.complete(request(6))
            #expect(try answer == generator.complete(request(6)))
        }
    }
}
