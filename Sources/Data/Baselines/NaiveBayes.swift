import Foundation
import Preconditions
public import Statistics

/// Multinomial naive Bayes on words, the best that counting alone achieves (Manning, Raghavan and Schütze, "Introduction to
/// information retrieval", 2008, section 13.2). Equal to scikit-learn's `MultinomialNB` on word counts.
public struct NaiveBayes: Sendable {
    /// K, the number of classes.
    public let classCount: Int
    /// The index of each word of the training rows.
    private let vocabulary: [String: Int]
    /// `[V, K]`: log((count of the word in the class + α) / (words of the class + α V)).
    private let wordLogs: [Double]
    /// `[K]`: the log of each class's share of the training rows, −∞ for a class without any.
    private let classLogs: [Double]

    /// Counts words.
    ///
    /// - Parameters:
    ///   - texts: The training rows.
    ///   - labels: The class of each, within `0 ..< classCount`.
    ///   - classCount: K.
    ///   - smoothing: α, added to every count (1 is Laplace's).
    ///
    /// Traps if counts do not match, if there are no rows, or unless α is positive.
    public init(texts: [String], labels: [Int], classCount: Int, smoothing: Double = 1) {
        require(texts.count == labels.count, "NaiveBayes: \(texts.count) texts, \(labels.count) labels")
        require(!texts.isEmpty && smoothing > 0, "NaiveBayes: \(texts.count) texts, smoothing \(smoothing)")
        var vocabulary: [String: Int] = [:]
        var counts: [Double] = []
        var totals = [Double](repeating: 0, count: classCount)
        var rows = [Double](repeating: 0, count: classCount)
        for (text, label) in zip(texts, labels) {
            rows[label] += 1
            for word in Self.words(in: text) {
                let place = vocabulary[word] ?? vocabulary.count
                if place == vocabulary.count {
                    vocabulary[word] = place
                    counts.append(contentsOf: repeatElement(0, count: classCount))
                }
                counts[place * classCount + label] += 1
                totals[label] += 1
            }
        }
        let size = Double(vocabulary.count)
        wordLogs = counts.enumerated().map { index, count in
            log(count + smoothing) - log(totals[index % classCount] + smoothing * size)
        }
        classLogs = rows.map { log($0 / Double(texts.count)) }
        self.vocabulary = vocabulary
        self.classCount = classCount
    }

    /// Returns predictions for texts; words not seen in training are ignored.
    /// - Throws: `PredictionError` if there are no rows.
    public func predictions(for texts: [String], labels: [Int]) throws(PredictionError) -> ClassPredictions {
        require(texts.count == labels.count, "NaiveBayes: \(texts.count) texts, \(labels.count) labels")
        return try ClassPredictions(
            probabilities: texts.flatMap(probabilities), labels: labels, classCount: classCount)
    }

    /// Returns the probability of each class for one text.
    public func probabilities(of text: String) -> [Double] {
        var scores = classLogs
        for word in Self.words(in: text) {
            guard let place = vocabulary[word] else { continue }
            for column in 0..<classCount { scores[column] += wordLogs[place * classCount + column] }
        }
        return softmax(scores)
    }

    /// Returns the words of a text: in lower case, the longest runs of letters, marks and numbers (Unicode general categories L, M
    /// and N). Everything else separates words, apostrophes too: `Don't` is `don` and `t`.
    public static func words(in text: String) -> [String] {
        runs(in: text.lowercased(), of: isPartOfWord)
    }

    private static func isPartOfWord(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .nonspacingMark,
            .spacingMark, .enclosingMark, .decimalNumber, .letterNumber, .otherNumber:
            true
        default: false
        }
    }
}
