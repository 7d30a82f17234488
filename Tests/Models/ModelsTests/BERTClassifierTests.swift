import Autograd
import Models
import NeuralNetwork
import NumericCore
import Optimization
import Testing
import TestSupport

/// Float32 products of other shapes add in another order; measured differences are below 3e-6.
private let tolerance = 1e-5

@Suite("A BERT classifier")
struct BERTClassifierTests {
    private let lengths = [4, 1, 24, 7, 2, 1, 13]

    @Test("Packed headlines give the logits of each alone", arguments: BERTClassifier.Pooling.allCases)
    func packed(_ pooling: BERTClassifier.Pooling) throws {
        let model = try SmallClassifier(.small(pooling: pooling)).model
        let batch = LabelledBatch(lengths: lengths, vocabulary: 61, seed: 2)
        let packed = model(batch.tokens, batch.segments).value.elements.map(Double.init)
        let alone = lengths.indices.flatMap { index -> [Double] in
            let headline = batch.headlines(index..<index + 1)
            return model(headline.tokens, headline.segments).value.elements.map(Double.init)
        }
        #expect(largestDifference(packed, alone) < tolerance)
        #expect(packed.count == lengths.count * 5 && Set(packed).count == packed.count)
    }

    @Test("A token's hidden state sees every token of its headline, earlier and later, and none of its neighbors")
    func bothDirections() throws {
        let model = try SmallClassifier(.small()).model
        let tokens: [Int32] = [3, 1, 4, 1, 5, 9, 2, 6]
        let segments = Segments(lengths: [2, 4, 2])
        let reference = model.hiddenStates(tokens, segments).value
        for changed in tokens.indices {
            var other = tokens
            other[changed] = 50
            let states = model.hiddenStates(other, segments).value
            let headline = (0..<3).first { segments.rows(of: $0).contains(changed) } ?? 0
            for row in tokens.indices {
                let isEqual = states.rows(row..<row + 1).elements == reference.rows(row..<row + 1).elements
                #expect(isEqual != segments.rows(of: headline).contains(row), "row \(row), token \(changed)")
            }
        }
    }

    @Test("A last layer that computes first tokens only gives the loss and gradients of a whole one, with dropout")
    func shortLastLayer() throws {
        let small = try SmallClassifier(.small(dropout: 0.1))
        let batch = LabelledBatch(lengths: lengths, vocabulary: 61, seed: 3)
        let source = Tape.DropoutSource(seed: 1, step: 4, firstRow: 11)
        let short = Gradients(of: small.parameters)
        let loss = small.addGradients(of: batch, to: short, dropout: source)
        let whole = Gradients(of: small.parameters)
        let tape = Tape(into: whole, dropout: source)
        func tensor(_ name: String) -> Tensor {
            small.parameters.first { $0.name == name }?.tensor ?? Tensor(constant: NDArray(scalar: .nan))
        }
        let first = batch.segments.firstRows
        let wholeLoss = tape.record {
            small.model.hiddenStates(batch.tokens, batch.segments).rows(first)
                .linear(
                    tensor("bert.pooler.dense.weight"), layout: .outputInput, bias: tensor("bert.pooler.dense.bias")
                ).tanh().dropout(0.1, rows: first)
                .linear(tensor("classifier.weight"), layout: .outputInput, bias: tensor("classifier.bias"))
                .crossEntropySum(labels: batch.labels, weights: nil, smoothing: 0)
        }
        tape.backward(from: wholeLoss)
        #expect(relativeError([loss], to: [Double(wholeLoss.value.scalar)]) < 1e-6)
        compare(short, whole)
    }

    /// Float rounding only: one other dropout bit would cost 1e-2.
    private func compare(_ a: Gradients, _ b: Gradients) {
        let largest = b.flat.frozen().elements.map(\.magnitude).max() ?? 0
        for parameter in b.parameters {
            let (x, y) = (a.region(of: parameter)?.frozen().elements, b.region(of: parameter)?.frozen().elements)
            let scale = Double(max(y?.map(\.magnitude).max() ?? 0, 1e-3 * largest))
            let difference = largestDifference(x?.map(Double.init) ?? [], y?.map(Double.init) ?? [])
            #expect(difference <= 1e-5 * scale, "\(parameter.name): \(difference / scale)")
        }
    }

