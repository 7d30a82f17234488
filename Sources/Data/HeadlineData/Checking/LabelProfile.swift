import Foundation

/// The labels of some files: how many headlines have which, and what may be wrong with the set of them.
public struct LabelProfile: Sendable {
    /// The most frequent first, of equals by code points.
    public let labels: [Label]
    /// For each file the rows without a label.
    public let unlabeled: [Int]
    /// Pairs of names that may mean the same.
    public let lookalikes: [LookalikeLabels]

    /// A label and how often it occurs.
    public struct Label: Sendable, Hashable {
        /// The name.
        public let name: String
        /// In each file.
        public let counts: [Int]
        /// In all files.
        public var count: Int { counts.reduce(0, +) }
    }

    /// `nil` when no row has a label.
    init?(_ files: [[Headline]]) {
        var counts: [String: [Int]] = [:]
        for (file, rows) in files.enumerated() {
            for row in rows {
                guard let label = row.category else { continue }
                counts[label, default: [Int](repeating: 0, count: files.count)][file] += 1
            }
        }
        guard !counts.isEmpty else { return nil }
        labels = counts.map { Label(name: $0.key, counts: $0.value) }.sorted {
            $0.count != $1.count ? $0.count > $1.count : precedes($0.name, $1.name)
        }
        unlabeled = files.map { rows in rows.count { $0.category == nil } }
        lookalikes = LookalikeLabels.all(among: labels.map(\.name))
    }

    /// The frequency of the most frequent label divided by that of the least frequent.
    public var imbalance: Double { Double(labels[0].count) / Double(labels[labels.count - 1].count) }

    /// The perplexity of the labels, e to their entropy: this many labels of equal size would be as hard to guess.
    public var effectiveCount: Double {
        let total = Double(labels.reduce(0) { $0 + $1.count })
        return exp(-labels.reduce(0) { $0 + Double($1.count) / total * log(Double($1.count) / total) })
    }

    /// Labels with fewer headlines in the first file, which is the one to train on, than `Labeling.defaultRareLimit`.
    public var rare: [Label] { labels.filter { (1..<Labeling.defaultRareLimit).contains($0.counts[0]) } }

    /// Labels of later files that the first has no headline of: a classifier trained on it cannot know them.
    public var unknown: [Label] { labels.filter { $0.counts[0] == 0 } }
}
