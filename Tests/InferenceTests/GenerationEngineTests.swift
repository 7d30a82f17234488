import Files
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

    @Test(
        "a folder whose weights are damaged completes, and its check says so; a whole one passes",
        arguments: [true, false])
    func verification(_ isDamaged: Bool) async throws {
        try await withTemporaryFolder { folder in
            try TinyGenerator().write(to: "\(folder)/model")
            if isDamaged {
                let path = "\(folder)/model/model.safetensors"
                var bytes = try readFile(path)
                bytes[bytes.count - 1] ^= 1
                try AtomicFile.write(bytes, to: path)
            }
            let engine = try GenerationEngine(folder: "\(folder)/model")
            #expect(try await engine.complete(CompletionRequest("AI")).count == 1)
            if isDamaged {
                let error = await #expect(throws: FileError.self) { try await engine.verify() }
                #expect(error?.description.contains("SHA-256") == true)
            } else {
                try await engine.verify()
            }
        }
    }
}

@Suite("Classification engine")
struct ClassificationEngineTests {
    @Test("callers beside each other get what the classifier says of each headline, and errors name its place")
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
        func first(_ predictions: [Classifier.Prediction]?) -> [String] {
            (predictions ?? []).map { $0.candidates[0].label }
        }
        #expect(first(found[300]) == first(expected))
        for start in stride(from: 0, to: 300, by: 60) {
            #expect(first(found[start]) == first(Array(expected[start..<start + 60])))
        }
        let error = await #expect(throws: ClassificationError.self) {
            try await engine.classify(headlines.prefix(200) + ["\u{200B}"])
        }
        #expect(error?.description.contains("headline 201") == true)
        let cancelled = Task { try await engine.classify(headlines) }
        cancelled.cancel()
        await #expect(throws: CancellationError.self) { try await cancelled.value }
    }
}
