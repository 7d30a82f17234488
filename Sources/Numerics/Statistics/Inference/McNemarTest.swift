#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Whether two classifiers on the same rows differ in how often they are right by more than chance: only rows that one has
/// right and the other wrong can tell (McNemar, "Note on the sampling error of the difference between correlated
/// proportions or percentages", Psychometrika 12, 1947).
public struct McNemarTest: Sendable, Hashable, Codable {
    /// How the probability was found.
    public enum Method: String, Sendable, Hashable, Codable {
        /// The binomial distribution: exact, for few rows.
        case exactBinomial
        /// The χ² distribution with one degree of freedom of (|difference| − 1)² / rows, the 1 being Edwards's correction
        /// for continuity ("Note on the correction for continuity in testing the significance of the difference between
        /// correlated proportions", Psychometrika 13, 1948).
        case chiSquare
    }

    /// Rows that only the first classifier has right.
    public let onlyFirst: Int
    /// Rows that only the second has right.
    public let onlySecond: Int
    public let method: Method
    /// The probability of as large a difference or a larger one, either way, between classifiers that are equally good;
    /// 1 when both are right on the same rows.
    public let probability: Double

    /// From this many rows on that only one classifier has right, the χ² distribution stands in for the exact one, as is
    /// usual.
    public static let chiSquareCount = 25

    /// Judges counts. Traps when one is negative.
    public init(onlyFirst: Int, onlySecond: Int) {
        precondition(onlyFirst >= 0 && onlySecond >= 0, "McNemarTest: counts \(onlyFirst) and \(onlySecond)")
        self.onlyFirst = onlyFirst
        self.onlySecond = onlySecond
        let rows = onlyFirst + onlySecond
        guard rows >= Self.chiSquareCount else {
            method = .exactBinomial
            probability = Self.twoSided(min(onlyFirst, onlySecond), of: rows)
            return
        }
        method = .chiSquare
        // Equal counts have no difference that a correction could make smaller.
        let difference = Double(max((onlyFirst - onlySecond).magnitude, 1) - 1)
        probability = erfc((difference * difference / Double(rows) / 2).squareRoot())
    }

    /// Counts and judges. Traps unless both have the same labels.
    public init(_ first: ClassPredictions, _ second: ClassPredictions) {
        precondition(first.labels == second.labels, "McNemarTest: classifiers on different rows")
        var (onlyFirst, onlySecond) = (0, 0)
        for (row, label) in first.labels.enumerated() {
            let (isFirstRight, isSecondRight) = (first.predicted[row] == label, second.predicted[row] == label)
            onlyFirst += isFirstRight && !isSecondRight ? 1 : 0
            onlySecond += isSecondRight && !isFirstRight ? 1 : 0
        }
        self.init(onlyFirst: onlyFirst, onlySecond: onlySecond)
    }

    /// Twice the probability of at most `smaller` heads of `count` coins, at most 1.
    private static func twoSided(_ smaller: Int, of count: Int) -> Double {
        var (term, sum) = (pow(0.5, Double(count)), 0.0)
        for heads in 0...smaller {
            sum += term
            term *= Double(count - heads) / Double(heads + 1)
        }
        return min(2 * sum, 1)
    }
}
