import Preconditions

/// The confidence of a classifier, the probability of its predicted class, compared with its accuracy.
///
/// The expected calibration error (ECE) is Σ n_b / N · |accuracy_b − mean confidence_b| over bins of confidence: Naeini,
/// Cooper and Hauskrecht, "Obtaining well calibrated probabilities using Bayesian binning", AAAI 2015; 15 bins as in
/// Guo, Pleiss, Sun and Weinberger, "On calibration of modern neural networks", ICML 2017. On N rows it is above 0 even
/// for a perfectly calibrated model, so the error of such a model is given too.
public struct Reliability: Sendable, Hashable, Codable {
    /// The method that assigns rows to bins.
    public enum Binning: String, Sendable, Hashable, Codable, CaseIterable {
        /// M bins of equal width: bin m holds the confidences in (m / M, (m + 1) / M], as Guo et al. have it.
        case equalWidth
        /// M bins of equally many rows (the first N mod M have one more), by rising confidence: the
        /// adaptive error of Nguyen and O'Connor, "Posterior calibration and exploratory analysis for natural language
        /// processing models", EMNLP 2015. Equal confidences stay in one bin, so that the order of rows does not
        /// matter; the bin they begin in then has more rows and the next ones fewer.
        case equalMass
    }

    /// The rows of similar confidence.
    public struct Bin: Sendable, Hashable, Codable {
        /// The lower end of the bin; with bins of equal mass, the smallest confidence in it.
        public let lower: Double
        /// The upper end of the bin; with bins of equal mass, the largest confidence in it.
        public let upper: Double
        /// The number of rows, never 0: empty bins are left out.
        public let count: Int
        /// The mean confidence.
        public let confidence: Double
        /// The share of rows that were predicted correctly.
        public let accuracy: Double
    }

    /// The binning method.
    public let binning: Binning
    /// The bins by rising confidence.
    public let bins: [Bin]
    /// The expected calibration error.
    public let error: Double
    /// The mean error of a perfectly calibrated model of these confidences on this number of rows; see
    /// `CalibratedError`.
    public let errorIfCalibrated: Double
    /// The standard deviation of that error.
    public let deviationIfCalibrated: Double

    /// Mean confidence minus accuracy, Σ n_b / N · (mean confidence_b − accuracy_b): above 0 the classifier is
    /// overconfident, below 0 underconfident, and near 0 with a large `error` both, in different bins.
    public var overconfidence: Double {
        let rows = bins.reduce(0) { $0 + $1.count }
        return bins.reduce(0) { $0 + Double($1.count) * ($1.confidence - $1.accuracy) } / Double(max(1, rows))
    }

    /// The number of bins that Guo et al. use.
    public static let defaultBinCount = 15

    /// Bins the confidences of all rows. Traps unless `binCount` is positive.
    public init(_ predictions: ClassPredictions, _ binning: Binning, binCount: Int = Self.defaultBinCount) {
        require(binCount > 0, "Reliability: \(binCount) bins")
        let confidences = predictions.confidences
        let isRight = zip(predictions.labels, predictions.predicted).map(==)
        let rows = Double(confidences.count)
        let order = confidences.indices.sorted { (confidences[$0], $0) < (confidences[$1], $1) }
        let ranges =
            switch binning {
            case .equalWidth: Self.equalWidthRanges(order.map { confidences[$0] }, binCount)
            case .equalMass: Self.equalMassRanges(order.map { confidences[$0] }, binCount)
            }
        var (bins, error, calibrated): ([Bin], Double, CalibratedError) = ([], 0, CalibratedError())
        for (range, lower, upper) in ranges {
            let members = order[range]
            let size = Double(members.count)
            let confidence = members.reduce(0) { $0 + confidences[$1] } / size
            let accuracy = Double(members.count { isRight[$0] }) / size
            bins.append(
                Bin(lower: lower, upper: upper, count: members.count, confidence: confidence, accuracy: accuracy))
            error += size / rows * (accuracy - confidence).magnitude
            calibrated.add(members.map { confidences[$0] })
        }
        self.binning = binning
        self.bins = bins
        self.error = error
        errorIfCalibrated = calibrated.mean
        deviationIfCalibrated = calibrated.deviation
    }

    private typealias Ranges = [(rows: Range<Int>, lower: Double, upper: Double)]

    /// Returns the bins that are not empty, as ranges of the sorted confidences.
    private static func equalWidthRanges(_ sorted: [Double], _ binCount: Int) -> Ranges {
        func bin(_ confidence: Double) -> Int {
            min(max(Int((confidence * Double(binCount)).rounded(.up)) - 1, 0), binCount - 1)
        }
        var ranges: Ranges = []
        var start = 0
        while start < sorted.count {
            let current = bin(sorted[start])
            let end = sorted[start...].firstIndex { bin($0) != current } ?? sorted.count
            let width = Double(binCount)
            ranges.append((start..<end, Double(current) / width, Double(current + 1) / width))
            start = end
        }
        return ranges
    }

    private static func equalMassRanges(_ sorted: [Double], _ binCount: Int) -> Ranges {
        let (size, larger) = sorted.count.quotientAndRemainder(dividingBy: binCount)
        var ranges: Ranges = []
        var (start, boundary) = (0, 0)
        for index in 0..<binCount {
            boundary += size + (index < larger ? 1 : 0)
            var end = max(boundary, start)
            while end > start, end < sorted.count, sorted[end] == sorted[end - 1] { end += 1 }
            guard end > start else { continue }
            ranges.append((start..<end, sorted[start], sorted[end - 1]))
            start = end
        }
        return ranges
    }
}
