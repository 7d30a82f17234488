import Autograd
import Models
import NeuralNetwork
import NumericCore
import Optimization
import Testing
import TestSupport

@Suite("Training a GPT-2")
struct GPT2TrainingTests {
    @Test("Loss, every gradient, the norm and the weights after a step have the same bits on 1, 2 and 3 threads")
    func threads() throws {
        // Large enough that products are cut into tiles and row kernels into chunks, with dropout on.
        let batch = Batch(lengths: [24, 3, 24, 17, 24, 24, 1, 24, 24, 24, 24, 24, 24], vocabulary: 1_003, seed: 5)
        let results = try holdingThreadCount {
            let before = Parallelism.threads
            defer { Parallelism.setThreads(before) }
            return try [1, 2, 3].map { threads -> [UInt32] in
                Parallelism.setThreads(threads)
                let small = try SmallModel(.small(vocabulary: 1_003, hiddenSize: 132, heads: 3, dropout: 0.1))
                let gradients = Gradients(of: small.parameters)
                let loss = small.addGradients(
                    of: batch, to: gradients, dropout: Tape.DropoutSource(seed: 1, step: 2, firstRow: 0))
                var bits = [Float(loss), Float(gradients.norm)] + gradients.flat.frozen().elements
                let optimizer = AdamW(
                    gradients, settings: .init(beta1: 0.9, beta2: 0.99, epsilon: 1e-8, weightDecay: 0.1))
                optimizer.update(learningRate: 1e-3, gradientScale: 1e-2)
                bits += small.parameters.flatMap { $0.array.elements }
                return bits.map(\.bitPattern)
            }
        }
        #expect(results[0] == results[1] && results[0] == results[2])
        #expect(results[0].count > 2 * 500_000)
    }

    @Test("With dropout everywhere, the gradients of k micro-batches add up to those of one", arguments: [2, 3, 7])
    func microBatches(_ parts: Int) throws {
        let small = try SmallModel(.small(dropout: 0.2))
        let batch = Batch(lengths: [5, 1, 9, 24, 2, 6, 3], vocabulary: 61, seed: 6)
        let whole = Gradients(of: small.parameters)
        let loss = small.addGradients(of: batch, to: whole, dropout: .init(seed: 3, step: 8, firstRow: 0))
        let cut = Gradients(of: small.parameters)
        var sum = 0.0
        for part in 0..<parts {
            let range = part * 7 / parts..<(part + 1) * 7 / parts
            let first = batch.segments.rows(of: range.lowerBound).lowerBound
            sum += small.addGradients(
                of: batch.headlines(range), to: cut, dropout: .init(seed: 3, step: 8, firstRow: first))
        }
        // Float rounding only: the sums are taken in another order. One other dropout bit would cost 1e-2.
        #expect(relativeError([sum], to: [loss]) < 1e-6)
        for parameter in small.parameters {
            let (a, b) = (cut.region(of: parameter), whole.region(of: parameter))
            let scale = max(
                b?.frozen().elements.map(\.magnitude).max() ?? 0, 1e-3 * (whole.flat.frozen().elements.max() ?? 0))
            let difference = largestDifference(
                a?.frozen().elements.map(Double.init) ?? [], b?.frozen().elements.map(Double.init) ?? [])
            #expect(difference <= 1e-5 * Double(scale), "\(parameter.name)")
        }
        let other = Gradients(of: small.parameters)
        let otherLoss = small.addGradients(of: batch, to: other, dropout: .init(seed: 3, step: 9, firstRow: 0))
        #expect((otherLoss - loss).magnitude > 1e-3, "another step has other bits")
    }

    @Test("After one step of AdamW every parameter has moved")
    func everyParameterMoves() throws {
        let small = try SmallModel(.small())
        let before = small.parameters.map { $0.array.elements }
        let gradients = Gradients(of: small.parameters)
        _ = small.addGradients(
            of: Batch(lengths: [9, 24, 1, 14], vocabulary: 61, seed: 7), to: gradients, dropout: nil)
        // Without decay, which would move matrices that have no gradient.
        let optimizer = AdamW(gradients, settings: .init(beta1: 0.9, beta2: 0.99, epsilon: 1e-8, weightDecay: 0))
        optimizer.update(learningRate: 1e-3, gradientScale: 1)
        for (parameter, before) in zip(small.parameters, before) {
            let moved = zip(parameter.array.elements, before).count { $0 != $1 }
            #expect(moved > before.count / 2, "\(parameter.name): \(moved) of \(before.count) moved")
        }
    }

