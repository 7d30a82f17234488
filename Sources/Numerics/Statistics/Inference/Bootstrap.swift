import Randomness

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Intervals for any figure of a set of items, by drawing as many items again and again with replacement (Efron and
/// Tibshirani, "An introduction to the bootstrap", 1993). The items are headlines: the tokens of one headline are no
/// independent evidence, and intervals over tokens are far too narrow.
///
/// Ends are those of the bias-corrected and accelerated interval (there, section 14.3), which keeps its promise for skewed
/// figures too, such as perplexities and accuracies near 1, and which does not depend on the units. Its normal quantiles are widened to
/// √(n / (n − 1)) times Student's (Hesterberg, "What teachers should know about the bootstrap", The American Statistician
/// 69, 2015, section 5.3), without which intervals from few items are too narrow.
public struct Bootstrap: Sendable, Hashable, Codable {
    /// The same seed gives the same interval, on every machine.
    public let seed: UInt64
    /// How many times items are drawn. With 2,000 an end of the interval has a standard error of 3 % of its distance from
    /// the estimate.
    public let resamples: Int
    /// How often intervals are to hold the true value.
    public let level: Double

    /// Traps unless there are 100 resamples at least and the level lies between 0 and 1.
    public init(seed: UInt64, resamples: Int = 2_000, level: Double = 0.95) {
        precondition(resamples >= 100 && level > 0 && level < 1, "Bootstrap: \(resamples) resamples, level \(level)")
        self.seed = seed
        self.resamples = resamples
        self.level = level
    }

    // MARK: Figures

    /// The mean of numbers, one for each item. Traps when there are none.
    public func mean(of values: [Double]) -> BootstrapInterval {
        ratio(of: values, to: [Double](repeating: 1, count: values.count))
    }

    /// The share of items for which something holds. Traps when there are none.
    ///
    /// Nothing is drawn: a share has an interval of its own, Wilson's ("Probable inference, the law of succession, and
    /// statistical inference", Journal of the American Statistical Association 22, 1927; recommended by Brown, Cai and
    /// DasGupta, "Interval estimation for a binomial proportion", Statistical Science 16, 2001). It has a width where
    /// something holds for all items, or for none, and every resample says the same.
    public func share(of isTrue: [Bool]) -> BootstrapInterval {
        precondition(!isTrue.isEmpty, "Bootstrap.share: no items")
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
        // Rounding must not push an end past the share.
        return BootstrapInterval(
            estimate: share, lower: min(max(middle - half, 0), share), upper: max(min(middle + half, 1), share),
            level: level, count: isTrue.count)
    }

    /// The sum of one number of each item over the sum of another: nats to tokens. Traps when there are no items, when
    /// counts differ, or unless all of `denominators` are positive.
    public func ratio(of numerators: [Double], to denominators: [Double]) -> BootstrapInterval {
        precondition(
            denominators.allSatisfy { $0 > 0 }, "Bootstrap.ratio: a denominator that is not positive")
        return figure(ofSums: [numerators, denominators]) { $0[0] / $0[1] }
    }

    /// exp(Σ nats / Σ tokens), from the nats and the tokens of each headline. Traps as `ratio` does.
    public func perplexity(nats: [Double], tokens: [Int]) -> BootstrapInterval {
        ratio(of: nats, to: tokens.map(Double.init)).mapped { exp($0) }
    }

    /// A figure that depends only on sums over the items.
    ///
    /// - Parameters:
    ///   - columns: One list for each sum, with a number for each item.
    ///   - figure: The figure from the sums, in the same order.
    ///
    /// Traps when there are no items, when counts differ, or when the figure of a resample is not finite.
    public func figure(ofSums columns: [[Double]], _ figure: ([Double]) -> Double) -> BootstrapInterval {
        let count = columns.first?.count ?? 0
        precondition(columns.allSatisfy { $0.count == count }, "Bootstrap: columns of different lengths")
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

    /// A figure of a confusion matrix, such as `\.macroF1`.
    public func figure(
        of predictions: ClassPredictions, _ figure: (ConfusionMatrix) -> Double
    ) -> BootstrapInterval {
        self.figure(of: [predictions]) { figure($0[0]) }
    }

    /// A figure of the confusion matrices of several classifiers on the same rows: each resample draws the same rows for
    /// all. Traps when their labels differ.
    func figure(of classifiers: [ClassPredictions], _ figure: ([ConfusionMatrix]) -> Double) -> BootstrapInterval {
        let (labels, classCount) = (classifiers[0].labels, classifiers[0].classCount)
        precondition(
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
            // Rows in the same cells leave the same behind.
            let kinds = Dictionary(labels.indices.map { row in (cells.map { $0[row] }, 1) }, uniquingKeysWith: +)
            return kinds.sorted { $0.key.lexicographicallyPrecedes($1.key) }.map { kind, count in
                var counts = all
                for (place, cell) in kind.enumerated() { counts[place][cell] -= 1 }
                return (judged(counts), count)
            }
        }
    }

    /// Any figure of some of the items: `statistic` gets their indices, in no order and some of them several times. It is
    /// called once for each resample and once for each item; where a figure is made of sums or of a confusion matrix, the
    /// other functions are faster. Traps when there are no items or when a figure is not finite.
    public func figure(ofItems count: Int, _ statistic: ([Int]) -> Double) -> BootstrapInterval {
        interval(count: count, estimate: statistic(Array(0..<count))) { draw in
            statistic((0..<count).map { _ in draw() })
        } leavingOut: {
            (0..<count).map { left in (statistic((0..<count).filter { $0 != left }), 1) }
        }
    }

    // MARK: The interval

    /// The interval of a figure.
    ///
    /// - Parameters:
    ///   - count: The number of items.
    ///   - estimate: The figure of all items.
    ///   - resampled: The figure of as many items as its argument draws.
    ///   - leavingOut: The figures without one item, and how many items leave this one behind.
    private func interval(
        count: Int, estimate: Double, resampled: (_ draw: () -> Int) -> Double,
        leavingOut: () -> [(figure: Double, count: Int)]
    ) -> BootstrapInterval {
        precondition(count > 0, "Bootstrap: no items")
        func interval(_ lower: Double, _ upper: Double) -> BootstrapInterval {
            BootstrapInterval(estimate: estimate, lower: lower, upper: upper, level: level, count: count)
        }
        guard count > 1 else { return interval(estimate, estimate) }
        var generator = SplitMix64(seed: seed)
        var figures = (0..<resamples).map { _ in resampled { generator.below(count) } }
        precondition(figures.allSatisfy(\.isFinite), "Bootstrap: the figure of a resample is not finite")
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
            // Where the correction has no bound, it points beyond every resample.
            let corrected = scale > 0 ? bias + shifted / scale : shifted > 0 ? .infinity : -.infinity
            return Self.quantile(figures, NormalDistribution.cumulative(corrected))
        }
        return interval(end(-widened), end(widened))
    }

    /// The sixth of the skewness of what single items do to the figure (Efron and Tibshirani, eq. 14.15).
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

    /// The number that the share p of sorted numbers lies below, in between by the nearer.
    private static func quantile(_ sorted: [Double], _ p: Double) -> Double {
        let place = min(max(p * Double(sorted.count + 1) - 1, 0), Double(sorted.count - 1))
        let index = min(Int(place), sorted.count - 2)
        return sorted[index] + (sorted[index + 1] - sorted[index]) * (place - Double(index))
    }
}
