import Foundation
import Inference
import Statistics

/// Which words move a classifier: what the log-probability of the predicted label loses when one of them is left out.
public struct WordPulls: Sendable {
    /// A word and how much it speaks for a label.
    public struct Pull: Sendable, Hashable {
        public let word: String
        /// Nats that the label loses without it, on average over the headlines that hold the word and were given the label.
        public let nats: Double
        /// Those headlines.
        public let count: Int

        /// All that it moves: a word that pulls in many headlines tells more than an accident of one.
        var total: Double { nats * Double(count) }
    }

    /// The words of each label that move most in all, by its place; labels without any are left out.
    public let labels: [(label: Int, pulls: [Pull])]
    /// For some headlines, the words that pulled most to what was predicted, the strongest first.
    public let headlines: [Int: [Pull]]
    /// How many headlines were read without each of their words.
    public let looksAt: Int

    /// Words of each label that are kept, and of each headline.
    private static let (maximumPerLabel, maximumPerHeadline) = (6, 3)
    /// Less than this is chance.
    private static let minimumNats = 0.1

    /// Leaves words out of some headlines: the `first`, and others of every predicted label in turn, from all over the file.
    init(
        _ classifier: Classifier, _ texts: [String], _ predictions: ClassPredictions, looksAt limit: Int, first: [Int],
        _ context: EvaluationContext
    ) throws {
        var rows = Array(first.prefix(limit))
        let known = Set(rows)
        let room = limit - rows.count
        if room > 0 {
            let others = texts.indices.filter { !known.contains($0) }
            rows += Self.dealt(others, by: others.map { predictions.predicted[$0] }, room)
        }
        looksAt = rows.count
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

    /// As many rows as wanted, one of each label in turn while it has any, those of a label from all over the file.
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

    /// What each different word of a headline is worth to a label; none of a headline of one word.
    private static func pulls(_ classifier: Classifier, _ text: String, _ label: Int) throws -> [Pull] {
        let words = text.split(whereSeparator: \.isWhitespace).map(String.init)
        guard words.count > 1 else { return [] }
        let shorter = words.indices.map { left in
            words.indices.filter { $0 != left }.map { words[$0] }.joined(separator: " ")
        }
        // What is left of a headline may be signs that the tokenizer drops.
        let readable = shorter.indices.filter { shorter[$0].contains { $0.isLetter || $0.isNumber } }
        let scores = try classifier.scores([text] + readable.map { shorter[$0] }).map {
            logProbability(of: label, $0.logits)
        }
        var pulls: [String: Double] = [:]
        for (place, word) in readable.enumerated() {
            let name = words[word].lowercased().trimmingCharacters(in: .punctuationCharacters)
            guard !name.isEmpty else { continue }
            pulls[name] = max(pulls[name] ?? -.infinity, scores[0] - scores[place + 1])
        }
        return pulls.map { Pull(word: $0.key, nats: $0.value, count: 1) }
    }

    private static func logProbability(of label: Int, _ logits: [Float]) -> Double {
        let values = logits.map(Double.init)
        let largest = values.max() ?? 0
        return values[label] - largest - log(values.reduce(0) { $0 + exp($1 - largest) })
    }
}
