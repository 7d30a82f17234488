import Autograd
import NumericCore
import Testing
import TestSupport

private let source = Tape.DropoutSource(seed: 42, step: 3, firstRow: 0)

@Suite("Dropout")
struct DropoutTests {
    @Test("Off the tape dropout is the identity, whatever its probability")
    func identity() {
        let x = Tensor(constant: NDArray([1, 2, 3, 4], shape: [2, 2]))
        #expect(x.dropout(0.9).value.elements == [1, 2, 3, 4])
    }

    @Test("On a tape, data with nothing recorded upstream drops out too")
    func frozenPrefix() {
        let ones = NDArray([Float](repeating: 1, count: 4_000), shape: [40, 100])
        var dropped = 0
        _ = RecordedOperation(inputs: [NDArray([1], shape: [1])], wiring: .parameters, cotangent: [1], dropout: source)
        {
            dropped = Tensor(constant: ones).dropout(0.5).value.elements.count { $0 == 0 }
            return $0[0]
        }
        #expect((1_800...2_200).contains(dropped))
    }

    @Test(
        "Kept elements are scaled by 1/(1 - p), the rest is 0, and the pullback uses the same bits",
        arguments: [
            Float(0.1), 0.25, 0.5, 0.9,
        ])
    func rateAndScale(_ probability: Float) {
        let (rows, columns) = (300, 333)
        let ones = NDArray([Float](repeating: 1, count: rows * columns), shape: Shape(rows: rows, columns: columns))
        let recorded = RecordedOperation(
            inputs: [ones], wiring: .results, cotangent: [Double](repeating: 1, count: rows * columns), dropout: source
        ) { $0[0].dropout(probability) }
        let scale = Double(1 / (1 - probability))
        #expect(recorded.output.allSatisfy { $0 == 0 || $0 == scale })
        #expect(recorded.gradients[0].map(Double.init) == recorded.output)
        // Five deviations of a binomial share.
        let kept = Double(recorded.output.count { $0 != 0 }) / Double(rows * columns)
        let standardDeviation =
            Double(probability * (1 - probability)).squareRoot() / Double(rows * columns).squareRoot()
        #expect((kept - Double(1 - probability)).magnitude < 5 * standardDeviation)
        // Neither a row nor a column repeats another.
        let matrix = Matrix(rows: rows, columns: columns, recorded.output)
        #expect(Set((0..<rows).map(matrix.row)).count == rows)
        #expect(Set((0..<columns).map(matrix.transposed.row)).count == columns)
    }

    @Test("Bits differ by seed, step and call, and are those of Philox's counter (column / 4, row, call, step)")
    func bits() {
        func mask(seed: UInt64, step: UInt32, ordinal: UInt32, firstRow: UInt32, columns: Int) -> [Bool] {
            let ones = NDArray([Float](repeating: 1, count: 3 * columns), shape: Shape(rows: 3, columns: columns))
            let bits = DropoutBits(seed: seed, step: step, ordinal: ordinal, firstRow: firstRow, probability: 0.5)
            return ones.dropout(bits).elements.map { $0 != 0 }
        }
        let expected = (0..<3).flatMap { row in
            (0..<301).map { column in
                Philox(key: 9).words(UInt32(column / 4), UInt32(row) + 70, 5, 2)[column % 4] >= 1 << 31
            }
        }
        let reference = mask(seed: 9, step: 2, ordinal: 5, firstRow: 70, columns: 301)
        #expect(reference == expected)
        #expect(reference != mask(seed: 8, step: 2, ordinal: 5, firstRow: 70, columns: 301))
        #expect(reference != mask(seed: 9, step: 3, ordinal: 5, firstRow: 70, columns: 301))
        #expect(reference != mask(seed: 9, step: 2, ordinal: 6, firstRow: 70, columns: 301))
        #expect(
            Array(reference.dropFirst(301).prefix(301))
                == Array(mask(seed: 9, step: 2, ordinal: 5, firstRow: 71, columns: 301).prefix(301)))
    }

    @Test(
        "Dropout of attention weights and its pullbacks match an oracle with the same bits", arguments: [true, false])
    func attentionWeights(_ causal: Bool) {
        let attention = DroppedAttention(lengths: [5, 1, 9], causal: causal)
        let (inputs, cotangent, recorded) = attention.record()
        let check = GradientCheck(inputs: inputs, cotangent: cotangent) { attention.oracle($0) }
        #expect(relativeError(recorded.output, to: attention.oracle(inputs)) < 2e-6)
        for index in 0..<3 { #expect(check.error(of: recorded.gradients[index], ofInput: index) < 2e-6) }
    }

    @Test("Rows that stand for tokens draw the bits of those, forward and backward")
    func rowsElsewhere() {
        let all = NDArray([Float](repeating: 1, count: 9 * 70), shape: [9, 70])
        let bits = DropoutBits(seed: 4, step: 1, ordinal: 2, firstRow: 30, probability: 0.4)
        let places: [Int32] = [8, 0, 3]
        #expect(
            all.gatherRows(places).dropout(bits, rows: places).elements == all.dropout(bits).gatherRows(places).elements
        )
        let recorded = RecordedOperation(
            inputs: [all.gatherRows(places)], wiring: .results, cotangent: [Double](repeating: 1, count: 3 * 70),
            dropout: source
        ) { $0[0].dropout(0.4, rows: places) }
        #expect(recorded.gradients[0].map(Double.init) == recorded.output)
        #expect(Set(recorded.output).count == 2)
    }

    @Test("First tokens that attend alone get the outputs and gradients that they get among all, dropout included")
    func firstTokens() {
        let lengths = [5, 1, 270, 2]
        var numbers = SeededNumbers(seed: 8)
        let segments = Segments(lengths: lengths)
        let shape = Shape(rows: segments.rowCount, columns: 6)
        let inputs = (0..<3).map { _ in NDArray(numbers.normals(shape.count).map { Float($0) }, shape: shape) }
        let cotangent = numbers.normals(4 * 6)
        func record(_ alone: Bool) -> RecordedOperation {
            RecordedOperation(inputs: inputs, wiring: .results, cotangent: cotangent, dropout: source) { x in
                func attend(_ projections: AttentionProjections) -> Tensor {
                    .attention(projections, heads: 2, segments: segments, causal: false, dropout: 0.3, cache: nil)
                }
                return alone
                    ? attend(.firstTokens(query: x[0].rows(segments.firstRows), key: x[1], value: x[2]))
                    : attend(.separate(query: x[0], key: x[1], value: x[2])).rows(segments.firstRows)
            }
        }
        let (alone, among) = (record(true), record(false))
        #expect(alone.output == among.output && alone.gradients == among.gradients)
    }

    @Test(
        "A segment longer than the 256 words a kernel draws at a time drops the right weights in both directions"
    )
    func longSegment() {
        let attention = DroppedAttention(lengths: [2, 270, 4], causal: true)
        let (inputs, cotangent, recorded) = attention.record()
        #expect(relativeError(recorded.output, to: attention.oracle(inputs)) < 2e-6)
        // The output is linear in the value: its gradient is the transpose of the dropped weights, no differences needed.
        var dValue = [Double](repeating: 0, count: inputs[2].count)
        for pair in attention.weights(inputs) {
            for column in attention.columns(of: pair.head) {
                dValue[pair.key * attention.hiddenSize + column] +=
                    pair.weight * cotangent[pair.query * attention.hiddenSize + column]
            }
        }
        #expect(relativeError(recorded.gradients[2].map(Double.init), to: dValue) < 2e-6)
    }
}

