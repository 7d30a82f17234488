import Autograd
import Files
import Foundation
import JSON
import NumericCore
import Optimization
import Testing
import TestSupport
import Text
import Training

@Suite("Stopping and resuming")
struct ResumeTests {
    @Test("three steps, a stop and three more leave the bits, the record and the models of six")
    func threeAndThree() throws {
        try withTemporaryFolder { folder in
            let whole = try TinyRun(in: folder, named: "whole")
            try whole.go()
            let parts = whole.renamed("parts", in: folder)
            let events = EventList()
            let first = try parts.go(watching: [events], stopSignal: { events.steps.count == 3 ? 15 : nil })
            #expect(first.outcome == .interrupted(signal: 15))
            #expect(pathExists(parts.checkpoint(3)) && !pathExists(parts.checkpoint(4)))
            let second = try parts.go(resume: true)
            #expect(second.outcome == .finished)
            try expectEqual(parts, whole, after: 6)
        }
    }

    @Test("a signal at any border of a micro-batch, an evaluation batch or a sample changes nothing in the end")
    func everyBorder() throws {
        try withTemporaryFolder { folder in
            let whole = try TinyRun(in: folder, named: "whole")
            let questions = LateSignal(at: .max)
            try whole.go(stopSignal: { questions() })
            #expect(questions.questions > 30, "there are few borders: \(questions.questions)")
            for arrival in 0..<questions.questions {
                let parts = whole.renamed("stopped-\(arrival)", in: folder)
                let signal = LateSignal(at: arrival)
                let first = try parts.go(stopSignal: { signal() })
                #expect(first.outcome == .interrupted(signal: 2))
                #expect(signal.questions == arrival + 2, "the signal was not answered at once")
                #expect(try parts.go(resume: true).outcome == .finished)
                try expectEqual(parts, whole, after: 6)
            }
        }
    }

    @Test("stopping at every third border again and again makes progress and ends with the same bits")
    func manyStops() throws {
        try withTemporaryFolder { folder in
            let whole = try TinyRun(in: folder, named: "whole")
            try whole.go()
            let parts = whole.renamed("parts", in: folder)
            var stops = 0
            var outcome = TrainingLoop.Outcome.interrupted(signal: 2)
            while outcome != .finished, stops < 60 {
                // An evaluation starts over when it was cut, so it must have room in what is granted.
                let signal = LateSignal(at: 12)
                outcome = try parts.go(resume: stops > 0, stopSignal: { signal() }).outcome
                stops += 1
            }
            #expect(outcome == .finished && stops > 2)
            try expectEqual(parts, whole, after: 6)
        }
    }

    @Test("frozen parameters stay as they are, and a partly frozen run resumes to the same bits")
    func frozen() throws {
        try withTemporaryFolder { folder in
            var whole = try TinyRun(in: folder, named: "whole")
            whole.settings.model.trainLastBlocks = 1
            try whole.go()
            let parts = whole.renamed("parts", in: folder)
            let signal = LateSignal(at: 17)
            try parts.go(stopSignal: { signal() })
            try parts.go(resume: true)
            try expectEqual(parts, whole, after: 6)
            var fresh = whole.renamed("fresh", in: folder)
            fresh.settings.batches.steps = 3
            let stop = LateSignal(at: 0)
            try fresh.go(stopSignal: { stop() })
            let (before, after) = (try fresh.state(after: 0).arrays, try whole.state(after: 6).arrays)
            for (name, bits) in after where name.hasPrefix("model/") {
                #expect((bits != before[name]) == name.hasPrefix("model/h.1."), "\(name)")
            }
        }
    }

    @Test("the last two blocks of DistilGPT-2's size are 14,175,744 parameters")
    func frozenCount() throws {
        try withTemporaryFolder { folder in
            var run = try TinyRun(in: folder)
            run.settings.model.layers = 6
            run.settings.model.hiddenSize = 768
            run.settings.model.heads = 12
            run.settings.model.trainLastBlocks = 2
            let task = try GeneratorSetup(run.settings, restoring: true) { _ in }.generator
            #expect(task.trainedParameters.reduce(0) { $0 + $1.array.count } == 14_175_744)
        }
    }

