import NumericCore

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Draws tokens from scores; the order of the filters is that of transformers: temperature, top-k, top-p, min-p.
package struct Sampler {
    let options: SamplingOptions
    private let random: Philox

    package init(_ options: SamplingOptions) {
        self.options = options
        random = Philox(key: options.seed)
    }

    /// A token.
    /// - Parameters:
    ///   - scores: one per entry of the vocabulary, after ``LogitsProcessor``; at least one is finite.
    ///   - stream: of random numbers, one for each candidate.
    ///   - position: how many tokens the candidate has been given already.
    package func next(_ scores: [Float], stream: UInt64, position: Int) -> Int32 {
        scores.withUnsafeBufferPointer { scores in
            let likeliest = Self.likeliest(scores)
            guard options.temperature > 0 else { return likeliest }
            let draw = random.uniform(UInt64(position), stream: stream)
            let largest = Double(scores[Int(likeliest)])
            func weight(_ id: Int32) -> Double { exp((Double(scores[Int(id)]) - largest) / options.temperature) }
            var ids = kept(scores)
            var weights = ids.map(weight)
            if options.topP < 1 {
                let count = nucleus(&ids, &weights)
                ids.removeLast(ids.count - count)
                weights.removeLast(weights.count - count)
            }
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
    }

    /// The likeliest token, the lowest id among equals.
    private static func likeliest(_ scores: UnsafeBufferPointer<Float>) -> Int32 {
        var best = 0
        for id in scores.indices where scores[id] > scores[best] { best = id }
        return Int32(best)
    }

    /// Orders what can belong to the nucleus, likeliest first, and returns how many do.
    private func nucleus(_ ids: inout [Int32], _ weights: inout [Double]) -> Int {
        let total = weights.reduce(0, +)
        // All tokens below this together are less than what may be left out, so none of them is needed.
        let least = (1 - options.topP) * total / Double(weights.count)
        let order = weights.indices.filter { weights[$0] >= least }
            .sorted { weights[$0] != weights[$1] ? weights[$0] > weights[$1] : ids[$0] < ids[$1] }
        ids = order.map { ids[$0] }
        weights = order.map { weights[$0] }
        var sum = 0.0
        for (index, weight) in weights.enumerated() {
            sum += weight
            if sum >= options.topP * total { return index + 1 }
        }
        return weights.count
    }

    /// The tokens that top-k leaves, likeliest first and by id among equals; all of them, by id, without top-k.
    private func kept(_ scores: UnsafeBufferPointer<Float>) -> [Int32] {
        func precedes(_ a: Int32, _ b: Int32) -> Bool {
            scores[Int(a)] != scores[Int(b)] ? scores[Int(a)] > scores[Int(b)] : a < b
        }
        let all = (0..<Int32(scores.count))
        guard options.topK > 0, options.topK < scores.count else { return Array(all) }
        // A bounded insertion: most tokens fail the one comparison with the weakest kept.
        var kept: [Int32] = []
        kept.reserveCapacity(options.topK + 1)
        var weakest = -Float.infinity
        for id in all {
            if kept.count == options.topK, scores[Int(id)] <= weakest { continue }
            var low = 0, high = kept.count
            while low < high {
                let middle = (low + high) / 2
                if precedes(kept[middle], id) { low = middle + 1 } else { high = middle }
            }
            kept.insert(id, at: low)
            if kept.count > options.topK { kept.removeLast() }
            weakest = scores[Int(kept[kept.count - 1])]
        }
        return kept
    }
}