    @Test(
        "With dropout everywhere, weights and smoothing, the gradients of k micro-batches add up to those of one",
        arguments: [2, 3, 7], BERTClassifier.Pooling.allCases)
    func microBatches(_ parts: Int, _ pooling: BERTClassifier.Pooling) throws {
        let small = try SmallClassifier(.small(dropout: 0.2, pooling: pooling))
        let batch = LabelledBatch(lengths: lengths, vocabulary: 61, seed: 6)
        let weights: [Float] = [1, 0.5, 2, 1, 3]
        func add(_ batch: LabelledBatch, _ gradients: Gradients, step: Int, firstRow: Int) -> Double {
            small.addGradients(
                of: batch, to: gradients, dropout: .init(seed: 3, step: step, firstRow: firstRow), weights: weights,
                smoothing: 0.1)
        }
        let (whole, cut) = (Gradients(of: small.parameters), Gradients(of: small.parameters))
        let loss = add(batch, whole, step: 8, firstRow: 0)
        var sum = 0.0
        for part in 0..<parts {
            let range = part * 7 / parts..<(part + 1) * 7 / parts
            sum += add(
                batch.headlines(range), cut, step: 8, firstRow: batch.segments.rows(of: range.lowerBound).lowerBound)
        }
        #expect(relativeError([sum], to: [loss]) < 1e-6)
        compare(cut, whole)
        #expect((add(batch, Gradients(of: small.parameters), step: 9, firstRow: 0) - loss).magnitude > 1e-3)
    }

    @Test("Loss, gradients and weights after a step have the same bits on 1, 2 and 3 threads")
    func threads() throws {
        // Large enough that products are cut into tiles and row kernels into chunks, with dropout on.
        let lengths = [24, 3, 24, 17, 24, 24, 1, 24, 24, 24, 24, 24, 24]
        let batch = LabelledBatch(lengths: lengths, vocabulary: 1_003, seed: 5)
        let results = try holdingThreadCount {
            let before = Parallelism.threads
            defer { Parallelism.setThreads(before) }
            return try [1, 2, 3].map { threads -> [UInt32] in
                Parallelism.setThreads(threads)
                let small = try SmallClassifier(.small(vocabulary: 1_003, hiddenSize: 132, heads: 3, dropout: 0.1))
                let gradients = Gradients(of: small.parameters)
                let loss = small.addGradients(of: batch, to: gradients, dropout: .init(seed: 1, step: 2, firstRow: 0))
                var bits = [Float(loss), Float(gradients.norm)] + gradients.flat.frozen().elements
                let optimizer = AdamW(
                    gradients, settings: .init(beta1: 0.9, beta2: 0.99, epsilon: 1e-8, weightDecay: 0.1))
                optimizer.update(learningRate: 1e-3, gradientScale: 1e-2)
                bits += small.parameters.flatMap { $0.array.elements }
                return bits.map(\.bitPattern)
            }
        }
        #expect(results[0] == results[1] && results[0] == results[2])
    }

    @Test(
        "After one step of AdamW every parameter has moved, but for keys' biases, which softmax does not see",
        arguments: BERTClassifier.Pooling.allCases)
    func everyParameterMoves(_ pooling: BERTClassifier.Pooling) throws {
        let small = try SmallClassifier(.small(pooling: pooling))
        let before = small.parameters.map { $0.array.elements }
        let gradients = Gradients(of: small.parameters)
        let batch = LabelledBatch(lengths: [9, 24, 1, 14, 24, 20], vocabulary: 61, seed: 7)
        _ = small.addGradients(of: batch, to: gradients, dropout: nil)
        // Without decay, which would move matrices that have no gradient.
        let optimizer = AdamW(gradients, settings: .init(beta1: 0.9, beta2: 0.99, epsilon: 1e-8, weightDecay: 0))
        optimizer.update(learningRate: 1e-3, gradientScale: 1)
        for (parameter, before) in zip(small.parameters, before) where !parameter.name.hasSuffix("key.bias") {
            let moved = zip(parameter.array.elements, before).count { $0 != $1 }
            // Of the two token types one is used.
            let least = parameter.name.contains("token_type") ? before.count / 2 : before.count / 2 + 1
            #expect(moved >= least, "\(parameter.name): \(moved) of \(before.count) moved")
        }
        #expect(small.parameters.contains { $0.name.contains("pooler") } == (pooling == .cls))
    }

