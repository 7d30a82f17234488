import Foundation
import Inference
import Statistics

/// The words that decide a classifier's predictions: the log-probability that the predicted label loses without each of them.
public struct WordPulls: Sendable {
    /// A word and its pull towards a label.
    public struct Pull: Sendable, Hashable {
        /// The word.
        public let word: String
        /// The nats that the label loses without the word, on average over the headlines that contain it and got the label.
        public let nats: Double
        /// The number of those headlines.
        public let count: Int

        /// The pull over all headlines: a word that pulls in many of them tells more than an accident in one.
        var total: Double { nats * Double(count) }
    }

    /// The strongest words of each label, by its index; labels without any are left out.
    public let labels: [(label: Int, pulls: [Pull])]
    /// For some headlines, the words that pulled most towards the prediction, the strongest first.
    public let headlines: [Int: [Pull]]
    /// The number of headlines that were classified again without each of their words.
    public let sampleCount: Int

    /// The number of words that are kept for each label and for each headline.
    private static let (maximumPerLabel, maximumPerHeadline) = (6, 3)
    /// A smaller pull is chance.
    private static let minimumNats = 0.1

    /// Leaves words out of some headlines: the `first` ones, and others of every predicted label in turn, spread over the file.
    init(
        _ classifier: Classifier, _ texts: [String], _ predictions: ClassPredictions, sampleCount limit: Int,
        first: [Int],
        _ context: EvaluationContext
    ) throws {
        var rows = Array(first.prefix(limit))
        let known = Set(rows)
        let room = limit - rows.count
        if room > 0 {
            let others = texts.indices.filter { !known.contains($0) }
            rows += Self.dealt(others, by: others.map { predictions.predicted[$0] }, room)
        }
        sampleCount = rows.count
        var byLabel: [Int: [String: [Double]]] = [:]
        var headlines: [Int: [Pull]] = [:]
        for (number, row) in rows.enumerated() {
            context.progress("leaving words out", Double(number) / Double(rows.count))
            let label = predictions.predicted[row]
            let pulls = try Self.pulls(classifier, texts[row], label)
            for pull in pulls {
                byLabel[label, default: [:]][pull.word, default: []].append(pull.nats)
            }
            headlines[row] = Array(
                pulls.filter { $0.nats >= Self.minimumNats }.sorted(by: Self.precedes).prefix(Self.maximumPerHeadline))
        }
        self.headlines = headlines
        labels = byLabel.sorted { $0.key < $1.key }.compactMap { label, words in
            let pulls = words.map { word, nats in
                Pull(word: word, nats: nats.reduce(0, +) / Double(nats.count), count: nats.count)
            }
            let strongest = pulls.filter { $0.nats >= Self.minimumNats }.sorted { a, b in
                (b.total, a.word) < (a.total, b.word)
            }.prefix(Self.maximumPerLabel)
            return strongest.isEmpty ? nil : (label, Array(strongest))
        }
    }

    /// Returns `count` rows, one of each label in turn while it has any; those of a label are spread over the file.
    package static func dealt(_ rows: [Int], by labels: [Int], _ count: Int) -> [Int] {
        let groups = Dictionary(grouping: zip(rows, labels), by: \.1).sorted { $0.key < $1.key }.map {
            $0.value.map(\.0)
        }
        var shares = [Int](repeating: 0, count: groups.count)
        var left = min(count, rows.count)
        while left > 0 {
            for place in groups.indices where left > 0 && shares[place] < groups[place].count {
                shares[place] += 1
                left -= 1
            }
        }
        return zip(groups, shares).flatMap { spread($0, $1) }
    }

    private static func precedes(_ a: Pull, _ b: Pull) -> Bool { (b.nats, a.word) < (a.nats, b.word) }

    /// Returns the pull of each different word of a headline towards a label; none for a headline of one word.
    private static func pulls(_ classifier: Classifier, _ text: String, _ label: Int) throws -> [Pull] {
        let words = text.split(whereSeparator: \.isWhitespace).map(String.init)
        guard words.count > 1 else { return [] }
        let shorter = words.indices.map { left in
            words.indices.filter { $0 != left }.map { words[$0] }.joined(separator: " ")
        }
        // Without a word, only punctuation that the tokenizer drops may be left.
        let readable = shorter.indices.filter { shorter[$0].contains { $0.isLetter || $0.isNumber } }
        let scores = try classifier.scores([text] + readable.map { shorter[$0] }).map {
            logSoftmax($0.logits.map(Double.init), at: label)
        }
        var pulls: [String: Double] = [:]
        for (place, word) in readable.enumerated() {
            let name = words[word].lowercased().trimmingCharacters(in: .punctuationCharacters)
            guard !name.isEmpty else { continue }
            pulls[name] = max(pulls[name] ?? -.infinity, scores[0] - scores[place + 1])
        }
        return pulls.map { Pull(word: $0.key, nats: $0.value, count: 1) }
    }
}