/// Attention with dropout of its weights, and the same in Double with bits as ``DropoutBits`` documents them.
private struct DroppedAttention: Sendable {
    let lengths: [Int]
    let causal: Bool
    let heads = 2
    let size = 3
    let probability: Float = 0.3
    let firstRow = 1_000

    var hiddenSize: Int { heads * size }
    var rows: Int { lengths.reduce(0, +) }
    func columns(of head: Int) -> Range<Int> { head * size..<(head + 1) * size }

    func record() -> (inputs: [[Double]], cotangent: [Double], recorded: RecordedOperation) {
        var numbers = SeededNumbers(seed: 5)
        let inputs = (0..<3).map { _ in numbers.normals(rows * hiddenSize) }
        let cotangent = numbers.normals(rows * hiddenSize)
        let recorded = RecordedOperation(
            inputs: inputs.map { NDArray($0.map { Float($0) }, shape: Shape(rows: rows, columns: hiddenSize)) },
            wiring: .results, cotangent: cotangent, dropout: .init(seed: 6, step: 1, firstRow: firstRow)
        ) { x in
            .attention(
                .separate(query: x[0], key: x[1], value: x[2]), heads: heads, segments: Segments(lengths: lengths),
                causal: causal, dropout: probability, cache: nil)
        }
        return (inputs, cotangent, recorded)
    }

    /// The output for query, key and value.
    func oracle(_ inputs: [[Double]]) -> [Double] {
        var output = [Double](repeating: 0, count: rows * hiddenSize)
        for pair in weights(inputs) {
            for column in columns(of: pair.head) {
                output[pair.query * hiddenSize + column] += pair.weight * inputs[2][pair.key * hiddenSize + column]
            }
        }
        return output
    }

    /// The kept and scaled weight of every pair of rows that attends.
    func weights(_ inputs: [[Double]]) -> [(head: Int, query: Int, key: Int, weight: Double)] {
        var weights: [(head: Int, query: Int, key: Int, weight: Double)] = []
        var first = 0
        for length in lengths {
            for head in 0..<heads {
                for query in first..<first + length {
                    let scores = (first..<(causal ? query + 1 : first + length)).map { key in
                        columns(of: head).reduce(0) {
                            $0 + inputs[0][query * hiddenSize + $1] * inputs[1][key * hiddenSize + $1]
                        } / Double(size).squareRoot()
                    }
                    for (index, weight) in Oracle.softmax(scores).enumerated() {
                        let column = UInt32(head * 65_536 + index)
                        let words = Philox(key: 6).words(column / 4, UInt32(firstRow + query), 0, 1)
                        let kept = Double(words[Int(column % 4)]) >= Double(probability) * 0x1p32
                        weights.append((head, query, first + index, kept ? weight * Double(1 / (1 - probability)) : 0))
                    }
                }
            }
            first += length
        }
        return weights
    }
}
