import Foundation
import Statistics
import Testing
import TestSupport

@Suite("Bootstrap")
struct BootstrapTests {
    /// What a simulation judges: data of which the true figure is known, and its interval.
    struct Population: CustomTestStringConvertible {
        let testDescription: String
        let truth: Double
        let interval: @Sendable (Bootstrap, inout SeededNumbers) throws -> BootstrapInterval
    }

    /// The shares of labels, with a row for each label and a column for each predicted class.
    private static let cells = [0.35, 0.08, 0.07, 0.06, 0.20, 0.04, 0.05, 0.03, 0.12]

    static let populations = [
        Population(testDescription: "the mean of a skewed number", truth: 1) { bootstrap, numbers in
            bootstrap.mean(of: (0..<80).map { _ in numbers.exponential() })
        },
        Population(testDescription: "the perplexity of headlines of unlike length and difficulty", truth: exp(4)) {
            bootstrap, numbers in
            // The tokens of a headline are alike: taken for independent, they would make the interval half as wide.
            let tokens = (0..<80).map { _ in Int.random(in: 5...30, using: &numbers) }
            let nats = tokens.map { Double($0) * 4 * exp(numbers.normal(standardDeviation: 0.3) - 0.045) }
            return bootstrap.perplexity(nats: nats, tokens: tokens)
        },
        Population(testDescription: "an accuracy", truth: 0.8) { bootstrap, numbers in
            bootstrap.share(of: (0..<150).map { _ in Double.random(in: 0..<1, using: &numbers) < 0.8 })
        },
        // F1 of the three classes: 0.70 / (0.50 + 0.46), 0.40 / (0.30 + 0.31), 0.24 / (0.20 + 0.23).
        Population(testDescription: "a macro F1", truth: (0.70 / 0.96 + 0.40 / 0.61 + 0.24 / 0.43) / 3) {
            bootstrap, numbers in
            bootstrap.figure(of: try predictions(100, &numbers), \.macroF1)
        },
    ]

    private static func predictions(_ count: Int, _ numbers: inout SeededNumbers) throws -> ClassPredictions {
        var (labels, probabilities): ([Int], [Double]) = ([], [])
        for _ in 0..<count {
            var rest = Double.random(in: 0..<1, using: &numbers)
            let cell = cells.firstIndex {
                rest -= $0
                return rest < 0
            }
            labels.append((cell ?? 8) / 3)
            probabilities += (0..<3).map { $0 == (cell ?? 8) % 3 ? 1 : 0 }
        }
        return try ClassPredictions(probabilities: probabilities, labels: labels, classCount: 3)
    }

    @Test("intervals of 95 % hold the true figure in 93 to 97 of 100 simulations", arguments: populations)
    func coverage(population: Population) throws {
        var numbers = SeededNumbers(seed: 20_260_301)
        let held = try (0..<2_000).count { simulation in
            let bootstrap = Bootstrap(seed: UInt64(simulation), resamples: 300)
            return try population.interval(bootstrap, &numbers).contains(population.truth)
        }
        #expect((1_860...1_940).contains(held), "\(held) of 2,000")
    }

    @Test("a wider level gives a wider interval around the same estimate, and more headlines a narrower one")
    func width() {
        var numbers = SeededNumbers(seed: 5)
        let values = numbers.normals(400, mean: 3)
        let usual = Bootstrap(seed: 1).mean(of: values)
        let wide = Bootstrap(seed: 1, level: 0.99).mean(of: values)
        let narrow = Bootstrap(seed: 1).mean(of: (0..<16).flatMap { _ in values })
        #expect(wide.lower < usual.lower && usual.lower < usual.estimate)
        #expect(usual.estimate < usual.upper && usual.upper < wide.upper)
        #expect(wide.estimate == usual.estimate && wide.level == 0.99 && narrow.count == 6_400)
        // The normal interval of a mean of 400 with deviation 1; an end is a random number itself.
        #expect(((usual.upper - usual.lower) / (2 * 1.96 / 20) - 1).magnitude < 0.12)
        #expect(((usual.upper - usual.lower) / (narrow.upper - narrow.lower) / 4 - 1).magnitude < 0.12)
    }

