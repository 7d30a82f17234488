import Foundation
import Statistics
import Testing
import TestSupport

private struct McNemarCase: Decodable {
    let onlyFirst, onlySecond: Int
    let isExact: Bool
    let probability: Double
}

@Suite("Paired comparison")
struct PairedComparisonTests {
    @Test("McNemar's probabilities equal scipy's, exact below 25 rows and by the corrected χ² from there on")
    func mcNemar() throws {
        let data = try Data(contentsOf: fixture("metrics/mcnemar.json"))
        let cases = try JSONDecoder().decode([McNemarCase].self, from: data)
        #expect(cases.count == 10)
        for example in cases {
            let test = McNemarTest(onlyFirst: example.onlyFirst, onlySecond: example.onlySecond)
            #expect(test.method == (example.isExact ? .exactBinomial : .chiSquare))
            #expect((test.probability - example.probability).magnitude < 1e-12, "\(example)")
        }
    }

    @Test("McNemar's test counts the rows that only one of two classifiers has right")
    func discordantRows() throws {
        func predictions(_ predicted: [Int]) throws -> ClassPredictions {
            try ClassPredictions(
                probabilities: predicted.flatMap { $0 == 0 ? [1.0, 0] : [0, 1] }, labels: [0, 0, 0, 1, 1],
                classCount: 2)
        }
        let test = try McNemarTest(predictions([0, 0, 0, 1, 0]), predictions([0, 1, 1, 1, 1]))
        #expect(test.onlyFirst == 2 && test.onlySecond == 1 && test.probability == 1)
    }

    @Test("a small difference shows on the same headlines though the figures' own intervals overlap")
    func pairing() {
        var numbers = SeededNumbers(seed: 11)
        let tokens = (0..<300).map { _ in Int.random(in: 5...30, using: &numbers) }
        let a = tokens.map { Double($0) * exp(1.5 + numbers.normal(standardDeviation: 0.5)) }
        let b = a.map { $0 * (0.99 + 0.02 * numbers.normal()) }
        let bootstrap = Bootstrap(seed: 2)
        let comparison = PairedComparison(perplexityOf: a, b, per: tokens, bootstrap)
        #expect(bootstrap.perplexity(nats: a, tokens: tokens).contains(comparison.b))
        #expect(comparison.outcome == .bIsBetter && comparison.outcome.sentence() == "B is better")
        #expect((comparison.difference.estimate - (comparison.b - comparison.a)).magnitude < 1e-9)
        let reversed = PairedComparison(perplexityOf: b, a, per: tokens, bootstrap)
        #expect(reversed.outcome.sentence(a: "tuned", b: "base") == "tuned is better")
        #expect(reversed.outcome == .aIsBetter && (reversed.a, reversed.b) == (comparison.b, comparison.a))
    }

    @Test("which way is better is the caller's to say, and a difference of nothing but chance is left open")
    func directions() {
        var numbers = SeededNumbers(seed: 12)
        let a = numbers.normals(200)
        let better = a.map { $0 + 0.3 + 0.5 * numbers.normal() }
        let same = a.map { $0 + 0.5 * numbers.normal() }
        let bootstrap = Bootstrap(seed: 1)
        for (other, isLargerBetter, verdict) in [
            (better, true, PairedComparison.Outcome.bIsBetter), (better, false, .aIsBetter), (same, true, .undecided),
            (same, false, .undecided), (a, true, .undecided),
        ] {
            let comparison = PairedComparison(meanOf: a, other, isLargerBetter: isLargerBetter, bootstrap)
            #expect(comparison.outcome == verdict)
        }
        #expect(PairedComparison.Outcome.undecided.sentence() == "this data cannot tell them apart")
    }

    @Test("five headlines decide nothing even when all speak for the same model; six may")
    func fewHeadlines() {
        for (count, verdict) in [(1, PairedComparison.Outcome.undecided), (5, .undecided), (6, .bIsBetter)] {
            let (a, b) = ([Double](repeating: 0, count: count), [Double](repeating: 1, count: count))
            #expect(
                PairedComparison(meanOf: a, b, isLargerBetter: true, Bootstrap(seed: 1)).outcome == verdict,
                "\(count)")
        }
    }

    @Test("of two classifiers on the same rows the one with fewer errors is better, if they are enough")
    func classifiers() throws {
        var numbers = SeededNumbers(seed: 13)
        let labels = numbers.indices(400, below: 3).map(Int.init)
        func predictions(_ accuracy: Double, after first: ClassPredictions?) throws -> ClassPredictions {
            let predicted = labels.enumerated().map { row, label in
                if let first, Double.random(in: 0..<1, using: &numbers) < 0.8 { return first.predicted[row] }
                return Double.random(in: 0..<1, using: &numbers) < accuracy ? label : (label + 1) % 3
            }
            return try ClassPredictions(
                probabilities: predicted.flatMap { guess in (0..<3).map { $0 == guess ? 1.0 : 0 } }, labels: labels,
                classCount: 3)
        }
        let a = try predictions(0.6, after: nil)
        let (b, same) = (try predictions(0.95, after: a), try predictions(0.6, after: a))
        let bootstrap = Bootstrap(seed: 5, resamples: 500)
        for figure in [\ConfusionMatrix.accuracy, \.macroF1, \.matthewsCorrelation] {
            let better = PairedComparison(a, b, bootstrap) { $0[keyPath: figure] }
            #expect(better.outcome == .bIsBetter && better.b == ConfusionMatrix(b)[keyPath: figure])
            #expect(PairedComparison(a, same, bootstrap) { $0[keyPath: figure] }.outcome == .undecided)
            #expect(PairedComparison(b, a, bootstrap) { $0[keyPath: figure] }.outcome == .aIsBetter)
        }
        // The road over means of right and wrong draws the same rows.
        func hits(_ predictions: ClassPredictions) -> [Double] {
            zip(predictions.labels, predictions.predicted).map { $0 == $1 ? 1 : 0 }
        }
        let means = PairedComparison(meanOf: hits(a), hits(b), isLargerBetter: true, bootstrap).difference
        let counts = PairedComparison(a, b, bootstrap, figure: \.accuracy).difference
        #expect((means.lower - counts.lower).magnitude < 1e-12 && (means.upper - counts.upper).magnitude < 1e-12)
    }
}
