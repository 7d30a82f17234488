import Foundation
import Statistics
import Testing
import TestSupport

@Suite("Predictions")
struct ClassPredictionsTests {
    @Test("of equally probable classes the first is predicted, and stands first in the top k")
    func ties() throws {
        let predictions = try ClassPredictions(
            probabilities: [0.4, 0.4, 0.2, 0.25, 0.375, 0.375], labels: [1, 2], classCount: 3)
        #expect(predictions.predicted == [0, 1])
        #expect(predictions.confidences == [0.4, 0.375])
        #expect(predictions.labelProbabilities == [0.4, 0.375])
        #expect([0, 1].map(predictions.rank) == [1, 1])
        #expect((0...4).map(predictions.topAccuracy) == [0, 0, 1, 1, 1])
    }

    @Test(
        "what are no probabilities is refused with its row",
        arguments: [
            (
                [0.5, 0.5, .nan, 1], "row 2 gives class 0 the probability nan, expected a number from 0 to 1", 1
            ),
            ([0.5, 0.5, 1.5, -0.5], "row 2 gives class 0 the probability 1.5, expected a number from 0 to 1", 1),
            ([1, -0.25, 1, 0], "row 1 gives class 1 the probability -0.25, expected a number from 0 to 1", 0),
            ([1, 0, 0.25, 0.5], "the probabilities of row 2 sum to 0.75, expected 1; are these logits?", 1),
        ])
    func refusals(probabilities: [Double], sentence: String, row: Int) throws {
        let error = try #require(throws: PredictionError.self) {
            try ClassPredictions(probabilities: probabilities, labels: [0, 1], classCount: 2)
        }
        #expect(error.description == sentence)
        #expect(error.row == row)
    }

    @Test("nothing to judge and scores that are not finite are refused")
    func unusableScores() throws {
        let none = try #require(throws: PredictionError.self) { try ClassLogits([], labels: [], classCount: 2) }
        #expect(none.description == "there are no predictions to evaluate; give at least one labeled headline")
        #expect(throws: none) { try ClassPredictions(probabilities: [], labels: [], classCount: 2) }
        let infinite = try #require(throws: PredictionError.self) {
            try ClassLogits([0, 1, .infinity, 0], labels: [0, 1], classCount: 2)
        }
        #expect(
            infinite.description
                == "row 2 gives class 0 the score inf, expected a finite number; the model is damaged or its training"
                + " diverged")
    }

    @Test("a label that was called impossible costs 36 nats and not infinitely many")
    func impossibleLabel() throws {
        let predictions = try ClassPredictions(probabilities: [1, 0], labels: [1], classCount: 2)
        #expect(predictions.negativeLogLikelihood == -log(Double.ulpOfOne))
        #expect(predictions.nats == [-log(Double.ulpOfOne)] && predictions.squaredMisses == [2])
        #expect(predictions.brierScore == 2)
    }

    @Test("probabilities of logits are their softmax, however large the logits are")
    func softmaxOfLogits() throws {
        let logits = [1.5, -2, 0.25, 1e300, -1e300, 0, -700, 3, 3]
        let predictions = try ClassLogits(logits, labels: [0, 0, 0], classCount: 3).predictions(temperature: 0.5)
        let expected = Oracle.softmax([3, -4, 0.5]) + [1, 0, 0, 0, 0.5, 0.5]
        #expect(largestDifference(predictions.probabilities, expected) < 1e-15)
        #expect(predictions.predicted == [0, 0, 1])
    }
}
