import Baselines
import Statistics
import Text

/// A simple classifier that a model has to beat.
public enum ClassifierBaseline: String, Sendable, CaseIterable {
    /// Always the most frequent label.
    case majority
    /// Naive Bayes on words.
    case naiveBayes = "naive-bayes"
    /// Logistic regression on TF-IDF features of words and characters.
    case logisticRegression = "logistic-regression"

    /// The name for people.
    var title: String {
        switch self {
        case .majority: "most frequent label"
        case .naiveBayes: "naive Bayes"
        case .logisticRegression: "TF-IDF with logistic regression"
        }
    }

    /// Reads a list such as `majority,naive-bayes`, or `none`.
    /// - Throws: `EvaluationError.unknownBaseline` for an unknown name.
    public static func list(_ text: String) throws(EvaluationError) -> [ClassifierBaseline] {
        guard text != "none" else { return [] }
        var list: [ClassifierBaseline] = []
        for name in text.split(separator: ",", omittingEmptySubsequences: false).map(String.init) {
            guard let baseline = ClassifierBaseline(rawValue: name) else {
                throw .unknownBaseline(name, known: allCases.map(\.rawValue))
            }
            if !list.contains(baseline) { list.append(baseline) }
        }
        return list
    }

    /// Returns its predictions after training on other rows, and whether its training converged.
    func predictions(
        training: (texts: [String], labels: [Int]), texts: [String], labels: [Int], classCount: Int,
        progress: (Double) -> Void
    ) throws -> (predictions: ClassPredictions, isFitted: Bool) {
        switch self {
        case .majority:
            var counts = [Int](repeating: 0, count: classCount)
            for label in training.labels { counts[label] += 1 }
            return (try MajorityBaseline(trainingCounts: counts).predictions(for: labels), true)
        case .naiveBayes:
            let bayes = NaiveBayes(texts: training.texts, labels: training.labels, classCount: classCount)
            return (try bayes.predictions(for: texts, labels: labels), true)
        case .logisticRegression:
            let baseline = LogisticRegressionBaseline(
                texts: training.texts, labels: training.labels, classCount: classCount,
                features: .init(words: 1...2, characters: 2...5, minimumTexts: 2), progress: progress)
            return (try baseline.predictions(for: texts, labels: labels), baseline.regression.isConverged)
        }
    }
}