    @Test("one, two and three threads give the same bits, also when the number changes on resume")
    func threads() throws {
        try holdingThreadCount {
            let before = Parallelism.threads
            defer { Parallelism.setThreads(before) }
            try withTemporaryFolder { folder in
                var one = try TinyRun(in: folder, named: "one")
                // Large enough that products, rows and heads are shared among threads.
                one.settings.model.hiddenSize = 64
                one.settings.batches.tokensPerMicroBatch = 256
                one.settings.threads = 1
                try one.go()
                for threads in [2, 3] {
                    var other = one.renamed("threads-\(threads)", in: folder)
                    other.settings.threads = threads
                    try other.go()
                    try expectEqual(other, one, after: 6)
                }
                var changing = one.renamed("changing", in: folder)
                let signal = LateSignal(at: 20)
                try changing.go(stopSignal: { signal() })
                changing.settings.threads = 3
                changing.settings.logging.tensorBoard = true
                try changing.go(resume: true)
                try expectEqual(changing, one, after: 6)
            }
        }
    }

    @Test("how a step is cut into micro-batches changes its losses by no more than rounding")
    func cut() throws {
        try withTemporaryFolder { folder in
            let tokens = [128, 64, 256]
            let losses = try tokens.map { tokens in
                var run = try TinyRun(in: folder, named: "cut-\(tokens)")
                run.settings.batches.tokensPerMicroBatch = tokens
                run.settings.model.dropout = 0.2
                let events = EventList()
                try run.go(watching: [events])
                return events.steps.map(\.loss)
            }
            for other in losses.dropFirst() {
                #expect(other.count == 6)
                for (a, b) in zip(losses[0], other) {
                    // Losses of about 5.7, in float32, after up to five updates that divide by the gradient's own size.
                    #expect(abs(a - b) < 2e-5, "\(a) and \(b)")
                }
            }
        }
    }

    @Test("early stopping, the best model and the count of evaluations without a better one survive a stop")
    func earlyStopping() throws {
        try withTemporaryFolder { folder in
            var whole = try TinyRun(in: folder, named: "whole", steps: 40)
            whole.settings.evaluation.everySteps = 1
            whole.settings.evaluation.patience = 4
            whole.settings.evaluation.minimumImprovement = 1e-3
            whole.settings.optimizer.learningRate = 0.05
            let events = EventList()
            #expect(try whole.go(watching: [events]).outcome == .stoppedEarly)
            let last = events.steps.count
            #expect(last > 5 && last < 40)
            for steps in [last - 3, last - 1] {
                let parts = whole.renamed("parts-\(steps)", in: folder)
                let events = EventList()
                try parts.go(watching: [events], stopSignal: { events.steps.count == steps ? 2 : nil })
                #expect(try parts.go(resume: true).outcome == .stoppedEarly)
                try expectEqual(parts, whole, after: last)
                // And a run that has stopped early stays stopped.
                #expect(try parts.go(resume: true).outcome == .stoppedEarly)
                try expectEqual(parts, whole, after: last)
            }
        }
    }

    @Test("what the guard has learned of usual steps survives a stop")
    func guardState() throws {
        try withTemporaryFolder { folder in
            var whole = try TinyRun(in: folder, named: "whole", steps: 180)
            whole.settings.model.layers = 1
            whole.settings.lossSpikeGuard.deviations = 1
            whole.settings.lossSpikeGuard.patience = 100
            whole.settings.evaluation.everySteps = 90
            whole.settings.checkpoints.everySteps = 60
            whole.settings.batches.tokensPerMicroBatch = 256
            let events = EventList()
            try whole.go(watching: [events])
            // The guard judges only after 128 steps, and one deviation is little.
            #expect(events.steps.prefix(128).allSatisfy { !$0.isSkipped })
            #expect(events.steps.contains { $0.isSkipped })
            let parts = whole.renamed("parts", in: folder)
            let seen = EventList()
            try parts.go(watching: [seen], stopSignal: { seen.steps.count == 150 ? 2 : nil })
            try parts.go(resume: true)
            try expectEqual(parts, whole, after: 180)
        }
    }

    /// A run whose weights grow ninefold in each step, until the numbers end. It saves after every step and keeps one
    /// checkpoint beside the last good one.
    private func growing(in folder: String, named name: String = "run") throws -> TinyRun {
        var run = try TinyRun(in: folder, named: name, steps: 60)
        run.settings.optimizer.weightDecay = 1e4
        run.settings.optimizer.decay = .constant
        run.settings.optimizer.warmUpSteps = 0
        run.settings.lossSpikeGuard.patience = 3
        run.settings.evaluation.everySteps = 60
        run.settings.checkpoints.keep = 1
        return run
    }

