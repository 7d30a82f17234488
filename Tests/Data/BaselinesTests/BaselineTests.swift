import Baselines
import Foundation
import Statistics
import Testing
import TestSupport

private struct NaiveBayesFixture: Decodable {
    struct Majority: Decodable {
        let accuracy, macroF1: Double
    }
    let texts: [String]
    let labels: [Int]
    let training: Int
    let words: [[String]]
    let smoothing: [String: [Double]]
    let majority: Majority

    init() throws {
        let data = try Data(contentsOf: fixture("metrics/naive-bayes.json"))
        self = try JSONDecoder().decode(Self.self, from: data)
    }
}

@Suite("Baselines")
struct BaselineTests {
    @Test("the majority of no rows is refused")
    func noRows() {
        #expect(throws: PredictionError.self) { try MajorityBaseline(trainingCounts: [3, 1]).predictions(for: []) }
    }

    @Test("naive Bayes gives the probabilities of scikit-learn's CountVectorizer and MultinomialNB")
    func naiveBayesEqualsScikitLearn() throws {
        let example = try NaiveBayesFixture()
        #expect(example.smoothing.count == 2)
        let (seen, new) = (0..<example.training, example.training..<example.texts.count)
        for (smoothing, expected) in example.smoothing {
            let model = NaiveBayes(
                texts: Array(example.texts[seen]), labels: Array(example.labels[seen]), classCount: 3,
                smoothing: try #require(Double(smoothing)))
            let predictions = try model.predictions(
                for: Array(example.texts[new]), labels: Array(example.labels[new]))
            #expect(largestDifference(predictions.probabilities, expected) < 1e-12, "smoothing \(smoothing)")
        }
    }

    @Test("words are those of the fixture's tokenizer")
    func wordsEqualScikitLearn() throws {
        let example = try NaiveBayesFixture()
        for (text, words) in zip(example.texts, example.words) { #expect(NaiveBayes.words(in: text) == words) }
    }

    @Test(
        "words are runs of letters, marks and numbers in lower case",
        arguments: [
            ("", []), (" ?! ", []), ("Don't", ["don", "t"]), ("COVID-19 at 3½%", ["covid", "19", "at", "3½"]),
            ("snake_case", ["snake", "case"]), ("E\u{301}TÉ d’été", ["e\u{301}té", "d", "été"]),
            ("日本 in 2024", ["日本", "in", "2024"]),
        ])
    func words(text: String, expected: [String]) {
        #expect(NaiveBayes.words(in: text) == expected)
    }

    @Test("a text without known words gets the shares of the classes, and a class without rows none")
    func unknownWords() throws {
        let model = NaiveBayes(texts: ["a b", "b", "c", "a"], labels: [0, 0, 2, 2], classCount: 3)
        #expect(largestDifference(model.probabilities(of: "unseen!"), [0.5, 0, 0.5]) < 1e-15)
        // Counts of `b`: 2 of 3 words and 0 of 2, each plus 1, over the words plus the 3 of the vocabulary.
        let (first, third) = (3.0 / 6, 1.0 / 5)
        let expected = [first / (first + third), 0, third / (first + third)]
        #expect(largestDifference(model.probabilities(of: "B"), expected) < 1e-15)
        let wordless = NaiveBayes(texts: ["?", "!", "."], labels: [0, 1, 1], classCount: 2)
        #expect(largestDifference(wordless.probabilities(of: "word"), [1.0 / 3, 2.0 / 3]) < 1e-15)
    }

    @Test("the majority is that of the training rows and scores what scikit-learn's DummyClassifier does")
    func majority() throws {
        let example = try NaiveBayesFixture()
        let counts = (0..<3).map { label in example.labels[..<example.training].count { $0 == label } }
        let labels = Array(example.labels[example.training...])
        let baseline = MajorityBaseline(trainingCounts: counts)
        let scores = ClassificationScores(try baseline.predictions(for: labels))
        #expect((scores.accuracy - example.majority.accuracy).magnitude < 1e-12)
        #expect((scores.macroF1 - example.majority.macroF1).magnitude < 1e-12)
        #expect(scores.matthewsCorrelation == 0)
        #expect(largestDifference(MajorityBaseline(trainingCounts: [1, 0, 1]).probabilities, [0.4, 0.2, 0.4]) < 1e-15)
        #expect(try MajorityBaseline(trainingCounts: [1, 0, 1]).predictions(for: [2]).predicted == [0])
    }
}
