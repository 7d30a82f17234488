import ArgumentParser
import Commands
import Dispatch
import Files
import Foundation
import HeadlineData
import Inference
import JSON
import ModelFolders
import ProcessMemory

/// `headline measure`, which times a model for benchmarks and prints JSON.
struct MeasureCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "measure", abstract: "Times completing, classifying and scoring, for benchmarks.",
        shouldDisplay: false)

    @Argument(help: "generator, classifier, scorer or memory.")
    var kind: Kind

    enum Kind: String, ExpressibleByArgument, CaseIterable { case generator, classifier, scorer, memory }

    @Option(help: ArgumentHelp("A model folder.", valueName: "dir"))
    var model: String

    @Option(help: "Beginning of a headline, for a generator.")
    var prompt = "Scientists discover"

    @Option(help: ArgumentHelp("Headlines, for a classifier and a scorer.", valueName: "file"))
    var file: String?

    @OptionGroup var compute: ComputeFlags

    @Option(help: "Number of headlines to complete while memory is measured.")
    var generations = 10_000

    func run() async throws {
        try await reportingFailure {
            compute.apply()
            var figures: [(key: String, value: JSONValue)]
            switch kind {
            case .generator: figures = try generator()
            case .classifier: figures = try classifier()
            case .scorer: figures = try scorer()
            case .memory: figures = try await memory()
            }
            figures.append(("peakResidentMemory", .integer(peakResidentMemory())))
            print(String(decoding: JSONValue.object(figures).serialized(), as: UTF8.self))
            try flushStandardOutput()
        }
    }

    /// Returns the seconds of the fastest of some repetitions.
    private func seconds(_ repetitions: Int, _ body: () throws -> Void) rethrows -> Double {
        var best = Double.infinity
        for _ in 0..<repetitions {
            let start = DispatchTime.now().uptimeNanoseconds
            try body()
            best = min(best, Double(DispatchTime.now().uptimeNanoseconds - start) / 1e9)
        }
        return best
    }

    private func generator() throws -> [(key: String, value: JSONValue)] {
        let folder = try GeneratorFolder(path: model)
        let generator = try Generator(folder.load(for: .inference).model, folder.tokenizer)
        func write(_ count: Int, _ tokens: Int) throws {
            var options = SamplingOptions(maximumNewTokens: tokens)
            options.minimumNewTokens = tokens
            options.endsAtNewline = false
            let completions = try generator.complete(prompt, count: count, options: options)
            guard completions.allSatisfy({ $0.tokens.count == tokens }) else {
                throw UsageError("a completion has another length than \(tokens)")
            }
        }
        try write(1, 2)
        let added = 32
        func perToken(_ count: Int) throws -> Double {
            let long = try seconds(3) { try write(count, added + 1) }
            return (long - (try seconds(3) { try write(count, 1) })) / Double(added)
        }
        return [
            ("firstToken", .number(try seconds(5) { try write(1, 1) })), ("perToken1", .number(try perToken(1))),
            ("perToken8", .number(try perToken(8))), ("candidates", .number(try seconds(3) { try write(5, 12) })),
            ("bandwidth", .number(bandwidth())),
        ]
    }

    private func headlines() throws -> [String] {
        guard let file else { throw UsageError("--file is missing, expected headlines") }
        return try HeadlineTable(readingFrom: file).texts
    }

    /// Times one pass over all headlines, after one over a few that touches every weight.
    private func scorer() throws -> [(key: String, value: JSONValue)] {
        let headlines = try headlines()
        let scorer = try HeadlineScorer(folder: model)
        _ = scorer.scores(of: Array(headlines.prefix(32)))
        var scores: [HeadlineScorer.Score] = []
        let time = seconds(1) { scores = scorer.scores(of: headlines) }
        return [
            ("score", .number(time)), ("tokens", .integer(scores.reduce(0) { $0 + $1.targets.count })),
            ("nats", .number(scores.reduce(0) { $0 + $1.nats.reduce(0, +) })),
        ]
    }

    private func classifier() throws -> [(key: String, value: JSONValue)] {
        let headlines = try headlines()
        let classifier = try Classifier(folder: model)
        return [("classify", .number(try seconds(2) { _ = try classifier.classify(headlines) }))]
    }

    /// Measures the resident memory after each tenth of many requests to one engine, some of them canceled or refused.
    private func memory() async throws -> [(key: String, value: JSONValue)] {
        let engine = try GenerationEngine(folder: model)
        let prompts = ["", "Scientists", "New law passed to", prompt]
        var held: [JSONValue] = []
        for tenth in 0..<10 {
            try await withThrowingTaskGroup(of: Void.self) { group in
                for index in 0..<generations / 10 {
                    if index >= 32 { try await group.next() }
                    let number = tenth * (generations / 10) + index
                    group.addTask {
                        var options = SamplingOptions(maximumNewTokens: 4 + number % 16, seed: UInt64(number))
                        options.stopStrings = number % 3 == 0 ? [":"] : []
                        if number % 100 == 7 {
                            let request = CompletionRequest(prompts[3], count: 3, options: options)
                            for try await _ in engine.stream(request) { break }
                        } else if number % 100 == 8 {
                            _ = try? await engine.complete(CompletionRequest("\u{7}", options: options))
                        }
                        _ = try await engine.complete(CompletionRequest(prompts[number % 4], options: options))
                    }
                }
                try await group.waitForAll()
            }
            held.append(.integer(residentMemory()))
        }
        return [("residentMemory", .array(held))]
    }

    /// Returns the memory bandwidth of two threads, in bytes per second.
    private func bandwidth() -> Double {
        let count = 41_000_000
        let memory = UnsafeMutablePointer<UInt64>.allocate(capacity: count)
        memory.initialize(repeating: 1, count: count)
        defer { memory.deallocate() }
        nonisolated(unsafe) let words = memory
        var total: UInt64 = 0
        let time = seconds(5) {
            let sums = UnsafeMutablePointer<UInt64>.allocate(capacity: 2)
            defer { sums.deallocate() }
            nonisolated(unsafe) let parts = sums
            DispatchQueue.concurrentPerform(iterations: 2) { part in
                var sum: UInt64 = 0
                for index in part * count / 2..<(part + 1) * count / 2 { sum &+= words[index] }
                parts[part] = sum
            }
            total &+= sums[0] &+ sums[1]
        }
        // The sum is used, so that it is computed.
        return total == 0 ? 0 : Double(count * 8) / time
    }
}
