import Preconditions

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Returns the self-BLEU of samples: the mean over samples of the BLEU-4 of one with all others as its references (Zhu
/// et al., "Texygen: a benchmarking platform for text generation models", SIGIR 2018). 1 if all are the same, near 0 if
/// they share no four words; it rises as samples are added, so compare equal numbers of samples.
///
/// BLEU is that of Papineni et al., "BLEU: a method for automatic evaluation of machine translation", ACL 2002, with equal
/// weights and the closest length of a reference (of two equally close the shorter). Single headlines often have no
/// four words in common with any other, so a count of 0 becomes 0.1 (Chen and Cherry, "A systematic comparison of smoothing
/// techniques for sentence-level BLEU", WMT 2014, method 1), except for single words, where it makes the whole 0; a sample too
/// short for a run of words counts as having one that is not found. The same as nltk's `sentence_bleu` with
/// `SmoothingFunction().method1`.
///
/// Traps unless there are two samples. Takes time in proportion to all words, not to pairs of samples.
func selfBLEU(_ samples: [[Int32]]) -> Double {
    require(samples.count > 1, "selfBLEU: \(samples.count) samples")
    var logarithms = [Double](repeating: 0, count: samples.count)
    for length in 1...maximumBLEUOrder {
        let (counts, largest) = runCounts(samples, length: length)
        for (index, counts) in counts.enumerated() {
            let found = counts.reduce(0) { $0 + min($1.value, largest[$1.key]?.besides(index) ?? 0) }
            let all = max(samples[index].count - length + 1, 1)
            let numerator = found > 0 ? Double(found) : length > 1 ? minimumCount : 0
            logarithms[index] += log(numerator / Double(all)) / Double(maximumBLEUOrder)
        }
    }
    let lengths = samples.reduce(into: [Int: Int]()) { $0[$1.count, default: 0] += 1 }
    let scores = samples.indices.map { index in
        let length = samples[index].count
        let reference = closestLength(to: length, among: lengths)
        let brevity = length > reference ? 0 : 1 - Double(reference) / Double(max(length, 1))
        return exp(logarithms[index] + brevity)
    }
    return scores.reduce(0, +) / Double(samples.count)
}

private let maximumBLEUOrder = 4
private let minimumCount = 0.1

/// The two largest counts of a run in single samples, and which sample the largest is from.
private struct LargestCounts {
    private var (first, second, owner) = (0, 0, -1)

    mutating func add(_ count: Int, of sample: Int) {
        if count > first {
            (first, second, owner) = (count, first, sample)
        } else {
            second = max(second, count)
        }
    }

    /// Returns the largest count in another sample.
    func besides(_ sample: Int) -> Int { sample == owner ? second : first }
}

private typealias Run = ArraySlice<Int32>

/// Returns the count of each run in each sample, and the largest of its counts.
private func runCounts(_ samples: [[Int32]], length: Int) -> (counts: [[Run: Int]], largest: [Run: LargestCounts]) {
    let counts = samples.map { sample in
        sample.runs(length).reduce(into: [Run: Int]()) { $0[$1, default: 0] += 1 }
    }
    var largest: [Run: LargestCounts] = [:]
    for (sample, counts) in counts.enumerated() {
        for (run, count) in counts { largest[run, default: LargestCounts()].add(count, of: sample) }
    }
    return (counts, largest)
}

/// Returns the length closest to that of a sample among those of all others.
private func closestLength(to length: Int, among lengths: [Int: Int]) -> Int {
    let others = lengths.filter { $0.key != length || $0.value > 1 }.keys
    return others.min { (($0 - length).magnitude, $0) < (($1 - length).magnitude, $1) } ?? length
}
