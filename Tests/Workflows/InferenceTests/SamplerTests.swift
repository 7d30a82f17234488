import Files
import Foundation
import Inference
import Testing
import TestSupport
import Text

@Suite("Sampler")
struct SamplerTests {
    /// Returns the probabilities after transformers' logits processors and warpers, by brute force: repetition penalty, temperature, top-k,
    /// top-p, softmax (`generation/logits_process.py`). For logits without ties.
    private func probabilities(_ logits: [Float], _ options: SamplingOptions, seen: [Int32]) -> [Double] {
        var scores = logits.map(Double.init)
        for id in Set(seen).map(Int.init) {
            scores[id] =
                scores[id] < 0 ? scores[id] * options.repetitionPenalty : scores[id] / options.repetitionPenalty
        }
        scores = scores.map { $0 / options.temperature }
        if options.topK > 0 {
            let weakest = scores.sorted(by: >)[min(options.topK, scores.count) - 1]
            scores = scores.map { $0 < weakest ? -.infinity : $0 }
        }
        func softmax(_ scores: [Double]) -> [Double] {
            let largest = scores.max() ?? 0
            let weights = scores.map { exp($0 - largest) }
            return weights.map { $0 / weights.reduce(0, +) }
        }
        let before = softmax(scores)
        if options.topP < 1 {
            // Ascending: what is removed has together at most 1 − p, and the likeliest always stays.
            var sum = 0.0
            let ascending = before.indices.sorted { before[$0] < before[$1] }
            for id in ascending.dropLast() {
                sum += before[id]
                if sum <= 1 - options.topP { scores[id] = -.infinity }
            }
        }
        let after = softmax(scores)
        return softmax(zip(scores, after).map { $1 < options.minP * (after.max() ?? 0) ? -.infinity : $0 })
    }

    private func draw(
        _ options: SamplingOptions, _ logits: [Float], seen: [Int32] = [], candidate: Int = 0, position: Int = 0
    ) -> Int32 {
        var scores = logits
        LogitsProcessor(options, tokenizer: nil).apply(to: &scores, prompt: seen, completion: [], mayEnd: true)
        return Sampler(options).next(scores, stream: UInt64(candidate), position: position)
    }

    private func randomLogits(_ count: Int, seed: UInt64) -> [Float] {
        var numbers = SeededNumbers(seed: seed)
        return (0..<count).map { _ in Float.random(in: -4...4, using: &numbers) }
    }

    @Test("temperature 0 takes the likeliest token, of equals the one with the lowest id")
    func greedy() {
        let cases: [(logits: [Float], expected: Int32)] = [
            ([0, 3, 1], 1), ([2, 2, 2], 0), ([-5, -1, -1, -9], 1), ([-.infinity, -.infinity, 0], 2), ([7], 0),
        ]
        for (logits, expected) in cases {
            for seed in UInt64(0)..<5 {
                let options = SamplingOptions(temperature: 0, topK: 1, topP: 0.1, repetitionPenalty: 1, seed: seed)
                #expect(draw(options, logits, candidate: Int(seed), position: 3) == expected)
            }
        }
    }

    @Test("the repetition penalty divides positive and multiplies negative logits, once for each token that occurred")
    func repetition() {
        func likeliest(_ logits: [Float], _ penalty: Double, _ seen: [Int32]) -> Int32 {
            draw(SamplingOptions(temperature: 0, repetitionPenalty: penalty), logits, seen: seen)
        }
        #expect(likeliest([4, 3, 0], 1, [0]) == 0)
        #expect(likeliest([4, 3, 0], 1.3, [0]) == 0)  // 3.08
        #expect(likeliest([4, 3, 0], 1.4, [0]) == 1)  // 2.86
        #expect(likeliest([4, 3, 0], 1.3, [0, 0, 0]) == 0)
        #expect(likeliest([-1, -1.5, -9], 2, [0]) == 1)
        #expect(likeliest([-1, -1.5, -9], 2, [0, 1]) == 0)
        #expect(likeliest([1, 2, 3], 0.5, [0]) == 2)
        #expect(likeliest([2, 2, 3], 0.5, [0]) == 0)
    }

