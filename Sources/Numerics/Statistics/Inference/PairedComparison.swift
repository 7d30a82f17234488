#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Two models, A and B, judged on the same headlines.
///
/// Easy headlines are easy for both, so their difference is known far better than the figure of either: every resample
/// draws the same headlines for both (Koehn, "Statistical significance tests for machine translation evaluation", EMNLP
/// 2004). Whether two intervals overlap says nothing of the kind.
public struct PairedComparison: Sendable, Hashable, Codable {
    /// What the data allow to say.
    public enum Verdict: String, Sendable, Hashable, Codable {
        case aIsBetter
        case bIsBetter
        case undecided

        /// "B is better", "A is better" or "this data cannot tell them apart", with the names of the models.
        public func sentence(a: String = "A", b: String = "B") -> String {
            switch self {
            case .aIsBetter: "\(a) is better"
            case .bIsBetter: "\(b) is better"
            case .undecided: "this data cannot tell them apart"
            }
        }
    }

    /// The figure of each.
    public let a: Double
    public let b: Double
    /// The figure of B minus that of A.
    public let difference: BootstrapInterval
    /// True for accuracy, false for perplexity.
    public let isLargerBetter: Bool

    /// Fewer headlines decide nothing: that five of five speak for the same model has a probability of 2 · 2⁻⁵ = 6 %
    /// where both are equally good (the sign test).
    static let minimumHeadlines = 6

    /// The better model where the interval of the difference leaves out 0; at its end counts as inside.
    public var verdict: Verdict {
        guard difference.count >= Self.minimumHeadlines, !difference.contains(0) else { return .undecided }
        return (difference.lower > 0) == isLargerBetter ? .bIsBetter : .aIsBetter
    }

    /// Compares means of one number for each headline. Traps when there are none or counts differ.
    public init(meanOf a: [Double], _ b: [Double], isLargerBetter: Bool, _ bootstrap: Bootstrap) {
        precondition(a.count == b.count, "PairedComparison: \(a.count) and \(b.count) headlines")
        difference = bootstrap.mean(of: zip(a, b).map { $1 - $0 })
        self.a = a.reduce(0, +) / Double(a.count)
        self.b = b.reduce(0, +) / Double(b.count)
        self.isLargerBetter = isLargerBetter
    }

    /// Compares sums over sums, such as bits over bytes. Traps when there are no headlines, counts differ, or unless all
    /// denominators are positive.
    public init(
        ratioOf a: [Double], _ b: [Double], to denominators: [Double], isLargerBetter: Bool, _ bootstrap: Bootstrap
    ) {
        precondition(
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
    ///   - a: The nats that each headline costs A.
    ///   - b: The nats that it costs B.
    ///   - units: What is counted in each headline. Tokens, where both models have the same tokenizer; otherwise words or
    ///     bytes, or the perplexities mean different things.
    ///
    /// Traps when there are no headlines, counts differ, or unless all units are positive.
    public init(perplexityOf a: [Double], _ b: [Double], per units: [Int], _ bootstrap: Bootstrap) {
        precondition(
            a.count == b.count && a.count == units.count && units.allSatisfy { $0 > 0 },
            "PairedComparison: \(a.count) and \(b.count) headlines, \(units.count) positive counts")
        let counts = units.map(Double.init)
        difference = bootstrap.figure(ofSums: [a, b, counts]) { exp($0[1] / $0[2]) - exp($0[0] / $0[2]) }
        let total = counts.reduce(0, +)
        self.a = exp(a.reduce(0, +) / total)
        self.b = exp(b.reduce(0, +) / total)
        isLargerBetter = false
    }

    /// Compares a figure of confusion matrices that is larger for better classifiers, such as `\.accuracy` or `\.macroF1`.
    /// Traps when the labels differ.
    public init(
        _ a: ClassPredictions, _ b: ClassPredictions, _ bootstrap: Bootstrap, figure: (ConfusionMatrix) -> Double
    ) {
        difference = bootstrap.figure(of: [a, b]) { figure($0[1]) - figure($0[0]) }
        self.a = figure(ConfusionMatrix(a))
        self.b = figure(ConfusionMatrix(b))
        isLargerBetter = true
    }
}
