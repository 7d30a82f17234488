import Autograd
import Models
import NeuralNetwork
import NumericCore
import Optimization
import Testing
import TestSupport

/// The tiny classifier of the fixture, with the weights that transformers computed with.
private struct Reference {
    let fixture: NumberFixture
    let classifier: BERTClassifier
    let parameters: [Parameter]

    init() throws {
        let fixture = try NumberFixture("core-bert")
        var weights: [String: NDArray] = [:]
        for name in fixture.names where name.hasPrefix("weight/") {
            let entry = try fixture(name)
            weights[String(name.dropFirst("weight/".count))] = NDArray(
                entry.numbers.map { Float($0) }, shape: Shape(entry.dimensions))
        }
        let store = ParameterStore(.train(weights))
        classifier = BERTClassifier(
            store.root,
            BERTClassifier.Configuration(
                vocabularySize: 97, contextLength: 32, tokenTypes: 2, hiddenSize: 36, layers: 3, heads: 4,
                intermediateSize: 80,
                layerNormEpsilon: 1e-12, initializerRange: 0.02, hiddenDropout: 0, attentionDropout: 0,
                classifierDropout: 0, pooling: .cls, labels: 5))
        try store.finish()
        parameters = store.parameters
        self.fixture = fixture
    }

    func batch(_ index: Int) throws -> LabelledBatch {
        LabelledBatch(
            tokens: try fixture.integers("batch\(index)/tokens"),
            labels: try fixture.integers("batch\(index)/labels"),
            segments: Segments(lengths: try fixture.integers("batch\(index)/lengths").map(Int.init)))
    }

    /// The summed loss of a batch; adds its gradients.
    func addGradients(of batch: LabelledBatch, to gradients: Gradients) -> Double {
        let tape = Tape(into: gradients, dropout: nil)
        let loss = tape.record {
            classifier.lossSum(batch.tokens, batch.segments, labels: batch.labels, weights: nil, smoothing: 0)
        }
        tape.backward(from: loss)
        return Double(loss.value.scalar)
    }
}

@Suite("A tiny BERT classifier against transformers in float64")
struct BERTFixtureTests {
    @Test(
        "Hidden states and logits of a packed ragged batch equal those of each headline alone in transformers, to 1e-5")
    func logits() throws {
        let reference = try Reference()
        let batch = try reference.batch(0)
        let hidden = reference.classifier.hiddenStates(batch.tokens, batch.segments).value
        let logits = reference.classifier(batch.tokens, batch.segments).value
        let hiddenError = largestDifference(
            hidden.elements.map(Double.init), try reference.fixture("hidden").numbers)
        let error = largestDifference(logits.elements.map(Double.init), try reference.fixture("logits").numbers)
        print("fixture bert: hidden states \(hiddenError), logits \(error)")
        #expect(hiddenError <= 1e-5 && error <= 1e-5)
    }

    @Test("The loss and every parameter's gradient equal transformers'")
    func gradients() throws {
        let reference = try Reference()
        let batch = try reference.batch(0)
        let gradients = Gradients(of: reference.parameters)
        let loss = reference.addGradients(of: batch, to: gradients)
        let expectedLoss = try reference.fixture("loss").numbers
        #expect(relativeError([loss], to: expectedLoss) < 1e-6)
        let losses = ClassificationLoss(
            reference.classifier(batch.tokens, batch.segments).value, labels: batch.labels, weights: nil, smoothing: 0,
            differentiate: false
        ).losses
        #expect(losses.count == batch.labels.count)
        #expect(relativeError([losses.reduce(0, +)], to: expectedLoss) < 1e-6)

        let expected = try reference.parameters.map { try reference.fixture("gradient/\($0.name)").numbers }
        #expect(reference.fixture.names.count { $0.hasPrefix("gradient/") } == expected.count)
        let largest = expected.joined().map(\.magnitude).max() ?? 0
        var worst = (error: 0.0, name: "")
        var worstBias = (beside: 0.0, literally: 0.0)
        var keyWeight = 0.0
        for (parameter, expected) in zip(reference.parameters, expected) {
            let actual = gradients.region(of: parameter)?.frozen().elements.map(Double.init) ?? []
            // Beside a gradient's own largest entry: the rounding of what flows through the whole model.
            let own = expected.map(\.magnitude).max() ?? 0
            let scale = max(own, largest / 1_000)
            let difference = largestDifference(actual, expected)
            if parameter.name.hasSuffix("key.weight") { keyWeight = own }
            if parameter.name.hasSuffix("key.bias") {
                // Softmax does not see what all keys share, so this gradient is 0, and what we have is the rounding of a sum
                // of rows that are not: it is held to the size of those. Beside a thousandth of the model's largest entry,
                // PyTorch's own float32 leaves 1.8e-5 to 2.1e-5 here.
                worstBias.beside = max(worstBias.beside, difference / keyWeight)
                worstBias.literally = max(worstBias.literally, difference / scale)
                #expect(difference <= 1e-6 * keyWeight, "\(parameter.name)")
                #expect(difference <= 4e-5 * scale, "\(parameter.name)")
            } else {
                if difference / scale > worst.error { worst = (difference / scale, parameter.name) }
                #expect(difference <= 1e-5 * scale, "\(parameter.name)")
            }
        }
        print("fixture bert gradients: \(worst.error) of the largest entry, at \(worst.name)")
        print("fixture bert keys' biases: \(worstBias.beside) of their weights'")
        print("fixture bert keys' biases: \(worstBias.literally) of a thousandth of the model's largest entry")
    }

    @Test("Ten steps of AdamW with clipping and a schedule give PyTorch's losses, norms and weights")
    func training() throws {
        let reference = try Reference()
        let fixture = reference.fixture
        let batches = try [reference.batch(0), reference.batch(1)]
        let gradients = Gradients(of: reference.parameters)
        let optimizer = AdamW(
            gradients, settings: AdamW.Settings(beta1: 0.9, beta2: 0.99, epsilon: 1e-8, weightDecay: 0.1))
        let schedule = LearningRateSchedule(
            peak: 2e-3, warmUpSteps: 3, totalSteps: 10, decay: .cosine, minimumRatio: 0.1)
        var (losses, norms): ([Double], [Double]) = ([], [])
        for step in 0..<10 {
            let batch = batches[step % 2]
            let count = Double(batch.labels.count)
            losses.append(reference.addGradients(of: batch, to: gradients) / count)
            norms.append(gradients.norm / count)
            let factor = clippingFactor(norm: norms[step], limit: 1) / count
            optimizer.update(learningRate: Float(schedule(step)), gradientScale: Float(factor))
        }
        let lossError = largestDifference(losses, try fixture("losses").numbers)
        let normError = relativeError(norms, to: try fixture("norms").numbers)
        print("fixture bert ten steps: losses \(lossError), norms \(normError)")
        #expect(lossError <= 1e-5)
        #expect(normError <= 1e-5)
        var worst = (error: 0.0, name: "")
        // AdamW makes steps out of the rounding error of a gradient that is exactly 0; nothing depends on where they lead.
        for parameter in reference.parameters where !parameter.name.hasSuffix("key.bias") {
            let expected = try fixture("trained/\(parameter.name)").numbers
            let error = largestDifference(parameter.array.elements.map(Double.init), expected)
            if error > worst.error { worst = (error, parameter.name) }
        }
        print("fixture bert ten steps: weights \(worst.error), at \(worst.name)")
        // As for GPT-2: an entry whose gradient is hardly above rounding may go a small part of a step astray.
        #expect(worst.error <= 1e-4)
    }
}
