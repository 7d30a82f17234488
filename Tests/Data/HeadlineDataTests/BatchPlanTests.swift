import Foundation
import HeadlineData
import Randomness
import Testing

private func inventedLengths(_ count: Int, longest: Int, seed: UInt64) -> [Int32] {
    var generator = SplitMix64(seed: seed)
    return (0..<count).map { _ in Int32(1 + generator.below(longest)) }
}

private func steps(_ plan: BatchPlan, _ count: Int, from cursor: DataCursor = .start) throws -> [StepPlan] {
    var sequence = try StepSequence(plan, from: cursor)
    return (0..<count).compactMap { _ in sequence.next() }
}

@Suite struct BatchPlanTests {
    @Test("Every epoch takes every headline once, in an order of its own")
    func visitsEveryHeadlineOnce() throws {
        let plan = try BatchPlan(
            lengths: inventedLengths(997, longest: 40, seed: 1), tokensPerStep: 256, tokensPerMicroBatch: 64, seed: 5)
        let counts = (0..<3).map { plan.stepCount(ofEpoch: $0) }
        #expect(plan.stepCount(ofEpochs: 0..<3) == counts.reduce(0, +))
        let all = try steps(plan, counts.reduce(0, +))
        var first = 0
        for epoch in 0..<3 {
            let own = all[first..<(first + counts[epoch])]
            first += counts[epoch]
            #expect(own.allSatisfy { $0.epoch == epoch })
            let order = own.flatMap(\.headlines)
            #expect(order == plan.order(ofEpoch: epoch))
            #expect(order.sorted() == Array(0..<997))
        }
        #expect(all.map(\.step) == Array(all.indices))
        #expect(Set((0..<3).map { plan.order(ofEpoch: $0) }).count == 3)
    }

    @Test("The order is a function of seed and epoch, the same on every machine")
    func isReproducible() throws {
        func order(_ seed: UInt64, _ epoch: Int) throws -> [Int32] {
            try BatchPlan(lengths: Array(repeating: 1, count: 10), tokensPerStep: 4, tokensPerMicroBatch: 4, seed: seed)
                .order(ofEpoch: epoch)
        }
        #expect(try order(1, 0) == Self.expectedOrder)
        #expect(try order(1, 0) != order(2, 0))
        #expect(try order(1, 1) != order(2, 0))
    }
    static let expectedOrder: [Int32] = [6, 5, 4, 7, 2, 9, 0, 1, 8, 3]

    @Test("A step takes whole headlines until the next would exceed its budget")
    func fillsSteps() throws {
        let lengths = inventedLengths(500, longest: 50, seed: 2)
        let plan = try BatchPlan(lengths: lengths, tokensPerStep: 200, tokensPerMicroBatch: 50, seed: 1)
        let all = try steps(plan, plan.stepCount(ofEpoch: 0))
        let order = plan.order(ofEpoch: 0)
        var position = 0
        for step in all {
            position += step.headlines.count
            #expect(step.tokenCount == step.headlines.reduce(0) { $0 + Int(lengths[Int($1)]) })
            #expect(step.tokenCount <= 200)
            if position < order.count { #expect(step.tokenCount + Int(lengths[Int(order[position])]) > 200) }
        }
        // The last step of an epoch is the only one that may stop short.
        #expect(all.dropLast().allSatisfy { $0.tokenCount > 150 })
    }

    @Test("How a step is cut changes neither what it holds nor its order", arguments: [30, 31, 64, 200, 100_000])
    func isIndependentOfTheCut(tokensPerMicroBatch: Int) throws {
        let lengths = inventedLengths(400, longest: 30, seed: 3)
        let whole = try BatchPlan(lengths: lengths, tokensPerStep: 200, tokensPerMicroBatch: 200, seed: 1)
        let cut = try BatchPlan(
            lengths: lengths, tokensPerStep: 200, tokensPerMicroBatch: tokensPerMicroBatch, seed: 1)
        for (a, b) in try zip(steps(whole, 80), steps(cut, 80)) {
            #expect(a.microBatches.count == 1)
            #expect(a.headlines == b.headlines)
            #expect(a.tokenCount == b.tokenCount && a.epoch == b.epoch)
            var firstRow = 0
            for (microBatch, row) in zip(b.microBatches, b.firstRows) {
                #expect(row == firstRow)
                let tokens = microBatch.reduce(0) { $0 + Int(lengths[Int($1)]) }
                #expect(!microBatch.isEmpty && tokens <= tokensPerMicroBatch)
                firstRow += tokens
            }
            #expect(firstRow == b.tokenCount)
        }
    }

    @Test("From any cursor, also one that was written down and read back, the steps go on as if never interrupted")
    func resumes() throws {
        let plan = try BatchPlan(
            lengths: inventedLengths(60, longest: 20, seed: 4), tokensPerStep: 64, tokensPerMicroBatch: 32, seed: 9)
        let all = try steps(plan, 40)
        var sequence = try StepSequence(plan)
        for taken in 0..<30 {
            let written = try JSONEncoder().encode(sequence.cursor)
            let cursor = try JSONDecoder().decode(DataCursor.self, from: written)
            #expect(cursor.step == taken)
            #expect(try steps(plan, 40 - taken, from: cursor) == Array(all[taken...]))
            _ = sequence.next()
        }
        #expect(all[39].epoch >= 2)
    }

    @Test("A cursor outside of the data is refused")
    func refusesForeignCursors() throws {
        let plan = try BatchPlan(lengths: [1, 2, 3], tokensPerStep: 4, tokensPerMicroBatch: 4, seed: 0)
        for (epoch, position, step) in [
            (0, 3, 0), (-1, 0, 0), (0, -1, 0), (0, 0, -1), (Int.max, 0, 0), (0, 0, Int.max),
        ] {
            let cursor = DataCursor(epoch: epoch, position: position, step: step)
            #expect(throws: DataCursorError.self) { try StepSequence(plan, from: cursor) }
        }
    }

    @Test("A budget smaller than the longest headline is refused")
    func refusesSmallBudgets() {
        let cases: [(Int, Int, BatchPlanError.Budget)] = [
            (6, 7, .step), (7, 6, .microBatch), (0, 7, .step), (-1, -1, .step),
        ]
        for (step, microBatch, budget) in cases {
            let error = #expect(throws: BatchPlanError.self) {
                try BatchPlan(lengths: [3, 7, 1], tokensPerStep: step, tokensPerMicroBatch: microBatch, seed: 0)
            }
            #expect(error?.budget == budget)
            #expect(error?.longestHeadline == 7)
        }
        #expect(throws: Never.self) {
            try BatchPlan(lengths: [3, 7, 1], tokensPerStep: 7, tokensPerMicroBatch: 7, seed: 0)
        }
    }
}
