import HeadlineData
import NumericCore
import Testing
import Tokenization

/// One id for each byte, none of them 0.
private func bytes(_ text: String) -> [Int32] { text.utf8.map { Int32($0) } }

@Suite struct TokenizedHeadlinesTests {
    private let texts = ["ab", "c", "defgh", "ij kl"]

    @Test("A headline reads the end of text and itself, and predicts itself and the end of text")
    func frames() throws {
        let framed = try TokenizedHeadlines(
            ["ab", "c"], frame: .generator(endOfText: 0), maximumTokens: 9, overlong: .cut, encode: bytes)
        let batch = framed.microBatch([1, 0, 1])
        #expect(batch.inputs == [0, 99, 0, 97, 98, 0, 99])
        #expect(batch.targets == [99, 0, 97, 98, 0, 99, 0])
        #expect(batch.segments == Segments(lengths: [2, 3, 2]))
        #expect(framed.lengths == [3, 2])
        #expect(framed.rows == [0, 1])
    }

    @Test("A headline longer than the context is cut and predicts no end, and is counted")
    func cuts() throws {
        let framed = try TokenizedHeadlines(
            texts, frame: .generator(endOfText: 0), maximumTokens: 5, overlong: .cut, encode: bytes)
        let batch = framed.microBatch([2, 0])
        #expect(batch.inputs == [0, 100, 101, 102, 103, 0, 97, 98])
        #expect(batch.targets == [100, 101, 102, 103, 104, 97, 98, 0])
        #expect(framed.isCut == [false, false, true, true])
        #expect(framed.summary.cut == 2 && framed.summary.dropped == 0 && framed.summary.kept == 4)
        #expect(framed.summary.tokens == 3 + 2 + 5 + 5)
        #expect(framed.summary.longest == 6)
        #expect(framed.byteCounts == [2, 1, 5, 5])
    }

    @Test("A headline that just fits keeps its end")
    func keepsWhatFits() throws {
        let framed = try TokenizedHeadlines(
            texts, frame: .generator(endOfText: 0), maximumTokens: 6, overlong: .cut, encode: bytes)
        #expect(framed.summary.cut == 0)
        #expect(framed.microBatch([2]).targets == [100, 101, 102, 103, 104, 0])
        let one = try TokenizedHeadlines(
            ["ab"], frame: .generator(endOfText: 0), maximumTokens: 1, overlong: .cut, encode: bytes)
        #expect(one.microBatch([0]).inputs == [0])
        #expect(one.microBatch([0]).targets == [97])
    }

    @Test("A headline longer than the context is dropped if so configured, and is counted")
    func drops() throws {
        let framed = try TokenizedHeadlines(
            ["defgh", "ab", "ij kl", "c"], frame: .generator(endOfText: 0), maximumTokens: 5, overlong: .drop,
            encode: bytes)
        #expect(framed.rows == [1, 3])
        #expect(framed.summary.dropped == 2 && framed.summary.kept == 2 && framed.summary.cut == 0)
        #expect(framed.microBatch([0, 1]).targets == [97, 98, 0, 99, 0])
        let error = #expect(throws: FramingError.self) {
            try TokenizedHeadlines(
                texts, frame: .generator(endOfText: 0), maximumTokens: 1, overlong: .drop, encode: bytes)
        }
        #expect(error?.description.contains("all 4 headlines were dropped") == true)
        #expect(throws: FramingError.self) {
            try TokenizedHeadlines([], frame: .generator(endOfText: 0), maximumTokens: 9, overlong: .cut, encode: bytes)
        }
    }

    @Test(
        "A classifier reads its frame around a headline, which a cut leaves whole, and has one target for each headline"
    )
    func framesForClassifiers() throws {
        let labels = [2, 0, 1, 5]
        let texts = ["ab", "", "defgh", "c"]
        let frame = HeadlineFrame.classifier(prefix: [1], suffix: [2, 3])
        let framed = try TokenizedHeadlines(
            texts, labels: labels, frame: frame, maximumTokens: 6, overlong: .cut, encode: bytes)
        let batch = framed.microBatch([1, 0])
        #expect(batch.inputs == [1, 100, 101, 102, 2, 3, 1, 97, 98, 2, 3])
        #expect(batch.segments == Segments(lengths: [6, 5]))
        #expect(batch.targets == [1, 2])
        #expect(framed.rows == [0, 2, 3] && framed.labels == [2, 1, 5] && framed.isCut == [false, true, false])
        #expect(
            framed.summary.description.hasSuffix(
                "the longest 8; 1 cut and 0 dropped for their length, 1 dropped for having no token"))
        let dropped = try TokenizedHeadlines(
            texts, labels: labels, frame: frame, maximumTokens: 7, overlong: .drop, encode: bytes)
        #expect(dropped.labels == [2, 5] && dropped.summary.dropped == 1 && dropped.summary.empty == 1)
        #expect(throws: FramingError.noTokens(headlines: 2)) {
            try TokenizedHeadlines(
                ["", ""], labels: [0, 1], frame: frame, maximumTokens: 6, overlong: .cut, encode: bytes)
        }
    }

    @Test("Evaluation takes every headline once, in order, within its budget")
    func evaluatesInOrder() throws {
        var invented = InventedHeadlines(seed: 1)
        let framed = try TokenizedHeadlines(
            invented.headlines(300), frame: .generator(endOfText: 0), maximumTokens: 64, overlong: .cut, encode: bytes)
        for budget in [1, 64, 500, 1_000_000] {
            let batches = Packing.batches(of: framed.lengths, rows: budget)
            #expect(batches.flatMap(Array.init) == Array(0..<300))
            for batch in batches {
                let tokens = framed.microBatch(batch).inputs.count
                #expect(tokens <= budget || batch.count == 1)
                if batch.upperBound < 300 { #expect(tokens + framed.length(batch.upperBound) > budget) }
            }
        }
    }

    @Test("The micro-batches of all steps of an epoch hold every headline's tokens and no others")
    func coversAnEpoch() throws {
        var invented = InventedHeadlines(seed: 2)
        let texts = invented.headlines(200)
        let framed = try TokenizedHeadlines(
            texts, frame: .generator(endOfText: 0), maximumTokens: 80, overlong: .drop, encode: bytes)
        let plan = try BatchPlan(lengths: framed.lengths, tokensPerStep: 400, tokensPerMicroBatch: 160, seed: 1)
        var seen = [String?](repeating: nil, count: framed.count)
        for step in try StepSequence(plan).prefix(plan.stepCount(ofEpoch: 0)) {
            for headlines in step.microBatches {
                let batch = framed.microBatch(headlines)
                #expect(batch.inputs.count <= 160)
                for (segment, headline) in headlines.enumerated() {
                    let range = batch.segments.rows(of: segment)
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
        #expect(framed.summary.dropped + framed.count == 200 && framed.summary.dropped > 0)
    }
}
