import Baselines
import Files
import Statistics
import Text

/// A simple classifier that a model has to be better than.
public enum ClassifierBaseline: String, Sendable, CaseIterable {
    case majority
    case naiveBayes = "naive-bayes"
    case logisticRegression = "logistic-regression"

    /// What people call it.
    var title: String {
        switch self {
        case .majority: "most frequent label"
        case .naiveBayes: "naive Bayes"
        case .logisticRegression: "logistic regression on TF-IDF"
        }
    }

    /// Reads a list such as `majority,naive-bayes`, or `none`.
    /// - Throws: `EvaluationError` for an unknown name.
    public static func list(_ text: String) throws(EvaluationError) -> [ClassifierBaseline] {
        guard text != "none" else { return [] }
        var list: [ClassifierBaseline] = []
        for name in text.split(separator: ",", omittingEmptySubsequences: false).map(String.init) {
            guard let baseline = ClassifierBaseline(rawValue: name) else {
                let names = allCases.map(\.rawValue)
                throw EvaluationError(
                    "--baselines \(text): there is no baseline `\(name)`; expected none, or some of"
                        + " \(names.joined(separator: ","))\(suggestion(for: name, among: names))", .invalidRequest)
            }
            if !list.contains(baseline) { list.append(baseline) }
        }
        return list
    }

    /// What it says about rows after it has learned from others, and whether it could learn to the end.
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
