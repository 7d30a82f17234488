/// How the lengths of samples compare with those of real headlines, in whatever they were counted: words, tokens, bytes.
public struct LengthComparison: Sendable, Hashable, Codable {
    /// One set of lengths.
    public struct Summary: Sendable, Hashable, Codable {
        public let count: Int
        public let mean: Double
        /// The standard deviation of the set, with its count below the line.
        public let deviation: Double
        /// The lengths that a tenth, a half and nine tenths lie below, between neighbours in proportion (numpy's
        /// `quantile`).
        public let tenth, median, ninetieth: Double
        public let shortest, longest: Int

        /// Traps when there are none.
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

    public let samples: Summary
    public let real: Summary
    /// The largest difference, at any length, between the share of samples and the share of real headlines that are no
    /// longer: the statistic of Kolmogorov and Smirnov. 0 for equal distributions, 1 for disjoint ones.
    public let largestShareDifference: Double
    /// By how much samples would have to be lengthened or shortened on average to be distributed as real ones: the
    /// Wasserstein distance of order 1.
    public let distance: Double

    /// Compares lengths. Traps when one of the lists is empty.
    public init(_ samples: [Int], real: [Int]) {
        precondition(!samples.isEmpty && !real.isEmpty, "LengthComparison: \(samples.count) and \(real.count) lengths")
        let (samples, real) = (samples.sorted(), real.sorted())
        self.samples = Summary(samples)
        self.real = Summary(real)
        let borders = Set(samples + real).sorted()
        var (largest, distance, ofSamples, ofReal) = (0.0, 0.0, 0, 0)
        for (border, next) in zip(borders, borders.dropFirst() + borders.suffix(1)) {
            while ofSamples < samples.count, samples[ofSamples] <= border { ofSamples += 1 }
            while ofReal < real.count, real[ofReal] <= border { ofReal += 1 }
            let difference =
                (Double(ofSamples) / Double(samples.count) - Double(ofReal) / Double(real.count)).magnitude
            largest = max(largest, difference)
            distance += difference * Double(next - border)
        }
        largestShareDifference = largest
        self.distance = distance
    }
}
