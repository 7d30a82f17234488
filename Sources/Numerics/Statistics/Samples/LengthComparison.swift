import Preconditions

/// A comparison of the lengths of samples with those of real headlines, in any unit: words, tokens, bytes.
public struct LengthComparison: Sendable, Hashable, Codable {
    /// A summary of one set of lengths.
    public struct Summary: Sendable, Hashable, Codable {
        /// The number of lengths.
        public let count: Int
        /// The mean length.
        public let mean: Double
        /// The standard deviation of the set, dividing by its count.
        public let deviation: Double
        /// The 10th, 50th and 90th percentiles, interpolated linearly (numpy's `quantile`).
        public let tenth, median, ninetieth: Double
        /// The extreme lengths.
        public let shortest, longest: Int

        /// Summarizes sorted lengths. Traps if there are none.
        init(_ sorted: [Int]) {
            let size = Double(sorted.count)
            let mean = Double(sorted.reduce(0, +)) / size
            func quantile(_ share: Double) -> Double {
                let place = share * (size - 1)
                let lower = Int(place)
                let upper = min(lower + 1, sorted.count - 1)
                return Double(sorted[lower]) + Double(sorted[upper] - sorted[lower]) * (place - Double(lower))
            }
            count = sorted.count
            self.mean = mean
            deviation = (sorted.reduce(0) { $0 + (Double($1) - mean) * (Double($1) - mean) } / size).squareRoot()
            (tenth, median, ninetieth) = (quantile(0.1), quantile(0.5), quantile(0.9))
            (shortest, longest) = (sorted[0], sorted[sorted.count - 1])
        }
    }

    /// The lengths of samples.
    public let samples: Summary
    /// The lengths of real headlines.
    public let real: Summary
    /// The Kolmogorov–Smirnov statistic: the largest difference between the cumulative distributions. 0 if they are equal, 1 if
    /// they are disjoint.
    public let largestShareDifference: Double
    /// The Wasserstein distance of order 1: the mean change in length that would give samples the distribution of real ones.
    public let distance: Double

    /// Compares lengths. Traps if one of the lists is empty.
    public init(_ samples: [Int], real: [Int]) {
        require(!samples.isEmpty && !real.isEmpty, "LengthComparison: \(samples.count) and \(real.count) lengths")
        let (samples, real) = (samples.sorted(), real.sorted())
        self.samples = Summary(samples)
        self.real = Summary(real)
        let lengths = Set(samples + real).sorted()
        var (largest, distance, ofSamples, ofReal) = (0.0, 0.0, 0, 0)
        for (length, next) in zip(lengths, lengths.dropFirst() + lengths.suffix(1)) {
            while ofSamples < samples.count, samples[ofSamples] <= length { ofSamples += 1 }
            while ofReal < real.count, real[ofReal] <= length { ofReal += 1 }
            let difference =
                (Double(ofSamples) / Double(samples.count) - Double(ofReal) / Double(real.count)).magnitude
            largest = max(largest, difference)
            distance += difference * Double(next - length)
        }
        largestShareDifference = largest
        self.distance = distance
    }
}