    @Test("the same seed gives the same interval, and the order of sums, counts and indices does not matter")
    func equalRoads() throws {
        var numbers = SeededNumbers(seed: 6)
        let example = try Self.predictions(120, &numbers)
        let isRight = zip(example.labels, example.predicted).map(==)
        let bootstrap = Bootstrap(seed: 9, resamples: 300)
        let roads = [
            bootstrap.mean(of: isRight.map { $0 ? 1 : 0 }), bootstrap.figure(of: example, \.accuracy),
            bootstrap.figure(ofItems: 120) { rows in Double(rows.count { isRight[$0] }) / Double(rows.count) },
        ]
        #expect(roads[1] == bootstrap.figure(of: example, \.accuracy))
        #expect(roads[1] != Bootstrap(seed: 10, resamples: 300).figure(of: example, \.accuracy))
        for road in roads {
            #expect((road.estimate - example.accuracy).magnitude < 1e-15)
            #expect((road.lower - roads[0].lower).magnitude < 1e-12 && (road.upper - roads[0].upper).magnitude < 1e-12)
        }
        let macro = bootstrap.figure(of: example, \.macroF1)
        let slow = bootstrap.figure(ofItems: 120) { rows in
            ConfusionMatrix(
                labels: rows.map { example.labels[$0] }, predicted: rows.map { example.predicted[$0] }, classCount: 3
            ).macroF1
        }
        #expect((macro.lower - slow.lower).magnitude < 1e-12 && (macro.upper - slow.upper).magnitude < 1e-12)
    }

    @Test("one item, or items that all say the same, give a point")
    func points() {
        let bootstrap = Bootstrap(seed: 3)
        for interval in [bootstrap.mean(of: [2]), bootstrap.mean(of: [2, 2, 2])] {
            #expect(interval.lower == 2 && interval.estimate == 2 && interval.upper == 2 && interval.isPoint)
        }
        #expect(bootstrap.share(of: [true]).isPoint && !bootstrap.mean(of: [1, 2, 4]).isPoint)
        let perplexity = bootstrap.perplexity(nats: [log(8) * 3, log(8)], tokens: [3, 1])
        #expect((perplexity.estimate - 8).magnitude < 1e-12 && (perplexity.upper - 8).magnitude < 1e-9)
    }

    @Test(
        "the interval of a share is Wilson's",
        arguments: [
            // Newcombe, "Two-sided confidence intervals for the single proportion", Statistics in Medicine 17, 1998, table I.
            (81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0, 0.1611), (1, 29, 0.0061, 0.1718),
            // 5 / (5 + 1.96²) by hand.
            (5, 5, 0.5655, 1),
        ])
    func shares(hits: Int, count: Int, lower: Double, upper: Double) {
        let interval = Bootstrap(seed: 1).share(of: (0..<count).map { $0 < hits })
        #expect(interval.estimate == Double(hits) / Double(count) && interval.count == count)
        // Four printed digits.
        #expect((interval.lower - lower).magnitude < 5.1e-5 && (interval.upper - upper).magnitude < 5.1e-5)
        #expect(interval.contains(interval.estimate) && !interval.isPoint)
    }

    @Test("an interval in other units is the interval in the first ones, translated")
    func units() {
        var numbers = SeededNumbers(seed: 7)
        let (nats, tokens) = ((0..<60).map { _ in 40 * numbers.exponential() }, [Int](repeating: 10, count: 60))
        let bootstrap = Bootstrap(seed: 4)
        let rate = bootstrap.ratio(of: nats, to: tokens.map(Double.init))
        #expect(bootstrap.perplexity(nats: nats, tokens: tokens) == rate.mapped { exp($0) })
        #expect(rate.mapped { exp($0) }.contains(exp(rate.estimate)))
        #expect(!rate.contains(rate.upper + 1e-9) && rate.contains(rate.upper))
    }
}

extension SeededNumbers {
    fileprivate mutating func exponential() -> Double { -log(1 - Double.random(in: 0..<1, using: &self)) }
}
