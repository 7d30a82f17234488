import Foundation
import Inference
import Testing
import TestSupport
import TinyModels
import Tokenization

@Suite("Decoding")
struct DecodingTests {
    private let tiny: TinyGenerator
    private let generator: Generator

    init() throws {
        tiny = try TinyGenerator()
        generator = try tiny.generator
    }

    private func request(
        _ prompt: String, count: Int = 1, seed: UInt64 = 1, length: Int = 24,
        _ change: (inout CompletionRequest) -> Void = { _ in }
    ) -> CompletionRequest {
        var request = CompletionRequest(
            prompt, count: count,
            options: SamplingOptions(temperature: 1.2, topK: 0, topP: 1, maximumNewTokens: length, seed: seed))
        request.options.endsAtNewline = false
        change(&request)
        return request
    }

    @Test("log-probabilities are the model's own, bit for bit the same alone and in a batch of any size")
    func logProbabilities() throws {
        let all = try generator.complete(request("Scientists", count: 40))
        let end = try #require(tiny.tokenizer.endOfText)
        for candidate in [0, 1, 7, 31, 32, 39] {
            // The stream of a candidate does not depend on how many there are.
            let fewer = try generator.complete(request("Scientists", count: candidate + 1))
            #expect(fewer[candidate] == all[candidate])
            let completion = all[candidate]
            var context = [end] + tiny.tokenizer.encode("Scientists")
            #expect(completion.logProbabilities.count == completion.tokens.count + (completion.endedByItself ? 1 : 0))
            for (index, found) in completion.logProbabilities.enumerated() {
                let logits = tiny.logits(after: context).map(Double.init)
                let largest = logits.max() ?? 0
                let sum = logits.reduce(0) { $0 + exp($1 - largest) }
                let token = index < completion.tokens.count ? completion.tokens[index] : end
                // Cached and uncached passes differ in Float32 rounding.
                #expect(abs(found - (logits[Int(token)] - largest - log(sum))) < 1e-4)
                context.append(token)
            }
        }
    }

    @Test("ranked completions are the same ones, best first by their mean log-probability")
    func ranked() throws {
        let plain = try generator.complete(request("AI", count: 9))
        let ranked = try generator.complete(request("AI", count: 9) { $0.isRanked = true })
        #expect(Set(ranked) == Set(plain))
        #expect(zip(ranked, ranked.dropFirst()).allSatisfy { $0.meanLogProbability >= $1.meanLogProbability })
        #expect(ranked.map(\.text) != plain.map(\.text))
    }

    @Test("a stop string ends a completion before itself, wherever its tokens begin")
    func stopStrings() throws {
        let free = try generator.complete(request("AI", count: 30))
        let stopped = try generator.complete(
            request("AI", count: 30) { $0.options.stopStrings = ["e", " t"] })
        for (free, stopped) in zip(free, stopped) {
            let places = ["e", " t"].compactMap { string in
                free.text.range(of: string).map { free.text.distance(from: free.text.startIndex, to: $0.lowerBound) }
            }
            if let first = places.min() {
                #expect(stopped.text == String(free.text.prefix(first)))
                #expect(stopped.ending == .stopString("e") || stopped.ending == .stopString(" t"))
            } else {
                #expect(stopped == free)
            }
        }
        #expect(stopped.contains { $0.ending == .stopString("e") })
    }

    @Test("a completion ends before a line break, or goes on where it does not end headlines")
    func newlines() throws {
        let free = try generator.complete(request("AI", count: 80))
        let ended = try generator.complete(request("AI", count: 80) { $0.options.endsAtNewline = true })
        for (free, ended) in zip(free, ended) {
            guard let place = free.text.unicodeScalars.firstIndex(where: { $0 == "\n" || $0 == "\r" }) else {
                #expect(ended == free)
                continue
            }
            #expect(ended.text == String(free.text.unicodeScalars[..<place]))
            #expect(ended.ending == .newline && ended.endedByItself)
            #expect(ended.logProbabilities.count == ended.tokens.count)
        }
        #expect(ended.contains { $0.ending == .newline })
        let long = try generator.complete(
            request("AI", count: 80) {
                $0.options.endsAtNewline = true
                $0.options.minimumNewTokens = 20
            })
        #expect(long.allSatisfy { $0.tokens.count >= 20 })
    }

