import Preconditions

/// The accuracy of a classifier on its most confident rows: the gain from leaving the others to a person
/// (El-Yaniv and Wiener, "On the foundations of noise-free selective classification", JMLR 11, 2010).
///
/// Rows of equal confidence have no order; the curve is the mean over all orders.
public struct CoverageCurve: Sendable, Hashable, Codable {
    /// `[N]`: entry i is the accuracy on the i + 1 most confident rows.
    public let accuracies: [Double]

    /// Calculates the curve.
    public init(_ predictions: ClassPredictions) {
        let confidences = predictions.confidences
        let order = confidences.indices.sorted { confidences[$0] > confidences[$1] }
        var accuracies: [Double] = []
        accuracies.reserveCapacity(order.count)
        var (start, correct) = (0, 0)
        while start < order.count {
            let confidence = confidences[order[start]]
            let end = order[start...].firstIndex { confidences[$0] != confidence } ?? order.count
            let hits = order[start..<end].count { predictions.predicted[$0] == predictions.labels[$0] }
            for place in start..<end {
                let share = Double(place - start + 1) / Double(end - start)
                accuracies.append((Double(correct) + Double(hits) * share) / Double(place + 1))
            }
            (start, correct) = (end, correct + hits)
        }
        self.accuracies = accuracies
    }

    /// Returns the accuracy on the most confident share of rows, rounded up to whole rows and at least one. Traps unless the share
    /// lies between 0 and 1.
    public func accuracy(atCoverage share: Double) -> Double {
        accuracies[rowCount(atCoverage: share) - 1]
    }

    /// Returns the largest share of most confident rows with at least this accuracy; 0 if there is none.
    public func coverage(atAccuracy accuracy: Double) -> Double {
        Double((accuracies.lastIndex { $0 >= accuracy } ?? -1) + 1) / Double(accuracies.count)
    }

    /// The area under the curve: the mean of all accuracies. One minus it is the AURC of Geifman, Uziel and El-Yaniv,
    /// "Bias-reduced uncertainty estimation for deep neural classifiers", ICLR 2019.
    public var area: Double { accuracies.reduce(0, +) / Double(accuracies.count) }

    /// Returns the accuracies at `count` equally spaced shares, the last of them 1, for a chart. Traps unless `count` is positive.
    public func points(_ count: Int) -> [(coverage: Double, accuracy: Double)] {
        require(count > 0, "CoverageCurve: \(count) points")
        return (1...count).map { index in
            let share = Double(index) / Double(count)
            return (share, accuracy(atCoverage: share))
        }
    }

    private func rowCount(atCoverage share: Double) -> Int {
        require(share >= 0 && share <= 1, "CoverageCurve: the share \(share)")
        // Without the small number, rounding would make 0.07 of 100 rows 8.
        let rows = (share * Double(accuracies.count) - 1e-9).rounded(.up)
        return min(max(Int(rows), 1), accuracies.count)
    }
}
