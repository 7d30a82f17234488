import Baselines
import Foundation
import Statistics
import Testing
import TestSupport

private struct LogisticRegressionFixture: Decodable {
    struct Case: Decodable {
        let words: [Int]
        let characters: [Int]?
        let minimumTexts, classes, columns, entries: Int
        let inversePenalty: Double
        let products, probabilities: [Double]

        var options: TFIDFFeatures.Options {
            TFIDFFeatures.Options(
                words: words[0]...words[1], characters: characters.map { $0[0]...$0[1] }, minimumTexts: minimumTexts)
        }
    }
    let texts: [String]
    let labels: [Int]
    let training: Int
    let cases: [Case]

    var seen: [String] { Array(texts[..<training]) }
    var new: [String] { Array(texts[training...]) }

    init() throws {
        let data = try Data(contentsOf: fixture("metrics/logistic-regression.json"))
        self = try JSONDecoder().decode(Self.self, from: data)
    }
}

@Suite("Logistic regression")
struct LogisticRegressionTests {
    @Test("rows of features are those of scikit-learn's TfidfVectorizer, of words and of characters")
    func featuresEqualScikitLearn() throws {
        let example = try LogisticRegressionFixture()
        #expect(example.cases.count == 5)
        for expected in example.cases {
            let features = TFIDFFeatures(fitting: example.seen, expected.options)
            #expect(features.columnCount == expected.columns, "\(expected.options)")
            let (seen, new) = (features.rows(of: example.seen), features.rows(of: example.new))
            #expect(new.values.count == expected.entries, "\(expected.options)")
            // The order of columns is each library's own, the products of rows are not.
            let products = (0..<new.count).flatMap { row in (0..<12).map { dot(new, row, seen, $0) } }
            #expect(largestDifference(products, expected.products) < 1e-14, "\(expected.options)")
        }
    }

    @Test("probabilities are those of scikit-learn's LogisticRegression, which stops at the same optimum")
    func probabilitiesEqualScikitLearn() throws {
        let example = try LogisticRegressionFixture()
        for expected in example.cases {
            let features = TFIDFFeatures(fitting: example.seen, expected.options)
            let model = LogisticRegression(
                features.rows(of: example.seen),
                labels: example.labels[..<example.training].map { min($0, expected.classes - 1) },
                classCount: expected.classes, inversePenalty: expected.inversePenalty, tolerance: 1e-9)
            #expect(model.isConverged && model.gradientLength <= 1e-6)
            let probabilities = model.probabilities(of: features.rows(of: example.new))
            // Weights are kept as Float32.
            #expect(largestDifference(probabilities, expected.probabilities) < 1e-6, "\(expected.options)")
        }
    }

    @Test("the usual tolerance moves no probability by a thousandth")
    func defaultTolerance() throws {
        let example = try LogisticRegressionFixture()
        let model = LogisticRegressionBaseline(
            texts: example.seen, labels: Array(example.labels[..<example.training]), classCount: 3)
        let predictions = try model.predictions(
            for: example.new, labels: Array(example.labels[example.training...]))
        #expect(model.regression.isConverged)
        #expect(largestDifference(predictions.probabilities, example.cases[0].probabilities) < 1e-3)
    }

    @Test("a class without rows has probability 0, and the only class that has rows probability 1")
    func absentClasses() throws {
        let texts = ["stocks fall", "stocks rise", "team wins", "team loses"]
        let model = LogisticRegressionBaseline(texts: texts, labels: [2, 2, 0, 0], classCount: 4)
        let predictions = try model.predictions(for: ["stocks", "team", "?"], labels: [2, 0, 0])
        #expect(predictions.predicted[..<2] == [2, 0])
        for row in 0..<3 {
            #expect(predictions.probabilities[row * 4 + 1] == 0 && predictions.probabilities[row * 4 + 3] == 0)
        }
        // Both classes are alike but for their words.
        #expect((predictions.probabilities[8] - 0.5).magnitude < 1e-3)
        let single = LogisticRegressionBaseline(texts: texts, labels: [1, 1, 1, 1], classCount: 2)
        #expect(try single.predictions(for: ["stocks"], labels: [1]).probabilities == [0, 1])
    }

    @Test("texts without a single word still have the shares of the classes")
    func wordless() throws {
        let model = LogisticRegressionBaseline(texts: ["?", "!", "a", ""], labels: [0, 1, 1, 1], classCount: 2)
        let predictions = try model.predictions(for: ["word"], labels: [0])
        #expect(model.regression.isConverged)
        #expect(largestDifference(predictions.probabilities, [0.25, 0.75]) < 1e-6)
    }

    @Test("on real headlines of 42 categories the accuracy is scikit-learn's within a point")
    func realHeadlines() throws {
        guard
            let training = sharedFile("data/huffpost/train.jsonl", for: "logistic regression on HuffPost"),
            let validation = sharedFile("data/huffpost/validation.jsonl", for: "logistic regression on HuffPost")
        else { return }
        let (seen, new) = (try LabeledRow.read(training), try LabeledRow.read(validation))
        let names = Set(seen.map(\.category)).sorted()
        let places = Dictionary(uniqueKeysWithValues: zip(names, 0...))
        let model = LogisticRegressionBaseline(
            texts: seen.map(\.headline), labels: try seen.map { try #require(places[$0.category]) },
            classCount: names.count)
        let predictions = try model.predictions(
            for: new.map(\.headline), labels: try new.map { try #require(places[$0.category]) })
        #expect(names.count == 42 && model.features.columnCount == 277_329)
        // TfidfVectorizer(ngram_range=(1, 2)) and LogisticRegression(max_iter=2000) of scikit-learn 1.9.1.
        #expect((predictions.accuracy - 0.43677).magnitude < 0.01, "accuracy \(predictions.accuracy)")
    }
}

private struct LabeledRow: Decodable {
    let headline, category: String

    static func read(_ file: URL) throws -> [LabeledRow] {
        try String(contentsOf: file, encoding: .utf8).split(separator: "\n").map {
            try JSONDecoder().decode(LabeledRow.self, from: Data($0.utf8))
        }
    }
}

/// Σ a_j b_j of a row of each.
private func dot(_ a: SparseRows, _ rowOfA: Int, _ b: SparseRows, _ rowOfB: Int) -> Double {
    var values: [Int32: Double] = [:]
    for index in b.offsets[rowOfB]..<b.offsets[rowOfB + 1] { values[b.columns[index]] = b.values[index] }
    return (a.offsets[rowOfA]..<a.offsets[rowOfA + 1]).reduce(0) {
        $0 + a.values[$1] * (values[a.columns[$1]] ?? 0)
    }
}
