import Foundation
import Statistics
import Testing
import TestSupport

private struct CalibrationCase: Decodable {
    let logits: [Double]
    let labels: [Int]
    let classes: Int
    let temperature: Double
    let negativeLogLikelihood: Double

    func scores() throws -> ClassLogits { try ClassLogits(logits, labels: labels, classCount: classes) }

    static func all() throws -> [String: CalibrationCase] {
        let data = try Data(contentsOf: fixture("metrics/calibration.json"))
        return try JSONDecoder().decode([String: CalibrationCase].self, from: data)
    }
}

@Suite("Temperature scaling")
struct TemperatureScalingTests {
    @Test("the temperature and the likelihood there equal those of a root search by scipy")
    func equalsScipy() throws {
        let cases = try CalibrationCase.all()
        #expect(cases.count == 3)
        for (name, example) in cases {
            let logits = try example.scores()
            let scaling = TemperatureCalibration(fitting: logits)
            #expect(!scaling.isAtLimit)
            #expect((scaling.temperature / example.temperature - 1).magnitude < 1e-9, "\(name)")
            let likelihood = logits.predictions(temperature: scaling.temperature).negativeLogLikelihood
            #expect((likelihood - example.negativeLogLikelihood).magnitude < 1e-12, "\(name)")
        }
    }

    @Test("logits that are multiplied by a factor get a temperature multiplied by it", arguments: [0.125, 3.0, 8.0])
    func scales(factor: Double) throws {
        for (name, example) in try CalibrationCase.all() {
            let base = TemperatureCalibration(fitting: try example.scores()).temperature
            let scaled = try ClassLogits(
                example.logits.map { $0 * factor }, labels: example.labels, classCount: example.classes)
            let scaling = TemperatureCalibration(fitting: scaled)
            let expected = min(base * factor, TemperatureCalibration.limits.upperBound)
            #expect((scaling.temperature / expected - 1).magnitude < 1e-9, "\(name)")
            #expect(scaling.isAtLimit == (base * factor > 100))
        }
    }

    private static let extremes: [([Double], [Int], Double, Bool)] = [
        // Two of two right are taken for 5/6, the softmax of ln 5 and 0. Wrong everywhere, or scores far beyond any model's: the
        // less sure the better. Scores that differ by less than any confidence asks for: the surer.
        ([2, 0, 0, 2], [0, 1], 2 / log(5.0), false), ([2, 0, 0, 1], [1, 0], 100, true),
        ([1e-3, 0, 0, 1e-3], [0, 1], 0.01, true), ([1e308, -1e308, 1e308, -1e308], [0, 1], 100, true),
        ([7, 7, 7, 7], [0, 1], 1, false),
    ]

    @Test(
        "right everywhere is no reason to be sure of everything; where no temperature is best, the nearer limit or 1 is taken",
        arguments: extremes)
    func limits(values: [Double], labels: [Int], temperature: Double, isAtLimit: Bool) throws {
        let scaling = TemperatureCalibration(fitting: try ClassLogits(values, labels: labels, classCount: 2))
        #expect((scaling.temperature / temperature - 1).magnitude < 1e-12 && scaling.isAtLimit == isAtLimit)
    }

    @Test("each half is judged with the temperature of the other, and both halves have the same mixture of labels")
    func crossFitting() throws {
        for (name, example) in try CalibrationCase.all() {
            let logits = try example.scores()
            let crossFit = try #require(CrossFittedTemperatures(logits, seed: 7))
            let sides = try example.labels.indices.map { row in
                try #require(
                    crossFit.halves.firstIndex { half in
                        let own = logits.predictions(temperature: half.temperature)
                        let columns = row * example.classes..<(row + 1) * example.classes
                        return own.probabilities[columns] == crossFit.predictions.probabilities[columns]
                    })
            }
            for label in 0..<example.classes {
                let members = example.labels.indices.filter { example.labels[$0] == label }
                let second = members.count { sides[$0] == 1 }
                #expect((2 * second - members.count).magnitude <= 1, "label \(label) of \(name)")
            }
            // The temperature that judges a row was fitted on the rows of the other side and on no others.
            for side in 0...1 {
                let others = example.labels.indices.filter { sides[$0] != side }
                let fitted = TemperatureCalibration(
                    fitting: try ClassLogits(
                        others.flatMap { example.logits[$0 * example.classes..<($0 + 1) * example.classes] },
                        labels: others.map { example.labels[$0] }, classCount: example.classes))
                #expect(fitted == crossFit.halves[side], "\(name)")
            }
        }
    }

    @Test("the halves are a function of the seed; one row has no halves")
    func seeds() throws {
        let logits = try #require(try CalibrationCase.all()["overconfident"]).scores()
        let temperatures = (0..<3).map { CrossFittedTemperatures(logits, seed: $0)?.halves.map(\.temperature) }
        #expect((0..<3).map { CrossFittedTemperatures(logits, seed: $0)?.halves.map(\.temperature) } == temperatures)
        #expect(Set(temperatures).count == 3)
        #expect(CrossFittedTemperatures(try ClassLogits([1, 0], labels: [0], classCount: 2), seed: 0) == nil)
    }

    @Test("a report says what a temperature is worth, survives JSON, and calibrates an overconfident classifier")
    func report() throws {
        let example = try #require(try CalibrationCase.all()["overconfident"])
        let report = CalibrationReport(try example.scores(), seed: 1)
        let crossFitted = try #require(report.crossFitted)
        #expect(report.before.negativeLogLikelihood > crossFitted.negativeLogLikelihood)
        #expect(crossFitted.negativeLogLikelihood > report.after.negativeLogLikelihood)
        #expect(report.before.error > report.before.errorIfCalibrated + 3 * report.before.deviationIfCalibrated)
        #expect(crossFitted.error < crossFitted.errorIfCalibrated + 3 * crossFitted.deviationIfCalibrated)
        #expect(try JSONDecoder().decode(CalibrationReport.self, from: JSONEncoder().encode(report)) == report)
    }
}
