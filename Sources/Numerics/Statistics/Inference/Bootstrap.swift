import Preconditions
import Randomness

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Intervals for any statistic of a set of items, by resampling the items with replacement (Efron and Tibshirani, "An introduction
/// to the bootstrap", 1993). The items are headlines: the tokens of one headline are not independent, and intervals over tokens
/// are far too narrow.
///
/// Intervals are bias-corrected and accelerated (section 14.3 there), which keeps their coverage for skewed statistics, such as
/// perplexities and accuracies near 1, and in any unit. Normal quantiles are widened to
/// √(n / (n − 1)) times Student's (Hesterberg, "What teachers should know about the bootstrap", The American Statistician
/// 69, 2015, section 5.3), without which intervals from few items are too narrow.
public struct Bootstrap: Sendable, Hashable, Codable {
    /// The seed; the same seed gives the same interval on every machine.
    public let seed: UInt64
    /// The number of resamples. With 2,000, an end of the interval has a standard error of 3 % of its distance from the
    /// estimate.
    public let resamples: Int
    /// The probability with which intervals should contain the true value.
    public let level: Double

    /// Creates a bootstrap. Traps unless there are at least 100 resamples and the level lies between 0 and 1.
    public init(seed: UInt64, resamples: Int = 2_000, level: Double = 0.95) {
        require(resamples >= 100 && level > 0 && level < 1, "Bootstrap: \(resamples) resamples, level \(level)")
        self.seed = seed
        self.resamples = resamples
        self.level = level
    }

    // MARK: Statistics

    /// Returns the mean of one number for each item. Traps if there are none.
    public func mean(of values: [Double]) -> BootstrapInterval {
        ratio(of: values, to: [Double](repeating: 1, count: values.count))
    }

    /// Returns the share of items for which something holds. Traps if there are none.
    ///
    /// Nothing is resampled: the interval is Wilson's ("Probable inference, the law of succession, and
    /// statistical inference", Journal of the American Statistical Association 22, 1927; recommended by Brown, Cai and
    /// DasGupta, "Interval estimation for a binomial proportion", Statistical Science 16, 2001). It has a width even if
    /// something holds for all items, or for none, where every resample is the same.
    public func share(of isTrue: [Bool]) -> BootstrapInterval {
        require(!isTrue.isEmpty, "Bootstrap.share: no items")
        let count = Double(isTrue.count)
        let share = Double(isTrue.count(where: \.self)) / count
        guard isTrue.count > 1 else {
            return BootstrapInterval(estimate: share, lower: share, upper: share, level: level, count: 1)
        }
        let quantile = NormalDistribution.quantile((1 + level) / 2)
        let square = quantile * quantile
        let scale = 1 + square / count
        let middle = (share + square / (2 * count)) / scale
        let half = quantile / scale * (share * (1 - share) / count + square / (4 * count * count)).squareRoot()
        // Rounding must not move an end past the share.
        return BootstrapInterval(
            estimate: share, lower: min(max(middle - half, 0), share), upper: max(min(middle + half, 1), share),
            level: level, count: isTrue.count)
    }

    /// Returns the ratio of two sums over the items, such as nats to tokens. Traps if there are no items, if counts differ, or
    /// unless all `denominators` are positive.
    public func ratio(of numerators: [Double], to denominators: [Double]) -> BootstrapInterval {
        require(
            denominators.allSatisfy { $0 > 0 }, "Bootstrap.ratio: a denominator that is not positive")
        return figure(ofSums: [numerators, denominators]) { $0[0] / $0[1] }
    }

    /// Returns exp(Σ nats / Σ tokens), from the nats and tokens of each headline. Traps as `ratio` does.
    public func perplexity(nats: [Double], tokens: [Int]) -> BootstrapInterval {
        ratio(of: nats, to: tokens.map(Double.init)).mapped { exp($0) }
    }

    /// Returns a statistic that depends only on sums over the items.
    ///
    /// - Parameters:
    ///   - columns: One list for each sum, with a number for each item.
    ///   - figure: Calculates the statistic from the sums, in the same order.
    ///
    /// Traps if there are no items, if counts differ, or if the statistic of a resample is not finite.
    public func figure(ofSums columns: [[Double]], _ figure: ([Double]) -> Double) -> BootstrapInterval {
        let count = columns.first?.count ?? 0
        require(columns.allSatisfy { $0.count == count }, "Bootstrap: columns of different lengths")
        let width = columns.count
        let rows = (0..<count).flatMap { row in columns.map { $0[row] } }
        let totals = columns.map { $0.reduce(0, +) }
        var sums = totals
        return interval(count: count, estimate: figure(totals)) { draw in
            for column in 0..<width { sums[column] = 0 }
            rows.withUnsafeBufferPointer { rows in
                sums.withUnsafeMutableBufferPointer { sums in
                    for _ in 0..<count {
                        let first = draw() * width
                        for column in 0..<width { sums[column] += rows[first + column] }
                    }
                }
            }
            return figure(sums)
        } leavingOut: {
            (0..<count).map { row in (figure(totals.indices.map { totals[$0] - rows[row * width + $0] }), 1) }
        }
    }

    /// Returns a statistic of a confusion matrix, such as `\.macroF1`.
    public func figure(
        of predictions: ClassPredictions, _ figure: (ConfusionMatrix) -> Double
    ) -> BootstrapInterval {
        self.figure(of: [predictions]) { figure($0[0]) }
    }

    /// Returns a statistic of the confusion matrices of several classifiers; each resample draws the same rows for all. Traps if
    /// their labels differ.
    func figure(of classifiers: [ClassPredictions], _ figure: ([ConfusionMatrix]) -> Double) -> BootstrapInterval {
        let (labels, classCount) = (classifiers[0].labels, classifiers[0].classCount)
        require(
            classifiers.allSatisfy { $0.labels == labels && $0.classCount == classCount },
            "Bootstrap: classifiers on different rows")
        let cells = classifiers.map { zip($0.labels, $0.predicted).map { $0 * classCount + $1 } }
        let empty = [[Int]](repeating: [Int](repeating: 0, count: classCount * classCount), count: cells.count)
        func judged(_ counts: [[Int]]) -> Double {
            figure(counts.map { ConfusionMatrix(classCount: classCount, counts: $0) })
        }
        var all = empty
        for (place, cells) in cells.enumerated() { for cell in cells { all[place][cell] += 1 } }
        return interval(count: labels.count, estimate: judged(all)) { draw in
            var counts = empty
            for _ in labels.indices {
                let row = draw()
                for place in cells.indices { counts[place][cells[place][row]] += 1 }
            }
            return judged(counts)
        } leavingOut: {
            // Rows in the same cells give the same statistic when left out.
            let kinds = Dictionary(labels.indices.map { row in (cells.map { $0[row] }, 1) }, uniquingKeysWith: +)
            return kinds.sorted { $0.key.lexicographicallyPrecedes($1.key) }.map { kind, count in
                var counts = all
                for (place, cell) in kind.enumerated() { counts[place][cell] -= 1 }
                return (judged(counts), count)
            }
        }
    }

    /// Returns any statistic of the items: `statistic` gets indices in no particular order, some of them several times. It is
    /// called once for each resample and once for each item; for sums and confusion matrices the other functions are faster.
    /// Traps if there are no items or a value is not finite.
    public func figure(ofItems count: Int, _ statistic: ([Int]) -> Double) -> BootstrapInterval {
        interval(count: count, estimate: statistic(Array(0..<count))) { draw in
            statistic((0..<count).map { _ in draw() })
        } leavingOut: {
            (0..<count).map { left in (statistic((0..<count).filter { $0 != left }), 1) }
        }
    }

    // MARK: The interval

    /// Returns the interval of a statistic.
    ///
    /// - Parameters:
    ///   - count: The number of items.
    ///   - estimate: The statistic of all items.
    ///   - resampled: Calculates the statistic of the items that its argument draws.
    ///   - leavingOut: The statistics without one item, each with the number of items that give it.
    private func interval(
        count: Int, estimate: Double, resampled: (_ draw: () -> Int) -> Double,
        leavingOut: () -> [(figure: Double, count: Int)]
    ) -> BootstrapInterval {
        require(count > 0, "Bootstrap: no items")
        func interval(_ lower: Double, _ upper: Double) -> BootstrapInterval {
            BootstrapInterval(estimate: estimate, lower: lower, upper: upper, level: level, count: count)
        }
        guard count > 1 else { return interval(estimate, estimate) }
        var generator = SplitMix64(seed: seed)
        var figures = (0..<resamples).map { _ in resampled { generator.below(count) } }
        require(figures.allSatisfy(\.isFinite), "Bootstrap: the statistic of a resample is not finite")
        figures.sort()
        guard let least = figures.first, let most = figures.last, least < most else {
            return interval(estimate, estimate)
        }
        let below = figures.reduce(0.0) { $0 + ($1 < estimate ? 1 : $1 == estimate ? 0.5 : 0) }
        let margin = 0.5 / Double(resamples)
        let bias = NormalDistribution.quantile(min(max(below / Double(resamples), margin), 1 - margin))
        let acceleration = Self.acceleration(leavingOut())
        let half = Double(count) / Double(count - 1)
        let widened = half.squareRoot() * studentQuantile((1 + level) / 2, degreesOfFreedom: count - 1)
        func end(_ quantile: Double) -> Double {
            let shifted = bias + quantile
            let scale = 1 - acceleration * shifted
            // Where the correction is unbounded, it points beyond every resample.
            let corrected = scale > 0 ? bias + shifted / scale : shifted > 0 ? .infinity : -.infinity
            return Self.quantile(figures, NormalDistribution.cumulative(corrected))
        }
        return interval(end(-widened), end(widened))
    }

    /// Returns a sixth of the skewness of the items' effects on the statistic (Efron and Tibshirani, eq. 14.15).
    private static func acceleration(_ figures: [(figure: Double, count: Int)]) -> Double {
        let count = figures.reduce(0) { $0 + $1.count }
        let mean = figures.reduce(0) { $0 + $1.figure * Double($1.count) } / Double(count)
        var (squares, cubes) = (0.0, 0.0)
        for (figure, count) in figures {
            let effect = mean - figure
            squares += effect * effect * Double(count)
            cubes += effect * effect * effect * Double(count)
        }
        return squares > 0 ? cubes / (6 * squares * squares.squareRoot()) : 0
    }

    /// Returns the p-quantile of sorted numbers, interpolated linearly.
    private static func quantile(_ sorted: [Double], _ p: Double) -> Double {
        let place = min(max(p * Double(sorted.count + 1) - 1, 0), Double(sorted.count - 1))
        let index = min(Int(place), sorted.count - 2)
        return sorted[index] + (sorted[index + 1] - sorted[index]) * (place - Double(index))
    }
}
