import NumericCore

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Draws tokens from scores; the order of the filters is that of transformers: temperature, top-k, top-p, min-p.
///
/// It keeps its working memory from one draw to the next, so it belongs to one decoding loop.
package final class Sampler {
    private let options: SamplingOptions
    private let random: Philox
    /// The tokens in the draw, and their weights.
    private var ids: [Int32] = []
    private var weights: [Double] = []

    /// Creates a sampler that draws as `options` say.
    package init(_ options: SamplingOptions) {
        self.options = options
        random = Philox(key: options.seed)
    }

    /// Returns a token.
    /// - Parameters:
    ///   - scores: one per entry of the vocabulary, after ``LogitsProcessor``; at least one is finite.
    ///   - stream: the stream of random numbers, one for each candidate.
    ///   - position: the number of tokens the candidate has been given already.
    package func next(_ scores: UnsafeBufferPointer<Float>, stream: UInt64, position: Int) -> Int32 {
        guard options.temperature > 0 else { return Self.likeliest(scores) }
        let likeliest: Int32
        if options.topK > 0, options.topK < scores.count {
            keepLikeliest(options.topK, of: scores)
            likeliest = ids[0]
        } else {
            likeliest = Self.likeliest(scores)
            ids.removeAll(keepingCapacity: true)
            ids.append(contentsOf: 0..<Int32(scores.count))
        }
        let draw = random.uniform(UInt64(position), stream: stream)
        let (largest, temperature) = (Double(scores[Int(likeliest)]), options.temperature)
        weights.removeAll(keepingCapacity: true)
        for id in ids { weights.append(exp((Double(scores[Int(id)]) - largest) / temperature)) }
        if options.topP < 1 { keepNucleus() }
        // The likeliest has weight 1, so its share of the largest probability is the weight itself.
        if options.minP > 0 {
            for index in weights.indices where weights[index] < options.minP { weights[index] = 0 }
        }
        let target = draw * weights.reduce(0, +)
        var sum = 0.0
        let chosen = weights.firstIndex { weight in
            sum += weight
            return sum > target
        }
        return chosen.map { ids[$0] } ?? likeliest
    }

    /// Returns the likeliest token, the lowest id among equals.
    private static func likeliest(_ scores: UnsafeBufferPointer<Float>) -> Int32 {
        var best = 0
        for id in scores.indices where scores[id] > scores[best] { best = id }
        return Int32(best)
    }

    /// Keeps the tokens of the nucleus, likeliest first.
    private func keepNucleus() {
        let total = weights.reduce(0, +)
        // All tokens below this together are less than what may be left out, so none of them is needed.
        let least = (1 - options.topP) * total / Double(weights.count)
        let order = weights.indices.filter { weights[$0] >= least }
            .sorted { weights[$0] != weights[$1] ? weights[$0] > weights[$1] : ids[$0] < ids[$1] }
        let kept = order.map { (id: ids[$0], weight: weights[$0]) }
        ids.removeAll(keepingCapacity: true)
        weights.removeAll(keepingCapacity: true)
        var sum = 0.0
        for (id, weight) in kept {
            ids.append(id)
            weights.append(weight)
            sum += weight
            if sum >= options.topP * total { return }
        }
    }

    /// Keeps the `count` likeliest tokens, likeliest first and by id among equals.
    private func keepLikeliest(_ count: Int, of scores: UnsafeBufferPointer<Float>) {
        func precedes(_ a: Int32, _ b: Int32) -> Bool {
            scores[Int(a)] != scores[Int(b)] ? scores[Int(a)] > scores[Int(b)] : a < b
        }
        // A bounded insertion: most tokens fail the one comparison with the weakest kept.
        var kept: [Int32] = []
        swap(&kept, &ids)
        kept.removeAll(keepingCapacity: true)
        kept.reserveCapacity(count + 1)
        var weakest = -Float.infinity
        for id in 0..<Int32(scores.count) {
            if scores[Int(id)] <= weakest, kept.count == count { continue }
            var low = 0, high = kept.count
            while low < high {
                let middle = (low + high) / 2
                if precedes(kept[middle], id) { low = middle + 1 } else { high = middle }
            }
            kept.insert(id, at: low)
            if kept.count > count { kept.removeLast() }
            weakest = scores[Int(kept[kept.count - 1])]
        }
        ids = kept
    }
}
