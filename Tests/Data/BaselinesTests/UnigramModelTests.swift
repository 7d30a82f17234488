import Baselines
import Foundation
import Statistics
import Testing

@Suite("Unigram model")
struct UnigramModelTests {
    @Test("probabilities are counts plus one over their sum")
    func probabilities() {
        // Counts 3, 1, 0 and one more each: 4/7, 2/7, 1/7.
        let model = UnigramModel([0, 0, 1, 0], vocabularySize: 3)
        for (token, probability) in [(Int32(0), 4.0 / 7), (1, 2.0 / 7), (2, 1.0 / 7)] {
            #expect(abs(model.nats(of: [token]) + log(probability)) < 1e-12)
        }
        #expect(abs(model.nats(of: [0, 1, 2]) + log(4.0 / 7) + log(2.0 / 7) + log(1.0 / 7)) < 1e-12)
    }

    @Test("without counts every entry is equally likely")
    func uniform() {
        #expect(abs(UnigramModel([], vocabularySize: 8).nats(of: [5]) - log(8)) < 1e-12)
    }
}
