import NumericCore

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Chooses tokens from logits; the order of the filters is that of transformers: repetition, temperature, top-k, top-p.
package struct Sampler {
    let options: SamplingOptions
    private let random: Philox

    package init(_ options: SamplingOptions) {
        self.options = options
        random = Philox(key: options.seed)
    }

    /// The next token of a candidate.
    /// - Parameters:
    ///   - logits: one per entry of the vocabulary.
    ///   - seen: the tokens of prompt and completion so far.
    ///   - candidate: its number, which keys its random numbers.
    ///   - position: how many tokens it has been given already.
    package func next(_ logits: UnsafeBufferPointer<Float>, seen: [Int32], candidate: Int, position: Int) -> Int32 {
        var scores = Array(logits)
        if options.repetitionPenalty != 1 {
            let penalty = Float(options.repetitionPenalty)
            for id in Set(seen) {
                let score = scores[Int(id)]
                scores[Int(id)] = score > 0 ? score / penalty : score * penalty
            }
        }
        guard options.temperature > 0 else { return Self.likeliest(scores) }
        let candidates = kept(scores)
        let largest = Double(scores[Int(candidates[0])])
        var weights = candidates.map { exp((Double(scores[Int($0)]) - largest) / options.temperature) }
        let total = weights.reduce(0, +)
        if options.topP < 1 {
            var sum = 0.0
            let count = 1 + (weights.firstIndex { sum += $0; return sum >= options.topP * total } ?? weights.count - 1)
            weights.removeLast(weights.count - count)
        }
        let target = random.uniform(UInt64(position), stream: UInt64(candidate)) * weights.reduce(0, +)
        var sum = 0.0
        let chosen = weights.firstIndex { sum += $0; return sum > target } ?? weights.count - 1
        return candidates[chosen]
    }

    /// The likeliest token, the lowest id among equals.
    private static func likeliest(_ scores: [Float]) -> Int32 {
        var best = 0
        for id in scores.indices where scores[id] > scores[best] { best = id }
        return Int32(best)
    }

    /// The tokens that top-k leaves, likeliest first and by id among equals.
    private func kept(_ scores: [Float]) -> [Int32] {
        func precedes(_ a: Int32, _ b: Int32) -> Bool {
            scores[Int(a)] != scores[Int(b)] ? scores[Int(a)] > scores[Int(b)] : a < b
        }
        let all = (0..<Int32(scores.count))
        guard options.topK > 0, options.topK < scores.count else { return all.sorted(by: precedes) }
        // A bounded insertion: most tokens fail the one comparison with the weakest kept.
        var kept: [Int32] = []
        kept.reserveCapacity(options.topK + 1)
        for id in all {
            if kept.count == options.topK, !precedes(id, kept[kept.count - 1]) { continue }
            var low = 0, high = kept.count
            while low < high {
                let middle = (low + high) / 2
                if precedes(kept[middle], id) { low = middle + 1 } else { high = middle }
            }
            kept.insert(id, at: low)
            if kept.count > options.topK { kept.removeLast() }
        }
        return kept
    }
}
