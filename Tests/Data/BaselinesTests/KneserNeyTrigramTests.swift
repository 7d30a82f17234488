import Baselines
import Foundation
import Statistics
import Testing
import TestSupport

private struct KneserNeyCase: Decodable {
    let vocabulary: Int
    let end: Int32
    let training, judged: [[Int32]]
    let discounts, nats: [Double]

    var model: KneserNeyTrigram {
        KneserNeyTrigram(
            training.flatMap(\.self), offsets: training.offsets, end: end, vocabularySize: vocabulary)
    }

    static func all() throws -> [String: KneserNeyCase] {
        let data = try Data(contentsOf: fixture("metrics/kneser-ney.json"))
        return try JSONDecoder().decode([String: KneserNeyCase].self, from: data)
    }
}

extension [[Int32]] {
    /// Where each list begins when all are laid end to end, and where the last one ends.
    fileprivate var offsets: [Int] { reduce(into: [0]) { $0.append($0[$0.count - 1] + $1.count) } }
}

@Suite("Kneser-Ney trigram")
struct KneserNeyTrigramTests {
    @Test("the nats of every headline equal those of a plain script of the definition")
    func equalsScript() throws {
        let cases = try KneserNeyCase.all()
        #expect(cases.count == 3)
        for (name, example) in cases {
            let model = example.model
            #expect(largestDifference(model.discounts, example.discounts) < 1e-15, "\(name)")
            let nats = model.nats(of: example.judged.flatMap(\.self), offsets: example.judged.offsets)
            // Sums of a dozen logarithms: rounding is below 1e-13.
            #expect(largestDifference(nats, example.nats) < 1e-11, "\(name)")
        }
    }

    @Test("after any two tokens, seen or not, the probabilities of the vocabulary sum to 1 and none is 0")
    func distribution() throws {
        let example = try #require(try KneserNeyCase.all()["small"])
        let model = example.model
        let (first, end) = (example.training[0][0], example.end)
        for context in [(end, end), (end, first), (first, end), (57, 58), (example.training[1][0], 57)] {
            let all = (0..<Int32(example.vocabulary)).map { model.probability(of: $0, after: context.0, context.1) }
            #expect((all.reduce(0, +) - 1).magnitude < 1e-12, "after \(context)")
            #expect(all.allSatisfy { $0 > 0 })
        }
    }

    @Test("probabilities are those that paper and pencil give")
    func byHand() {
        // "0 1 end" twice and "0 2 end" once, with the end 3. Trigram counts: (3 3 0) 3, (3 0 1) 2, (3 0 2) 1, (0 1 3) 2,
        // (0 2 3) 1, so D = 2 / (2 + 4). Every bigram has one predecessor and so has every unigram but the end, which has
        // two: D = 5/5 = 1 of bigrams and 3 / (3 + 2) of unigrams.
        let model = KneserNeyTrigram([0, 1, 3, 0, 1, 3, 0, 2, 3], offsets: [0, 3, 6, 9], end: 3, vocabularySize: 5)
        #expect(largestDifference(model.discounts, [3.0 / 5, 1, 1.0 / 3]) < 1e-15)
        let unigram = (1 - 0.6) / 5 + 0.6 * 4 / 5 / 5
        let trigram = (2 - 1.0 / 3) / 3 + 1.0 / 3 * 2 / 3 * unigram
        #expect((model.probability(of: 1, after: 3, 0) - trigram).magnitude < 1e-15)
        #expect((model.probability(of: 4, after: 4, 4) - 0.6 * 4 / 5 / 5).magnitude < 1e-15)
    }

    @Test("without headlines every token is equally likely")
    func untrained() {
        let model = KneserNeyTrigram([], offsets: [0], end: 7, vocabularySize: 8)
        #expect(largestDifference(model.nats(of: [1, 2, 7], offsets: [0, 3]), [3 * log(8)]) < 1e-12)
        #expect(model.nats(of: [], offsets: [0, 0]) == [0])
    }
}
