import Preconditions

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// A comparison of two models, A and B, on the same headlines.
///
/// Easy headlines are easy for both models, so their difference is known far more precisely than the value of either: every
/// resample draws the same headlines for both (Koehn, "Statistical significance tests for machine translation evaluation", EMNLP
/// 2004). Overlapping intervals of the two values say nothing about it.
public struct PairedComparison: Sendable, Hashable, Codable {
    /// The conclusion that the data allows.
    public enum Outcome: String, Sendable, Hashable, Codable {
        /// A is better.
        case aIsBetter
        /// B is better.
        case bIsBetter
        /// The data cannot tell them apart.
        case undecided

        /// Returns "A is better", "B is better" or "this data cannot tell them apart", with the names of the models.
        public func sentence(a: String = "A", b: String = "B") -> String {
            switch self {
            case .aIsBetter: "\(a) is better"
            case .bIsBetter: "\(b) is better"
            case .undecided: "this data cannot tell them apart"
            }
        }
    }

    /// The value of A.
    public let a: Double
    /// The value of B.
    public let b: Double
    /// B minus A.
    public let difference: BootstrapInterval
    /// True for accuracy, false for perplexity.
    public let isLargerBetter: Bool

    /// The fewest headlines that can decide: that five of five favor the same model has a probability of 2 · 2⁻⁵ = 6 % even if
    /// both are equally good (the sign test).
    static let minimumHeadlines = 6

    /// The better model if the interval of the difference excludes 0; an end at 0 counts as inside.
    public var outcome: Outcome {
        guard difference.count >= Self.minimumHeadlines, !difference.contains(0) else { return .undecided }
        return (difference.lower > 0) == isLargerBetter ? .bIsBetter : .aIsBetter
    }

    /// Compares means of one number for each headline. Traps if there are none or counts differ.
    public init(meanOf a: [Double], _ b: [Double], isLargerBetter: Bool, _ bootstrap: Bootstrap) {
        require(a.count == b.count, "PairedComparison: \(a.count) and \(b.count) headlines")
        difference = bootstrap.mean(of: zip(a, b).map { $1 - $0 })
        self.a = a.reduce(0, +) / Double(a.count)
        self.b = b.reduce(0, +) / Double(b.count)
        self.isLargerBetter = isLargerBetter
    }

    /// Compares ratios of sums, such as bits per byte. Traps if there are no headlines, if counts differ, or unless all
    /// denominators are positive.
    public init(
        ratioOf a: [Double], _ b: [Double], to denominators: [Double], isLargerBetter: Bool, _ bootstrap: Bootstrap
    ) {
        require(
            a.count == b.count && a.count == denominators.count && denominators.allSatisfy { $0 > 0 },
            "PairedComparison: \(a.count) and \(b.count) headlines, \(denominators.count) positive counts")
        difference = bootstrap.figure(ofSums: [a, b, denominators]) { ($0[1] - $0[0]) / $0[2] }
        let total = denominators.reduce(0, +)
        self.a = a.reduce(0, +) / total
        self.b = b.reduce(0, +) / total
        self.isLargerBetter = isLargerBetter
    }

    /// Compares perplexities, exp(Σ nats / Σ units), from the nats of each headline.
    ///
    /// - Parameters:
    ///   - a: The nats of each headline under A.
    ///   - b: The nats of each headline under B.
    ///   - units: The number of units in each headline: tokens if both models have the same tokenizer, otherwise words or bytes,
    ///     or the perplexities are not comparable.
    ///
    /// Traps if there are no headlines, counts differ, or unless all units are positive.
    public init(perplexityOf a: [Double], _ b: [Double], per units: [Int], _ bootstrap: Bootstrap) {
        require(
            a.count == b.count && a.count == units.count && units.allSatisfy { $0 > 0 },
            "PairedComparison: \(a.count) and \(b.count) headlines, \(units.count) positive counts")
        let counts = units.map(Double.init)
        difference = bootstrap.figure(ofSums: [a, b, counts]) { exp($0[1] / $0[2]) - exp($0[0] / $0[2]) }
        let total = counts.reduce(0, +)
        self.a = exp(a.reduce(0, +) / total)
        self.b = exp(b.reduce(0, +) / total)
        isLargerBetter = false
    }

    /// Compares a statistic of confusion matrices that is larger for better classifiers, such as `\.accuracy` or `\.macroF1`.
    /// Traps if the labels differ.
    public init(
        _ a: ClassPredictions, _ b: ClassPredictions, _ bootstrap: Bootstrap, figure: (ConfusionMatrix) -> Double
    ) {
        difference = bootstrap.figure(of: [a, b]) { figure($0[1]) - figure($0[0]) }
        self.a = figure(ConfusionMatrix(a))
        self.b = figure(ConfusionMatrix(b))
        isLargerBetter = true
    }
}