    @Test("A model owns its parameters, and their number is known before it is made", arguments: [1, 3])
    func parameters(_ layers: Int) throws {
        let configuration = GPT2.Configuration.small(layers: layers)
        let model = try GPT2(configuration, from: .initialize(seed: 1))
        #expect(Double(model.parameterCount) == configuration.parameterCount)
        #expect(model.parameterCount == model.parameters.reduce(0) { $0 + $1.array.count })
        let arrays = Dictionary(uniqueKeysWithValues: model.parameters.map { ($0.name, $0.array) })
        #expect(try GPT2(configuration, from: .infer(arrays)).parameters.map(\.name) == model.parameters.map(\.name))
        #expect(throws: ParameterError.self) { try GPT2(configuration, from: .infer([:])) }
        #expect(
            model.trainable(lastBlocks: nil).count == model.parameters.count
                && model.trainable(lastBlocks: 1).count == 12)
    }

    @Test("Freezing all but some parameters leaves the gradients of those as they were")
    func frozen() throws {
        let small = try SmallModel(.small(dropout: 0.1))
        let batch = Batch(lengths: [9, 3], vocabulary: 61, seed: 8)
        let source = Tape.DropoutSource(seed: 1, step: 1, firstRow: 0)
        let all = Gradients(of: small.parameters)
        let loss = small.addGradients(of: batch, to: all, dropout: source)
        let last = small.parameters.filter { $0.name.hasPrefix("h.1.") || $0.name.hasPrefix("ln_f.") }
        let some = Gradients(of: last)
        #expect(small.addGradients(of: batch, to: some, dropout: source) == loss, "the frozen prefix drops out too")
        for parameter in last {
            #expect(some.region(of: parameter)?.frozen().elements == all.region(of: parameter)?.frozen().elements)
        }
    }

    @Test("A reference model inside a step has the bits of one alone and leaves the step's own bits as they were")
    func referenceModel() throws {
        let (small, other) = (try SmallModel(.small(dropout: 0.1)), try SmallModel(.small(dropout: 0.3), seed: 2))
        let batch = Batch(lengths: [9, 3, 24, 24, 24], vocabulary: 61, seed: 8)
        func reference() -> [Double] { other.model.losses(batch.tokens, batch.segments, targets: batch.targets) }
        let alone = reference()
        func run(_ between: () -> Void) -> (loss: Float, gradients: [Float]) {
            let gradients = Gradients(of: small.parameters)
            let tape = Tape(into: gradients, dropout: .init(seed: 1, step: 1, firstRow: 0))
            let loss = tape.record {
                let hidden = small.model(batch.tokens, batch.segments, cache: nil)
                between()
                return (hidden + hidden.dropout(0.2)).unembeddingCrossEntropySum(
                    Tensor(constant: small.parameters[0].array), targets: batch.targets)
            }
            tape.backward(from: loss)
            return (loss.value.scalar, gradients.flat.frozen().elements)
        }
        let undisturbed = run {}
        let withReference = run { #expect(Tape.suspended { reference() } == alone) }
        #expect(undisturbed.loss == withReference.loss && undisturbed.gradients == withReference.gradients)
    }

    @Test("A teacher's soft targets teach: a student comes close to the teacher's distribution")
    func distillation() throws {
        let (student, teacher) = (try SmallModel(.small(hiddenSize: 32)), try SmallModel(.small(), seed: 2))
        let batch = Batch(lengths: Array(repeating: 9, count: 4), vocabulary: 61, seed: 9)
        let hidden = teacher.model(batch.tokens, batch.segments, cache: nil)
        let targets = UnembeddingTargets.teacher { teacher.model.logits(Tensor(constant: hidden.value.rows($0))).value }
        // The least cross-entropy there can be: the teacher's own entropy.
        let entropy = teacher.model.lossSum(batch.tokens, batch.segments, targets: targets, weights: nil).value.scalar
        let gradients = Gradients(of: student.parameters)
        let steps = AdamW(gradients, settings: .init(beta1: 0.9, beta2: 0.99, epsilon: 1e-8, weightDecay: 0))
        var losses: [Float] = []
        for _ in 0..<150 {
            let tape = Tape(into: gradients, dropout: nil)
            let loss = tape.record {
                student.model.lossSum(batch.tokens, batch.segments, targets: targets, weights: nil)
            }
            tape.backward(from: loss)
            losses.append(loss.value.scalar - entropy)
            steps.update(learningRate: 5e-3, gradientScale: 1 / 36)
        }
        #expect(
            losses.allSatisfy { $0 > 0 } && (losses.last ?? .infinity) < 0.05 * losses[0],
            "\(losses[0]) … \(losses.last ?? 0)")
    }

    @Test("Eight headlines can be memorized")
    func memorizes() throws {
        let small = try SmallModel(.small(hiddenSize: 32))
        let words = Batch(lengths: Array(repeating: 9, count: 8), vocabulary: 60, seed: 9).tokens
        // 60 ends a headline. The first word of each is its own, so that every later token can be predicted.
        var (tokens, targets): ([Int32], [Int32]) = ([], [])
        for headline in 0..<8 {
            let body = [Int32(headline)] + words[headline * 9..<(headline + 1) * 9]
            tokens += body
            targets += body.dropFirst() + [60]
        }
        let batch = Batch(tokens: tokens, targets: targets, segments: Segments(lengths: Array(repeating: 10, count: 8)))
        let gradients = Gradients(of: small.parameters)
        let optimizer = AdamW(gradients, settings: .init(beta1: 0.9, beta2: 0.99, epsilon: 1e-8, weightDecay: 0))
        var loss = Double.infinity
        var steps = 0
        while loss >= 0.1, steps < 300 {
            loss = small.addGradients(of: batch, to: gradients, dropout: nil) / 80
            let factor = clippingFactor(norm: gradients.norm / 80, limit: 1) / 80
            optimizer.update(learningRate: 3e-3, gradientScale: Float(factor))
            steps += 1
        }
        print("memorized eight headlines: loss \(loss) after \(steps) steps")
        #expect(loss < 0.1)
    }
}
