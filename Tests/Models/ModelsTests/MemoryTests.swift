import Autograd
import Models
import NumericCore
import Optimization
import Testing
import TestSupport

@Suite("Memory of a warm run")
struct MemoryTests {
    @Test("A warm step copies no array and asks the system for no block")
    func warmSteps() throws {
        let small = try SmallModel(.small(dropout: 0.1))
        let batch = Batch(lengths: [5, 1, 9, 24, 2], vocabulary: 61, seed: 1)
        let gradients = Gradients(of: small.parameters)
        let optimizer = AdamW(gradients, settings: .init(beta1: 0.9, beta2: 0.99, epsilon: 1e-8, weightDecay: 0.1))
        func step(_ index: Int) {
            _ = small.addGradients(of: batch, to: gradients, dropout: .init(seed: 1, step: index, firstRow: 0))
            _ = gradients.norm
            optimizer.update(learningRate: 1e-4, gradientScale: 1e-2)
        }
        for index in 0..<3 { step(index) }
        // Other tests share pool and counter; twenty steps in a row without a change are our own doing.
        let isConstant = standsStill {
            BufferPool.shared.statistics.systemAllocations + MutableArray.copyCount
        } during: {
            for index in 0..<20 { step(index) }
        }
        #expect(isConstant)
    }

    @Test("A step without dropout copies no array either")
    func withoutDropout() throws {
        let small = try SmallModel(.small())
        let batch = Batch(lengths: [5, 1, 9], vocabulary: 61, seed: 1)
        let gradients = Gradients(of: small.parameters)
        let isConstant = standsStill {
            MutableArray.copyCount
        } during: {
            _ = small.addGradients(of: batch, to: gradients, dropout: nil)
        }
        #expect(isConstant)
    }

    @Test("A thousand forward-only passes leave the pool where it was")
    func forwardOnly() throws {
        let small = try SmallModel(.small(layers: 1, dropout: 0.1))
        let batch = Batch(lengths: [5, 1, 3], vocabulary: 61, seed: 1)
        _ = small.model.losses(batch.tokens, batch.segments, targets: batch.targets)
        // A leak of one array a pass is a thousand blocks; other tests come and go between attempts, so any will do.
        let isConstant = standsStill {
            let statistics = BufferPool.shared.statistics
            return statistics.liveBlocks << 40 + statistics.liveBytes
        } during: {
            for _ in 0..<1_000 { _ = small.model.losses(batch.tokens, batch.segments, targets: batch.targets) }
        }
        #expect(isConstant)
    }
}