    @Test("A model owns its parameters, and their number is known before it is made", arguments: [1, 3])
    func parameters(_ layers: Int) throws {
        let configuration = BERTClassifier.Configuration.small(layers: layers)
        let model = try BERTClassifier(configuration, from: .initialize(seed: 1))
        #expect(Double(model.parameterCount) == configuration.parameterCount)
        #expect(model.parameterCount == model.parameters.reduce(0) { $0 + $1.array.count })
        let arrays = Dictionary(uniqueKeysWithValues: model.parameters.map { ($0.name, $0.array) })
        #expect(
            try BERTClassifier(configuration, from: .infer(arrays)).parameters.map(\.name)
                == model.parameters.map(\.name))
        #expect(throws: ParameterError.self) { try BERTClassifier(configuration, from: .infer([:])) }
        #expect(model.trainable(freezingEmbeddings: false, layers: 0).count == model.parameters.count)
    }

    @Test("Every parameter has its depth, and what is frozen leaves the gradients of the rest as they were")
    func frozen() throws {
        let small = try SmallClassifier(.small(dropout: 0.1))
        let depths = Dictionary(grouping: small.parameters) {
            small.model.configuration.depth(ofParameter: $0.name)
        }.mapValues(\.count)
        #expect(depths == [0: 5, 1: 16, 2: 16, 3: 4])
        let batch = LabelledBatch(lengths: [9, 3], vocabulary: 61, seed: 8)
        let source = Tape.DropoutSource(seed: 1, step: 1, firstRow: 0)
        let all = Gradients(of: small.parameters)
        let loss = small.addGradients(of: batch, to: all, dropout: source)
        for (embeddings, layers, count) in [
            (false, 0, 41), (true, 0, 36), (true, 1, 20), (true, 2, 4), (false, 1, 25),
        ] {
            let trained = small.model.trainable(freezingEmbeddings: embeddings, layers: layers)
            #expect(trained.count == count)
            let some = Gradients(of: trained)
            #expect(small.addGradients(of: batch, to: some, dropout: source) == loss)
            for parameter in trained {
                #expect(some.region(of: parameter)?.frozen().elements == all.region(of: parameter)?.frozen().elements)
            }
        }
    }

    @Test("Fresh weights are normal with standard deviation 0.02, biases 0 and scales 1, and depend on the seed")
    func initialization() throws {
        let configuration = BERTClassifier.Configuration.small(hiddenSize: 132, heads: 3)
        let stores = [1, 1, 2].map { ParameterStore(.initialize(seed: $0)) }
        for store in stores { _ = BERTClassifier(store.root, configuration) }
        for (index, parameter) in stores[0].parameters.enumerated() {
            let values = parameter.array.elements
            #expect(values == stores[1].parameters[index].array.elements)
            if parameter.name.hasSuffix("LayerNorm.weight") {
                #expect(values.allSatisfy { $0 == 1 })
            } else if parameter.name.hasSuffix("bias") {
                #expect(values.allSatisfy { $0 == 0 })
            } else {
                #expect(values != stores[2].parameters[index].array.elements)
                let standardDeviation = (parameter.array.sumOfSquares / Double(values.count)).squareRoot()
                // Five standard deviations of an estimate from this many numbers.
                #expect(
                    (standardDeviation / 0.02 - 1).magnitude < 5 / Double(2 * values.count).squareRoot(),
                    "\(parameter.name)")
            }
        }
    }

    @Test("A warm step copies no array and asks the system for no block", arguments: BERTClassifier.Pooling.allCases)
    func warmSteps(_ pooling: BERTClassifier.Pooling) throws {
        let small = try SmallClassifier(.small(dropout: 0.1, pooling: pooling))
        let batch = LabelledBatch(lengths: [5, 1, 9, 24, 2], vocabulary: 61, seed: 1)
        let gradients = Gradients(of: small.parameters)
        func step(_ index: Int) {
            _ = small.addGradients(of: batch, to: gradients, dropout: .init(seed: 1, step: index, firstRow: 0))
            gradients.clear()
        }
        for index in 0..<3 { step(index) }
        let isConstant = standsStill {
            BufferPool.shared.statistics.systemAllocations + MutableArray.copyCount
        } during: {
            for index in 0..<20 { step(index) }
        }
        #expect(isConstant)
    }

    @Test("Sixteen headlines can be memorized", arguments: BERTClassifier.Pooling.allCases)
    func memorizes(_ pooling: BERTClassifier.Pooling) throws {
        let small = try SmallClassifier(.small(hiddenSize: 32, pooling: pooling))
        let batch = LabelledBatch(lengths: (0..<16).map { 5 + $0 % 7 }, vocabulary: 61, seed: 9)
        let gradients = Gradients(of: small.parameters)
        let optimizer = AdamW(gradients, settings: .init(beta1: 0.9, beta2: 0.99, epsilon: 1e-8, weightDecay: 0))
        var (loss, steps) = (Double.infinity, 0)
        while loss >= 0.05, steps < 300 {
            loss = small.addGradients(of: batch, to: gradients, dropout: nil) / 16
            let factor = clippingFactor(norm: gradients.norm / 16, limit: 1) / 16
            optimizer.update(learningRate: 3e-3, gradientScale: Float(factor))
            steps += 1
        }
        print("memorized sixteen headlines with \(pooling) pooling: loss \(loss) after \(steps) steps")
        #expect(loss < 0.05)
    }
}
