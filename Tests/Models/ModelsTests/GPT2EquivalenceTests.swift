import Autograd
import Models
import NeuralNetwork
import NumericCore
import Testing
import TestSupport

/// Float32 products of other shapes add in another order; measured differences are below 3e-6.
private let tolerance = 1e-5

@Suite("One model, many ways to feed it")
struct GPT2EquivalenceTests {
    private func logits(_ model: GPT2, _ tokens: [Int32], _ segments: Segments, cache: KVCache? = nil) -> [Double] {
        model.logits(model(tokens, segments, cache: cache)).value.elements.map(Double.init)
    }

    @Test("Packed headlines give the logits of each alone")
    func packed() throws {
        let model = try SmallModel(.small()).model
        let batch = Batch(lengths: [4, 1, 24, 7, 2, 1, 13], vocabulary: 61, seed: 2)
        let packed = logits(model, batch.tokens, batch.segments)
        let alone = (0..<batch.segments.count).flatMap { index -> [Double] in
            let headline = batch.headlines(index..<index + 1)
            return logits(model, headline.tokens, headline.segments)
        }
        #expect(largestDifference(packed, alone) < tolerance)
    }

    @Test("A headline's logits depend neither on later tokens nor on its neighbors")
    func causal() throws {
        let model = try SmallModel(.small()).model
        let tokens: [Int32] = [3, 1, 4, 1, 5, 9, 2, 6]
        let segments = Segments(lengths: [2, 4, 2])
        let reference = logits(model, tokens, segments)
        var changed = tokens
        (changed[0], changed[5], changed[7]) = (50, 51, 52)
        let other = logits(model, changed, segments)
        for row in 0..<8 {
            let (a, b) = (reference[row * 61..<(row + 1) * 61], other[row * 61..<(row + 1) * 61])
            // Row 1 follows a changed token; rows 0, 5 and 7 are changed themselves.
            #expect((a == b) == [2, 3, 4, 6].contains(row), "row \(row)")
        }
    }

    @Test("Every split of twelve tokens through the cache gives the uncached logits", arguments: 0..<12)
    func cached(_ split: Int) throws {
        let model = try SmallModel(.small()).model
        let tokens = Batch(lengths: [12], vocabulary: 61, seed: 3).tokens
        let expected = logits(model, tokens, Segments(lengths: [12]))
        let cache = model.makeCache()
        #expect(cache.open(capacity: 12) == 0)
        var actual: [Double] = []
        // A split of 0 feeds one token at a time.
        let bounds = split == 0 ? Array(0...12) : [0, split, 12]
        for (from, to) in zip(bounds, bounds.dropFirst()) {
            let segments = Segments(offsets: [0, Int32(to - from)], past: [Int32(from)], slots: [0])
            actual += logits(model, Array(tokens[from..<to]), segments, cache: cache)
        }
        #expect(largestDifference(actual, expected) < tolerance)
    }

    @Test("Sequences of different lengths decode side by side in slots of any order, and a slot can be used again")
    func slots() throws {
        let model = try SmallModel(.small()).model
        let sequences = [[7, 1, 12], [5, 9, 24], [3, 2, 4]].enumerated().flatMap { seed, lengths in
            lengths.map { Batch(lengths: [$0], vocabulary: 61, seed: UInt64(10 * seed + $0)).tokens }
        }
        let cache = model.makeCache()
        #expect((0..<4).map { _ in cache.open(capacity: 24) } == [0, 1, 2, 3])
        // Three rounds of three sequences in slots 2, 0 and 3: prompts of different lengths, then what is left.
        for round in 0..<3 {
            let batch = Array(sequences[3 * round..<3 * round + 3])
            let slots: [Int32] = [2, 0, 3]
            let prompts = batch.map { max(1, $0.count * 2 / 3) }
            var actual = [[Double]](repeating: [], count: 3)
            feed(model, cache, batch.indices.map { (slots[$0], batch[$0][..<prompts[$0]], $0) }, into: &actual)
            for step in 0..<24 {
                let live = batch.indices.filter { prompts[$0] + step < batch[$0].count }
                if live.isEmpty { break }
                feed(
                    model, cache,
                    live.map { (slots[$0], batch[$0][(prompts[$0] + step)...(prompts[$0] + step)], $0) }, into: &actual)
            }
            for (tokens, actual) in zip(batch, actual) {
                let expected = logits(model, tokens, Segments(lengths: [tokens.count]))
                #expect(largestDifference(actual, expected) < tolerance)
            }
        }
    }

    /// Runs parts of several sequences in one batch; a part's start is how much of its sequence is cached.
    private func feed(
        _ model: GPT2, _ cache: KVCache, _ parts: [(slot: Int32, tokens: ArraySlice<Int32>, sequence: Int)],
        into results: inout [[Double]]
    ) {
        var offsets: [Int32] = [0]
        for part in parts { offsets.append(offsets[offsets.count - 1] + Int32(part.tokens.count)) }
        let segments = Segments(
            offsets: offsets, past: parts.map { Int32($0.tokens.startIndex) }, slots: parts.map(\.slot))
        let all = logits(model, parts.flatMap(\.tokens), segments, cache: cache)
        for (index, part) in parts.enumerated() {
            results[part.sequence] += all[Int(offsets[index]) * 61..<Int(offsets[index + 1]) * 61]
        }
    }
}
