import Preconditions

/// Statistics of generated headlines that need no reader: variety, repetition and length.
///
/// Words are separated by white space and compared in lower case. For none of these statistics is larger or smaller better as
/// such: compare them with those of equally many real headlines.
public struct SampleStatistics: Sendable, Hashable, Codable {
    /// The number of samples.
    public let count: Int
    /// The shares of distinct words, word pairs and word triples among all of the samples: distinct-1, -2 and -3 of Li et al., "A diversity-promoting objective function for neural conversation models", NAACL 2016. They fall
    /// as samples are added, so compare equal numbers of samples.
    public let distinct: [Double]
    /// The self-BLEU of the samples; `nil` for a single one.
    public let selfBLEU: Double?
    /// The shares of words, pairs and triples of a sample that occurred in it before, averaged over the samples that have any: seq-rep-n of Welleck et al., "Neural text generation with unlikelihood training", ICLR 2020.
    public let repetition: [Double]
    /// The lengths of samples and real headlines in words.
    public let lengths: LengthComparison
    /// The share of samples that equal an earlier sample.
    public let duplicateShare: Double

    /// The longest run of words that `distinct` and `repetition` count.
    public static let longestRun = 3

    /// Calculates the statistics.
    ///
    /// - Parameters:
    ///   - samples: The generated headlines. Traps if there are none.
    ///   - real: All real headlines. Traps if there are none.
    public init(samples: [String], real: [String]) {
        require(
            !samples.isEmpty && !real.isEmpty, "SampleStatistics: \(samples.count) samples, \(real.count) real")
        let words = numberedWords(of: samples)
        count = samples.count
        distinct = (1...Self.longestRun).map { Self.distinct(words, length: $0) }
        repetition = (1...Self.longestRun).map { Self.repetition(words, length: $0) }
        selfBLEU = samples.count > 1 ? Statistics.selfBLEU(words) : nil
        lengths = LengthComparison(words.map(\.count), real: numberedWords(of: real).map(\.count))
        duplicateShare = Double(samples.count - Set(samples).count) / Double(samples.count)
    }

    private static func distinct(_ words: [[Int32]], length: Int) -> Double {
        var (all, different) = (0, Set<ArraySlice<Int32>>())
        for sample in words {
            for run in sample.runs(length) {
                all += 1
                different.insert(run)
            }
        }
        return all > 0 ? Double(different.count) / Double(all) : 0
    }

    private static func repetition(_ words: [[Int32]], length: Int) -> Double {
        let shares = words.map { $0.runs(length) }.filter { !$0.isEmpty }.map { runs in
            1 - Double(Set(runs).count) / Double(runs.count)
        }
        return shares.isEmpty ? 0 : shares.reduce(0, +) / Double(shares.count)
    }
}

/// Returns the words of each text as numbers, equal for equal words.
func numberedWords(of texts: [String]) -> [[Int32]] {
    var numbers: [String: Int32] = [:]
    return texts.map { text in
        text.lowercased().unicodeScalars.split { $0.properties.isWhitespace }.map(String.init).map { word in
            let number = numbers[word] ?? Int32(numbers.count)
            numbers[word] = number
            return number
        }
    }
}

extension [Int32] {
    /// Returns all runs of `length` neighbors.
    func runs(_ length: Int) -> [ArraySlice<Int32>] {
        count < length ? [] : (0...count - length).map { self[$0..<$0 + length] }
    }
}