    @Test("no completion ends inside a quotation, and open quotation marks are closed at the limit of tokens")
    func quotes() throws {
        let free = try generator.complete(request("Mayor says \"we", count: 60))
        #expect(free.contains { $0.endedByItself && $0.headline.count { $0 == "\"" } % 2 == 1 })
        #expect(free.contains { $0.ending == .limit && $0.headline.count { $0 == "\"" } % 2 == 1 })
        for (prompt, mark, length) in [
            ("Mayor says \"we", "\"", 24), ("Mayor says \"we", "\"", 1), ("He", "\"", 3),
            ("She calls it \u{201C}a", "\u{201D}", 12), ("She doesn\u{2019}t \u{2018}know", "\u{2019}", 12),
            ("\u{201C}\u{2018}No", "\u{2019}\u{201D}", 8),
        ] as [(String, String, Int)] {
            let drawn = try generator.complete(
                request(prompt, count: 60, length: length) {
                    $0.options.balancesQuotes = true
                    $0.options.endsAtNewline = true
                })
            let searched = try generator.beamSearch(
                request(prompt, count: 4, length: length) { $0.options.balancesQuotes = true }, beams: 4)
            for completion in drawn + searched {
                #expect(completion.headline.count { $0 == "\"" } % 2 == 0, "\(completion.headline)")
                for character in mark where character != "\"" {
                    #expect(completion.text.contains(character), "\(completion.headline)")
                }
                #expect(completion.tokens.count <= length)
            }
        }
    }

    @Test("between the fewest and the most tokens, and never an end before")
    func lengths() throws {
        let completions = try generator.complete(
            request("New law", count: 40, length: 12) { $0.options.minimumNewTokens = 6 })
        #expect(completions.allSatisfy { (6...12).contains($0.tokens.count) })
        #expect(completions.contains { $0.endedByItself })
    }

    @Test("a rejected headline is drawn again, and marked as rejected when there is no other")
    func rejections() throws {
        let plain = try generator.complete(request("AI", count: 6))
        let known = Set(plain.prefix(3).map(\.headline))
        let fresh = try generator.complete(
            request("AI", count: 6), rejecting: { known.contains($0) })
        #expect(fresh.allSatisfy { !$0.isRejected && !known.contains($0.headline) })
        #expect(Array(fresh.suffix(3)) == Array(plain.suffix(3)))
        let all = try generator.complete(request("AI", count: 2), rejecting: { _ in true })
        #expect(all.count == 2 && all.allSatisfy(\.isRejected))
    }

    @Test("beam search finds what a search without cache finds", arguments: [1, 2, 4, 7])
    func beams(_ width: Int) throws {
        for (prompt, penalty) in [("Scientists discover", 1.0), ("AI", 0.0), ("", 2.0), ("Markets", -0.5)] {
            let expected = NaiveBeamSearch(tiny: tiny, width: width, limit: 9, lengthPenalty: penalty).run(prompt)
            let found = try generator.beamSearch(
                request(prompt, count: width, length: 9) { $0.options.repetitionPenalty = 1 }, beams: width,
                lengthPenalty: penalty)
            #expect(found.map(\.tokens) == expected, "\(prompt)")
        }
    }

    @Test("beam search obeys stop strings, ranks, and returns rejected headlines last")
    func beamOptions() throws {
        let plain = try generator.beamSearch(request("AI", count: 6, length: 8), beams: 6)
        for stop in ["e", "a", "t"] {
            let stopped = try generator.beamSearch(
                request("AI", count: 6, length: 8) { $0.options.stopStrings = [stop] }, beams: 6)
            #expect(stopped.allSatisfy { !$0.text.contains(stop) }, "\(stop)")
            #expect(stopped.allSatisfy { $0.ending != .stopString(stop) || $0.tokens.count <= 8 })
        }
        let stopped = try generator.beamSearch(
            request("AI", count: 6, length: 8) { $0.options.stopStrings = ["e", "a", "t", "s", "o"] }, beams: 6)
        #expect(stopped.contains { if case .stopString = $0.ending { true } else { false } })

        let ranked = try generator.beamSearch(
            request("AI", count: 6, length: 8) { $0.isRanked = true }, beams: 6, lengthPenalty: 3)
        #expect(zip(ranked, ranked.dropFirst()).allSatisfy { $0.meanLogProbability >= $1.meanLogProbability })

        let known = plain[0].headline
        let fresh = try generator.beamSearch(
            request("AI", count: 6, length: 8), beams: 6, rejecting: { $0 == known })
        // Several rows of tokens may spell the same headline.
        #expect(fresh.allSatisfy { $0.isRejected == ($0.headline == known) } && !fresh[0].isRejected)
        #expect(!zip(fresh, fresh.dropFirst()).contains { $0.isRejected && !$1.isRejected })
        let all = try generator.beamSearch(
            request("AI", count: 6, length: 8), beams: 6, rejecting: { _ in true })
        #expect(all.map(\.headline) == plain.map(\.headline) && all.allSatisfy(\.isRejected))
    }

