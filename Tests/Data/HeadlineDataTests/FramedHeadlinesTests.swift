import HeadlineData
import Testing

/// One id for each byte, none of them 0.
private func bytes(_ text: String) -> [Int32] { text.utf8.map { Int32($0) } }

@Suite struct FramedHeadlinesTests {
    private let texts = ["ab", "c", "defgh", "ij kl"]

    @Test("A headline reads the end of text and itself, and predicts itself and the end of text")
    func frames() throws {
        let framed = try FramedHeadlines(["ab", "c"], endOfText: 0, maximumTokens: 9, overlong: .cut, encode: bytes)
        let batch = framed.microBatch([1, 0, 1], firstRow: 7)
        #expect(batch.inputs == [0, 99, 0, 97, 98, 0, 99])
        #expect(batch.targets == [99, 0, 97, 98, 0, 99, 0])
        #expect(batch.offsets == [0, 2, 5, 7])
        #expect(batch.headlines == [1, 0, 1])
        #expect(batch.firstRow == 7)
        #expect(framed.lengths == [3, 2])
        #expect(framed.rows == [0, 1])
    }

    @Test("A headline longer than the context is cut and predicts no end, and is counted")
    func cuts() throws {
        let framed = try FramedHeadlines(texts, endOfText: 0, maximumTokens: 5, overlong: .cut, encode: bytes)
        let batch = framed.microBatch([2, 0])
        #expect(batch.inputs == [0, 100, 101, 102, 103, 0, 97, 98])
        #expect(batch.targets == [100, 101, 102, 103, 104, 97, 98, 0])
        #expect(framed.isCut == [false, false, true, true])
        #expect(framed.report.cut == 2 && framed.report.dropped == 0 && framed.report.kept == 4)
        #expect(framed.report.tokens == 3 + 2 + 5 + 5)
        #expect(framed.report.longest == 6)
        #expect(framed.byteCounts == [2, 1, 5, 5])
        #expect(framed.wordCounts == [1, 1, 1, 2])
    }

    @Test("A headline that just fits keeps its end")
    func keepsWhatFits() throws {
        let framed = try FramedHeadlines(texts, endOfText: 0, maximumTokens: 6, overlong: .cut, encode: bytes)
        #expect(framed.report.cut == 0)
        #expect(framed.microBatch([2]).targets == [100, 101, 102, 103, 104, 0])
        let one = try FramedHeadlines(["ab"], endOfText: 0, maximumTokens: 1, overlong: .cut, encode: bytes)
        #expect(one.microBatch([0]).inputs == [0])
        #expect(one.microBatch([0]).targets == [97])
    }

    @Test("A headline longer than the context is dropped if so configured, and is counted")
    func drops() throws {
        let framed = try FramedHeadlines(
            ["defgh", "ab", "ij kl", "c"], endOfText: 0, maximumTokens: 5, overlong: .drop, encode: bytes)
        #expect(framed.rows == [1, 3])
        #expect(framed.report.dropped == 2 && framed.report.kept == 2 && framed.report.cut == 0)
        #expect(framed.microBatch([0, 1]).targets == [97, 98, 0, 99, 0])
        let error = #expect(throws: FramingError.self) {
            try FramedHeadlines(texts, endOfText: 0, maximumTokens: 1, overlong: .drop, encode: bytes)
        }
        #expect(error?.description.contains("all 4 headlines were dropped") == true)
        #expect(throws: FramingError.self) {
            try FramedHeadlines([], endOfText: 0, maximumTokens: 9, overlong: .cut, encode: bytes)
        }
    }

    @Test("Evaluation takes every headline once, in order, within its budget")
    func evaluatesInOrder() throws {
        var invented = InventedHeadlines(seed: 1)
        let framed = try FramedHeadlines(
            invented.headlines(300), endOfText: 0, maximumTokens: 64, overlong: .cut, encode: bytes)
        for budget in [1, 64, 500, 1_000_000] {
            let runs = sequentialRuns(of: framed.lengths, tokens: budget)
            #expect(runs.flatMap(Array.init) == Array(0..<300))
            for run in runs {
                let tokens = framed.microBatch(run).inputs.count
                #expect(tokens <= budget || run.count == 1)
                if run.upperBound < 300 { #expect(tokens + framed.length(Int(run.upperBound)) > budget) }
            }
        }
    }

    @Test("The micro-batches of all steps of an epoch hold every headline's tokens and no others")
    func coversAnEpoch() throws {
        var invented = InventedHeadlines(seed: 2)
        let texts = invented.headlines(200)
        let framed = try FramedHeadlines(texts, endOfText: 0, maximumTokens: 80, overlong: .drop, encode: bytes)
        let plan = try BatchPlan(lengths: framed.lengths, tokensPerStep: 400, tokensPerMicroBatch: 160, seed: 1)
        var seen = [String?](repeating: nil, count: framed.count)
        for step in try StepSequence(plan).prefix(plan.stepCount(ofEpoch: 0)) {
            for (headlines, firstRow) in zip(step.microBatches, step.firstRows) {
                let batch = framed.microBatch(headlines, firstRow: firstRow)
                #expect(batch.inputs.count <= 160)
                for (segment, headline) in batch.headlines.enumerated() {
                    let range = Int(batch.offsets[segment])..<Int(batch.offsets[segment + 1])
                    #expect(batch.inputs[range.lowerBound] == 0)
                    #expect(batch.inputs[range].dropFirst().elementsEqual(batch.targets[range].dropLast()))
                    #expect(batch.targets[range].last == 0)
                    #expect(seen[Int(headline)] == nil)
                    seen[Int(headline)] = String(
                        decoding: batch.targets[range].dropLast().map { UInt8($0) }, as: UTF8.self)
                }
            }
        }
        #expect(seen == framed.rows.map { texts[Int($0)] })
        #expect(framed.report.dropped + framed.count == 200 && framed.report.dropped > 0)
    }
}
