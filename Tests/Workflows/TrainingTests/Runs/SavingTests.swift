import Files
import Foundation
import JSON
import NumericCore
import Optimization
import Testing
import TestSupport
import Text
import Training

@Suite("When a run saves, and what it keeps")
struct SavingTests {
    private func saves(_ run: TinyRun) throws -> [Int] {
        try run.lines().filter { $0["kind"]?.string == "saved" }.compactMap { $0["step"]?.integer }
    }

    @Test("checkpoints come at the steps asked for, at evaluations within their share, and at the end")
    func moments() throws {
        try withTemporaryFolder { folder in
            let cases: [(every: Int?, share: Double, expected: [Int])] = [
                // An evaluation every two steps; the first save is free, as nothing is known of its cost.
                (nil, 1, [2, 4, 6, 8, 9]), (3, 1, [2, 3, 4, 6, 8, 9]), (4, 0, [4, 8, 9]), (nil, 0, [9]),
            ]
            for (index, (every, share, expected)) in cases.enumerated() {
                var run = try TinyRun(in: folder, named: "run-\(index)", steps: 9)
                run.settings.checkpoints.everySteps = every
                run.settings.checkpoints.shareOfTime = share
                try run.go()
                let found = try saves(run)
                // The first one of the clock's has no cost to go by yet, so a share of 0 lets it pass.
                #expect(found == expected || (share == 0 && found == ([2] + expected).sorted()), "\(found)")
            }
        }
    }

    @Test("the newest checkpoints are kept, at least the last good one before the newest, and older ones go")
    func keeping() throws {
        try withTemporaryFolder { folder in
            for keep in [1, 2, 3] {
                var run = try TinyRun(in: folder, named: "keep-\(keep)", steps: 5)
                run.settings.checkpoints.keep = keep
                try run.go()
                let kept = (1...5).filter { pathExists(run.checkpoint($0)) }
                #expect(kept == Array((6 - max(keep, 2))...5))
            }
        }
    }

    @Test("the best model is kept however little better it is, though patience asks for more")
    func smallImprovements() throws {
        try withTemporaryFolder { folder in
            var run = try TinyRun(in: folder, steps: 40)
            run.settings.evaluation.everySteps = 2
            run.settings.evaluation.patience = 2
            run.settings.evaluation.minimumImprovement = 10
            let events = EventList()
            #expect(try run.go(watching: [events]).outcome == .stoppedEarly)
            let evaluations = events.evaluations
            #expect(evaluations.map(\.step) == [0, 2, 4, 6])
            let best = try #require(evaluations.dropFirst().min { $0.result.loss < $1.result.loss })
            #expect(best.step == 6 && best.isBest, "\(evaluations.map(\.result.loss))")
            let card = String(decoding: try readFile("\(run.path)/best/README.md"), as: UTF8.self)
            #expect(card.contains(String(format: "%.4f", best.result.loss)))
        }
    }

    @Test("the card of weights that were stopped between two evaluations has no figures of other weights")
    func cardOfStopped() throws {
        try withTemporaryFolder { folder in
            let run = try TinyRun(in: folder)
            let events = EventList()
            try run.go(watching: [events], stopSignal: { events.steps.count == 3 ? 15 : nil })
            let last = String(decoding: try readFile("\(run.path)/last/README.md"), as: UTF8.self)
            let best = String(decoding: try readFile("\(run.path)/best/README.md"), as: UTF8.self)
            #expect(last.contains("It has not been evaluated.") && !best.contains("It has not been evaluated."))
        }
    }