    @Test(
        "a run that diverges names the last checkpoint that a later step was accepted from, and that one is still there"
    )
    func diverging() throws {
        try withTemporaryFolder { folder in
            let run = try growing(in: folder)
            let events = EventList()
            let error = #expect(throws: TrainingError.self) { try run.go(watching: [events]) }
            let text = "\(error?.description ?? "")"
            let accepted = events.steps.filter { !$0.isSkipped }
            // The weights after the last accepted step are what no further step can be made from.
            let last = try #require(accepted.last).step
            #expect(
                last > 2 && accepted.count == last && events.steps.count == last + 3, "\(events.steps.map(\.loss))")
            let good = run.checkpoint(last - 1)
            #expect(
                text.contains("3 steps in a row") && text.contains("the last good checkpoint is \(good):")
                    && text.contains("learningRate"), "\(text)")
            #expect(error?.category == .failure)
            #expect(try run.lines().last?["kind"]?.string == "stopped")
            // Nothing was saved while steps were skipped.
            #expect((1...60).filter { pathExists(run.checkpoint($0)) } == [last - 1, last])
            #expect(
                try run.state(after: last - 1).arrays.values.allSatisfy {
                    $0.allSatisfy { Float(bitPattern: $0).isFinite }
                })

            // A process that goes on from the newest, and so has accepted nothing itself, finds the good one in the folder.
            let resumed = #expect(throws: TrainingError.self) { try run.go(resume: true) }
            #expect(resumed?.description == text)
            // And from the good one the next step can be made again.
            try FileManager.default.removeItem(atPath: run.checkpoint(last))
            let again = EventList()
            let repeated = #expect(throws: TrainingError.self) { try run.go(resume: true, watching: [again]) }
            #expect(repeated?.description == text && again.steps.first?.isSkipped == false)
        }
    }

    @Test("a signal while steps are being skipped saves the run and leaves the last good checkpoint")
    func stoppedWhileSkipping() throws {
        try withTemporaryFolder { folder in
            let run = try growing(in: folder)
            let events = EventList()
            let outcome = try run.go(
                watching: [events], stopSignal: { events.steps.last?.isSkipped == true ? 15 : nil })
            #expect(outcome.outcome == .interrupted(signal: 15))
            let skipped = events.steps.count
            #expect((1...60).filter { pathExists(run.checkpoint($0)) } == [skipped - 2, skipped])
            let error = #expect(throws: TrainingError.self) { try run.go(resume: true) }
            #expect(error?.description.contains("the last good checkpoint is \(run.checkpoint(skipped - 2)):") == true)
        }
    }

    @Test("a run whose first step spoils the weights is not told that a checkpoint is good")
    func divergingAtOnce() throws {
        try withTemporaryFolder { folder in
            var run = try growing(in: folder)
            run.settings.optimizer.learningRate = 1e30
            let error = #expect(throws: TrainingError.self) { try run.go() }
            #expect(
                error?.description.contains("no checkpoint is known to be good") == true, "\(error?.description ?? "")")
        }
    }

    /// Everything that a run leaves is the same: bits of weights and moments, progress, record, model folders.
    private func expectEqual(
        _ a: TinyRun, _ b: TinyRun, after step: Int, sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let (left, right) = (try a.state(after: step), try b.state(after: step))
        #expect(left.progress == right.progress, sourceLocation: sourceLocation)
        #expect(left.arrays.keys.sorted() == right.arrays.keys.sorted(), sourceLocation: sourceLocation)
        let different = left.arrays.filter { $0.value != right.arrays[$0.key] }.keys.sorted()
        #expect(different.isEmpty, "\(different)", sourceLocation: sourceLocation)
        #expect(try a.record() == b.record(), sourceLocation: sourceLocation)
        let (models, others) = (try a.models(), try b.models())
        #expect(models.count == 18 && models.keys.sorted() == others.keys.sorted(), sourceLocation: sourceLocation)
        let changed = models.filter { $0.value != others[$0.key] }.keys.sorted()
        #expect(changed.isEmpty, "\(changed)", sourceLocation: sourceLocation)
    }
}
