import Files
import Foundation
import Inference
import Testing
import TestSupport
import Text
import TinyModels

@Suite("Generation engine")
struct GenerationEngineTests {
    private func withEngine(
        _ limits: GenerationLimits = .init(), _ body: (GenerationEngine, Generator) async throws -> Void
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
            try await withEngine(.init(liveCandidates: candidates)) { engine, generator in
                let expected = try (0..<40).map { try generator.complete(request($0)) }
                let found = try await withThrowingTaskGroup(of: (Int, [Completion]).self) { group in
                    for index in 0..<40 { group.addTask { (index, try await engine.complete(request(index))) } }
                    return try await group.reduce(into: [Int: [Completion]]()) { $0[$1.0] = $1.1 }
                }
                for index in 0..<40 { #expect(found[index] == expected[index], "request \(index)") }
            }
        }
    }

    @Test("prompts of more tokens than a pass of few rows has are answered beside short ones as alone")
    func longPrompts() async throws {
        let tiny = try TinyGenerator(contextLength: 160)
        let (engine, generator) = try withTemporaryFolder { folder in
            try tiny.write(to: "\(folder)/model")
            return (
                try GenerationEngine(folder: "\(folder)/model", limits: .init(liveCandidates: 6)), try tiny.generator
            )
        }
        func request(_ index: Int) -> CompletionRequest {
            let prompt = String(repeating: "q", count: [3, 63, 40, 90, 1, 64, 20, 70][index % 8])
            return CompletionRequest(
                prompt, count: 1 + index % 3, options: SamplingOptions(maximumNewTokens: 6, seed: UInt64(index)))
        }
        let found = try await withThrowingTaskGroup(of: (Int, [Completion]).self) { group in
            for index in 0..<32 { group.addTask { (index, try await engine.complete(request(index))) } }
            return try await group.reduce(into: [Int: [Completion]]()) { $0[$1.0] = $1.1 }
        }
        for index in 0..<32 { #expect(try found[index] == generator.complete(request(index)), "request \(index)") }
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
                    case .completion(let completion, let candidate, _): completions[candidate] = completion
                    }
                }
                #expect(try completions == generator.complete(request))
                #expect(completions.map { $0?.text } == texts)
            }
        }
    }

    @Test("a request that cannot be answered is refused in one sentence, and the engine goes on")
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
        try await withEngine(.init(liveCandidates: 8)) { engine, generator in
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

    @Test("a damaged header is refused before anything is completed, by its digest")
    func damagedHeader() throws {
        try withTemporaryFolder { folder in
            let path = "\(folder)/model/model.safetensors"
            try TinyGenerator().write(to: "\(folder)/model")
            // Two arrays of one shape that change their names: nothing but the digest tells.
            var bytes = Data(try readFile(path))
            let names = [0, 1].map { Data("\"transformer.h.\($0).ln_1.weight\"".utf8) }
            let places = try names.map { try #require(bytes.range(of: $0)) }
            bytes.replaceSubrange(places[0], with: names[1])
            bytes.replaceSubrange(places[1], with: names[0])
            try AtomicFile.write(Array(bytes), to: path)
            let error = #expect(throws: FileError.self) { try GenerationEngine(folder: "\(folder)/model") }
            #expect(error?.description.contains("header does not match") == true)
        }
    }

    @Test("a request of few candidates does not wait for one of many that came before, and both are answered as alone")
    func turns() async throws {
        try await withEngine(.init(liveCandidates: 4)) { engine, generator in
            let options = SamplingOptions(temperature: 1.5, maximumNewTokens: 12)
            let (many, few) = (
                CompletionRequest("Stock market", count: 400, options: options),
                CompletionRequest("AI", count: 3, options: options)
            )
            var ended = [Completion?](repeating: nil, count: 400)
            var times: [ContinuousClock.Instant] = []
            var later: Task<(found: [Completion], time: ContinuousClock.Instant), any Error>?
            for try await update in engine.stream(many) {
                if later == nil {
                    later = Task { (try await engine.complete(few), .now) }
                }
                guard case .completion(let completion, let candidate, _) = update else { continue }
                ended[candidate] = completion
                times.append(.now)
            }
            let (found, time) = try #require(try await later?.value)
            let endedBefore = times.count { $0 < time }
            #expect(try found == generator.complete(few))
            #expect(try ended == generator.complete(many))
            #expect(endedBefore < 300, "the later request was answered after \(endedBefore) candidates of the first")
        }
    }

    @Test("beam search of several callers beside other requests finds what it finds alone, and can be cancelled")
    func searches() async throws {
        try await withEngine { engine, generator in
            let found = try await withThrowingTaskGroup(of: (Int, [Completion]).self) { group in
                for index in 0..<10 {
                    group.addTask {
                        let request = request(index)
                        return (index, try await engine.complete(request.searching(beams: 7, lengthPenalty: 0.5)))
                    }
                    group.addTask { (100 + index, try await engine.complete(request(index))) }
                }
                return try await group.reduce(into: [Int: [Completion]]()) { $0[$1.0] = $1.1 }
            }
            for index in 0..<10 {
                #expect(try found[index] == generator.beamSearch(request(index), beams: 7, lengthPenalty: 0.5))
                #expect(try found[100 + index] == generator.complete(request(index)))
            }
            let cancelled = Task {
                try await engine.complete(
                    CompletionRequest("AI", options: SamplingOptions(maximumNewTokens: 40)).searching(beams: 64))
            }
            cancelled.cancel()
            await #expect(throws: CancellationError.self) { try await cancelled.value }
        }
    }

    @Test("a model whose logits are not finite is one error for each request, and the engine goes on")
    func notFinite() async throws {
        let tiny = try TinyGenerator()
        try tiny.spoil("ln_f.weight", with: .nan)
        let engine = try withTemporaryFolder { folder in
            try tiny.write(to: "\(folder)/model")
            return try GenerationEngine(folder: "\(folder)/model", limits: .init(liveCandidates: 3))
        }
        for index in 0..<8 {
            let error = await #expect(throws: GenerationError.self) { try await engine.complete(request(index)) }
            #expect(error?.category == .invalidInput)
        }
        await #expect(throws: GenerationError.self) { try await engine.complete(request(0).searching(beams: 2)) }
    }

    @Test("two engines of one folder read the same pages of its file, and copy none")
    func sharedPages() async throws {
        try await withTemporaryFolder { folder in
            let path = "\(folder)/model"
            try TinyGenerator(hiddenSize: 64).write(to: path)
            let engines = [try GenerationEngine(folder: path), try GenerationEngine(folder: path)]
            for engine in engines { _ = try await engine.complete(CompletionRequest("AI")) }
            // proc_pid_smaps(5): a mapping's first line names its file, and then come its counts in kB.
            let lines = String(decoding: try readFile("/proc/self/smaps"), as: UTF8.self).split(separator: "\n")
            var mapped: [(inode: Substring, counts: [Substring: Int])] = []
            var isOurs = false
            for line in lines {
                let words = line.split(separator: " ")
                if words[0].contains("-"), !words[0].hasSuffix(":") {
                    isOurs = line.hasSuffix("\(path)/model.safetensors")
                    if isOurs { mapped.append((words[4], [:])) }
                } else if isOurs, words.count == 3, let count = Int(words[1]) {
                    mapped[mapped.count - 1].counts[words[0]] = count
                }
            }
            #expect(mapped.count >= 2 && Set(mapped.map(\.inode)).count == 1)
            for mapping in mapped {
                #expect(mapping.counts["Anonymous:"] == 0 && mapping.counts["Private_Dirty:"] == 0)
            }
            #expect(mapped.count { ($0.counts["Rss:"] ?? 0) > 0 } >= 2)
            withExtendedLifetime(engines) {}
        }
    }

    @Test("requests beyond those that may wait are refused at once, and later ones are answered")
    func overload() async throws {
        try await withEngine(.init(liveCandidates: 2, waitingRequests: 3)) { engine, generator in
            let outcomes = await withTaskGroup(of: Bool?.self) { group in
                for _ in 0..<40 {
                    group.addTask {
                        do {
                            _ = try await engine.complete(request(6))
                            return true
                        } catch GenerationError.overloaded { return false } catch { return nil }
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
