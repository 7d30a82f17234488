import Preconditions

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// McNemar's test: do two classifiers on the same rows differ in accuracy by more than chance? It uses only the rows that one
/// classifier has right and the other wrong (McNemar, "Note on the sampling error of the difference between correlated
/// proportions or percentages", Psychometrika 12, 1947).
public struct McNemarTest: Sendable, Hashable, Codable {
    /// The distribution that gives the probability.
    public enum Method: String, Sendable, Hashable, Codable {
        /// The binomial distribution: exact, for few rows.
        case exactBinomial
        /// The χ² distribution with one degree of freedom of (|difference| − 1)² / rows, the 1 being Edwards's correction
        /// for continuity ("Note on the correction for continuity in testing the significance of the difference between
        /// correlated proportions", Psychometrika 13, 1948).
        case chiSquare
    }

    /// The number of rows that only the first classifier has right.
    public let onlyFirst: Int
    /// The number of rows that only the second classifier has right.
    public let onlySecond: Int
    /// The distribution that gave `probability`.
    public let method: Method
    /// The two-sided probability of a difference at least this large between equally good classifiers; 1 if both are right on the
    /// same rows.
    public let probability: Double

    /// The number of rows that only one classifier has right from which the χ² distribution is used, as is usual.
    public static let chiSquareCount = 25

    /// Tests counts. Traps if one is negative.
    public init(onlyFirst: Int, onlySecond: Int) {
        require(onlyFirst >= 0 && onlySecond >= 0, "McNemarTest: counts \(onlyFirst) and \(onlySecond)")
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

    /// Counts rows and tests the counts. Traps unless both have the same labels.
    public init(_ first: ClassPredictions, _ second: ClassPredictions) {
        require(first.labels == second.labels, "McNemarTest: classifiers on different rows")
        var (onlyFirst, onlySecond) = (0, 0)
        for (row, label) in first.labels.enumerated() {
            let (isFirstRight, isSecondRight) = (first.predicted[row] == label, second.predicted[row] == label)
            onlyFirst += isFirstRight && !isSecondRight ? 1 : 0
            onlySecond += isSecondRight && !isFirstRight ? 1 : 0
        }
        self.init(onlyFirst: onlyFirst, onlySecond: onlySecond)
    }

    /// Returns twice the probability of at most `smaller` heads of `count` coins, at most 1.
    private static func twoSided(_ smaller: Int, of count: Int) -> Double {
        var (term, sum) = (pow(0.5, Double(count)), 0.0)
        for heads in 0...smaller {
            sum += term
            term *= Double(count - heads) / Double(heads + 1)
        }
        return min(2 * sum, 1)
    }
}