    @Test("tokens come as often as transformers' filters make them likely, and others never")
    func distribution() {
        var minP = SamplingOptions(temperature: 1.2, topK: 0, topP: 0.95, repetitionPenalty: 1)
        minP.minP = 0.2
        let options: [SamplingOptions] = [
            minP, .init(temperature: 1, topK: 0, topP: 1, repetitionPenalty: 1),
            .init(temperature: 0.7, topK: 5, topP: 1, repetitionPenalty: 1),
            .init(temperature: 1.5, topK: 0, topP: 0.6, repetitionPenalty: 1),
            .init(temperature: 0.9, topK: 8, topP: 0.8, repetitionPenalty: 1.3),
            .init(temperature: 2, topK: 1, topP: 0.5, repetitionPenalty: 1.1),
            .init(temperature: 1, topK: 100, topP: 0.999, repetitionPenalty: 0.8),
            .init(temperature: 1, topK: 0, topP: 1e-9, repetitionPenalty: 1),
        ]
        let draws = 20_000
        for (index, options) in options.enumerated() {
            let logits = randomLogits(30, seed: UInt64(index))
            let seen: [Int32] = [3, 3, 7, 12]
            let expected = probabilities(logits, options, seen: seen)
            var counts = [Int](repeating: 0, count: logits.count)
            for position in 0..<draws {
                counts[Int(draw(options, logits, seen: seen, candidate: index, position: position))] += 1
            }
            for (id, probability) in expected.enumerated() {
                // Five deviations of the binomial, so that a table of 200 numbers fails by chance once in 10,000 runs; the
                // draws are seeded, so it is one chance.
                let standardDeviation = (Double(draws) * probability * (1 - probability)).squareRoot()
                #expect(
                    abs(Double(counts[id]) - Double(draws) * probability) <= 5 * standardDeviation,
                    "case \(index), token \(id)"
                )
                if probability == 0 { #expect(counts[id] == 0, "case \(index), token \(id)") }
            }
        }
    }

    @Test("a draw depends on seed, candidate and position alone")
    func streams() {
        let logits = [Float](repeating: 0, count: 1_000)
        func text(seed: UInt64, candidate: Int) -> [Int32] {
            let options = SamplingOptions(temperature: 1, topK: 0, topP: 1, repetitionPenalty: 1, seed: seed)
            return (0..<8).map { draw(options, logits, candidate: candidate, position: $0) }
        }
        #expect(text(seed: 1, candidate: 2) == text(seed: 1, candidate: 2))
        let texts = (0..<4).flatMap { seed in (0..<4).map { text(seed: UInt64(seed), candidate: $0) } }
        #expect(Set(texts).count == 16)
    }

    @Test("logits that are not finite give some token and no trap")
    func notFinite() {
        for logits in [
            [Float.nan, .nan, .nan], [.nan, 1, 2], [.infinity, 1, .infinity], [-.infinity, -.infinity, -.infinity],
        ] {
            for options in [
                SamplingOptions(), SamplingOptions(temperature: 0), SamplingOptions(topK: 2), SamplingOptions(topK: 0),
            ] {
                #expect((0..<3).contains(draw(options, logits, seen: [1])))
            }
        }
    }

    @Test("options out of range are refused by name")
    func options() throws {
        let cases: [(options: SamplingOptions, name: String)] = [
            (.init(temperature: -0.1), "temperature"), (.init(temperature: .nan), "temperature"),
            (.init(temperature: .infinity), "temperature"), (.init(topK: -1), "top-k"), (.init(topP: 0), "top-p"),
            (.init(topP: 1.01), "top-p"), (.init(topP: .nan), "top-p"),
            (.init(repetitionPenalty: 0), "repetition penalty"),
            (.init(repetitionPenalty: -1), "repetition penalty"), (.init(maximumNewTokens: 0), "maximum of new tokens"),
        ]
        for (options, name) in cases {
            let error = #expect(throws: GenerationError.self) { try options.check() }
            #expect(error?.description.contains(name) == true && error?.category == .invalidRequest)
        }
        try SamplingOptions().check()
        try SamplingOptions(temperature: 0, topK: 0, topP: 1).check()
    }
}