    @Test("the model and the checkpoint of the best evaluation stay when later ones are worse")
    func best() throws {
        try withTemporaryFolder { folder in
            // Sixty headlines are soon learned by heart, at the cost of those held out.
            var run = try TinyRun(in: folder, steps: 80)
            run.settings.model.dropout = 0
            run.settings.optimizer.learningRate = 0.02
            run.settings.optimizer.decay = .constant
            run.settings.evaluation.everySteps = 10
            run.settings.checkpoints.everySteps = 10
            let events = EventList()
            try run.go(watching: [events])
            let evaluations = events.evaluations
            let best = try #require(evaluations.dropFirst().min { $0.result.loss < $1.result.loss })
            #expect(best.step < 80 && best.isBest, "\(evaluations.map(\.result.loss))")
            let kept = (1...80).filter { pathExists(run.checkpoint($0)) }
            #expect(kept == Set([best.step, 70, 80]).sorted(), "\(kept), the best at \(best.step)")
            let models = try run.models()
            #expect((models["best/model.safetensors"] == models["last/model.safetensors"]) == false)
            let card = String(decoding: try #require(models["best/README.md"]), as: UTF8.self)
            #expect(card.contains(String(format: "%.4f", best.result.loss)))
        }
    }

    @Test("at the end of a run its state is saved before its model is exported")
    func order() throws {
        try withTemporaryFolder { folder in
            let run = try TinyRun(in: folder)
            let witness = ModelWitness(run)
            try run.go(watching: [witness])
            #expect(witness.hasModelWhenSaved == false && isFolder("\(run.path)/last"))
        }
    }

    /// Looks whether `last/` is there when the state after the last step has been saved.
    private final class ModelWitness: TrainingObserver {
        private let run: TinyRun
        private(set) var hasModelWhenSaved: Bool?

        init(_ run: TinyRun) { self.run = run }

        func receive(_ event: TrainingEvent) throws {
            if case .saved(let saved) = event, saved.step == 6 { hasModelWhenSaved = isFolder("\(run.path)/last") }
        }

        func flush() throws {}
    }

    @Test("a run that cannot begin leaves nothing that stands in the way of the next attempt")
    func failedStart() throws {
        try withTemporaryFolder { folder in
            var run = try TinyRun(in: folder)
            run.settings.optimizer.warmUpSteps = 6
            let error = #expect(throws: TrainingError.self) { try run.go() }
            #expect(error?.category == .invalidRequest && error?.description.contains("warmUpSteps") == true)
            run.settings.optimizer.warmUpSteps = 2
            #expect(try run.go().outcome == .finished)
        }
    }

    @Test("after its warm-up pass a run asks the system for no block, whatever the shapes of its batches")
    func noNewBlocks() throws {
        try withTemporaryFolder { folder in
            // Sixty steps are fifteen epochs, each with a small step at its end; other tests share the pool, so twenty steps
            // in a row without a request are our own doing.
            var run = try TinyRun(in: folder, steps: 60)
            run.settings.evaluation.everySteps = 60
            run.settings.checkpoints.everySteps = 60
            run.settings.checkpoints.shareOfTime = 0
            let counter = AllocationCounter()
            var attempt = 0
            while !counter.stoodStill, attempt < 20 {
                try run.renamed("attempt-\(attempt)", in: folder).go(watching: [counter])
                attempt += 1
            }
            #expect(counter.stoodStill)
        }
    }

    /// Looks for twenty steps in a row, after the first, without a request to the system.
    private final class AllocationCounter: TrainingObserver {
        private var last = -1
        private var steps = 0
        private(set) var stoodStill = false

        func receive(_ event: TrainingEvent) throws {
            guard case .step(let report) = event, report.step > 1 else { return }
            let count = BufferPool.shared.statistics.systemAllocations
            steps = count == last ? steps + 1 : 0
            last = count
            if steps >= 20 { stoodStill = true }
        }

        func flush() throws {}
    }

    @Test("a thousand evaluations of ragged shapes leave the pool where it was")
    func forwardOnly() throws {
        try withTemporaryFolder { folder in
            let run = try TinyRun(in: folder)
            let task = try GeneratorSetup(run.settings, restoring: true) { _ in }.generator
            _ = task.evaluate(isStopping: { false })
            let stands = standsStill {
                let statistics = BufferPool.shared.statistics
                return statistics.liveBlocks << 40 + statistics.liveBytes
            } during: {
                for index in 0..<1_000 { _ = task.lossSum(of: [Int32(index % 50), Int32(index % 7)]) }
            }
            #expect(stands)
        }
    }
}