    @Test("log-probabilities of beams are the model's own, whatever penalties searched")
    func beamLogProbabilities() throws {
        let end = try #require(tiny.tokenizer.endOfText)
        let found = try generator.beamSearch(
            request("Scientists", count: 4, length: 10) { $0.options.repetitionPenalty = 2 }, beams: 4)
        for completion in found {
            var context = [end] + tiny.tokenizer.encode("Scientists")
            for (index, found) in completion.logProbabilities.enumerated() {
                let logits = tiny.logits(after: context).map(Double.init)
                let sum = logits.reduce(0) { $0 + exp($1) }
                let token = index < completion.tokens.count ? completion.tokens[index] : end
                #expect(abs(found - (logits[Int(token)] - log(sum))) < 1e-4)
                context.append(token)
            }
        }
    }

    @Test("a length penalty that is not finite, more completions than beams and too many beams are refused")
    func beamRefusals() throws {
        for (beams, penalty) in [(2, 1.0), (0, 1), (65, 1), (4, .nan), (4, .infinity)] {
            #expect(throws: GenerationError.self) {
                try generator.beamSearch(request("AI", count: 3), beams: beams, lengthPenalty: penalty)
            }
        }
    }

    @Test("one beam is greedy decoding")
    func oneBeam() throws {
        var greedy = SamplingOptions(temperature: 0, repetitionPenalty: 1, maximumNewTokens: 12)
        greedy.endsAtNewline = false
        for prompt in ["Scientists discover", "AI could", "Stock"] {
            #expect(
                try generator.beamSearch(CompletionRequest(prompt, options: greedy), beams: 1)[0].tokens
                    == generator.complete(prompt, count: 1, options: greedy)[0].tokens)
        }
    }
}

/// Beam search as its definition reads: all continuations sorted, no cache, ended ones kept if among the first `width`.
private struct NaiveBeamSearch {
    let tiny: TinyGenerator
    let width: Int
    let limit: Int
    let lengthPenalty: Double

    func run(_ prompt: String) -> [[Int32]] {
        guard let end = tiny.tokenizer.endOfText else { return [] }
        let context = [end] + tiny.tokenizer.encode(prompt)
        var running: [(tokens: [Int32], score: Double)] = [([], 0)]
        var finished: [(tokens: [Int32], score: Double)] = []
        for length in 1...limit {
            var all: [(tokens: [Int32], score: Double)] = []
            for beam in running {
                let logits = tiny.logits(after: context + beam.tokens).map(Double.init)
                let shift = log(logits.reduce(0) { $0 + exp($1) })
                for (id, logit) in logits.enumerated() {
                    all.append((beam.tokens + [Int32(id)], beam.score + logit - shift))
                }
            }
            all.sort { $0.score > $1.score }
            let best = all.prefix(2 * width)
            for candidate in best.prefix(width) where candidate.tokens.last == end || length == limit {
                finished.append(
                    (candidate.tokens.filter { $0 != end }, candidate.score / pow(Double(length), lengthPenalty)))
            }
            finished = Array(finished.sorted { $0.score > $1.score }.prefix(width))
            running = Array(best.filter { $0.tokens.last != end }.prefix(width))
            if finished.count == width, let first = running.first, let last = finished.last,
                first.score / pow(Double(length), lengthPenalty) <= last.score
            {
                break
            }
        }
        return finished.map(\.tokens)
    }
}
