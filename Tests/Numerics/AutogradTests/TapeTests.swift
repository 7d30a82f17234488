import Autograd
import NumericCore
import Testing
import TestSupport

private func parameter(_ name: String, _ elements: [Float], _ shape: Shape) -> Parameter {
    let buffer = MutableArray(shape: shape)
    buffer.assign(NDArray(elements, shape: shape))
    return Parameter(name: name, buffer: buffer)
}

@Suite("Tape and gradients")
struct TapeTests {
    @Test("Gradients add up over passes, and clearing removes even what is not finite")
    func accumulates() {
        let x = parameter("x", [1, 2, 3], [1, 3])
        let gradients = Gradients(of: [x])
        for pass in 1...3 {
            let tape = Tape(into: gradients, dropout: nil)
            let loss = tape.record { (x.tensor + x.tensor).dot(NDArray([1, 10, 100], shape: [1, 3])) }
            tape.backward(from: loss)
            #expect(gradients.region(of: x)?.frozen().elements == [2, 20, 200].map { Float(pass) * $0 })
        }
        #expect((gradients.norm - 3 * (4 + 400 + 40_000).squareRoot()).magnitude < 1e-9)
        gradients.flat.fill(with: .nan)
        gradients.clear()
        #expect(gradients.flat.frozen().elements.allSatisfy { $0 == 0 })
    }

    @Test("A parameter that is not listed gets no gradient and costs no node; one that is listed and unused keeps 0")
    func frozen() {
        let weight = parameter("weight", [1, 2, 3, 4], [2, 2])
        let frozen = parameter("frozen", [5, 6], [2])
        let unused = parameter("unused", [7], [1])
        let gradients = Gradients(of: [weight, unused])
        #expect(gradients.region(of: frozen) == nil)
        let x = Tensor(constant: NDArray([1, -1], shape: [1, 2]))
        let tape = Tape(into: gradients, dropout: nil)
        let loss = tape.record {
            x.linear(weight.tensor, layout: .inputOutput, bias: frozen.tensor).dot(NDArray([1, 2], shape: [1, 2]))
        }
        tape.backward(from: loss)
        #expect(gradients.region(of: weight)?.frozen().elements == [1, 2, -1, -2])
        #expect(gradients.region(of: unused)?.frozen().elements == [0])
    }

    @Test("A tied weight gets the sum of both uses")
    func tied() {
        var numbers = SeededNumbers(seed: 11)
        let table = numbers.normals(7 * 4)
        let ids: [Int32] = [1, 6, 1, 3]
        let targets: [Int32] = [6, 0, 2, 2]
        let recorded = RecordedOperation(
            inputs: [NDArray(table.map { Float($0) }, shape: [7, 4])], wiring: .parameters, cotangent: nil
        ) { Tensor.lookup(ids, in: $0[0]).unembeddingCrossEntropySum($0[0], targets: targets) }
        let check = GradientCheck(inputs: [table], cotangent: [1]) { inputs in
            let table = Matrix(rows: 7, columns: 4, inputs[0])
            let logits = Oracle.product(Oracle.rows(ids, of: table), table.transposed)
            return [targets.indices.reduce(0) { $0 + Oracle.crossEntropy(logits.row($1), target: Int(targets[$1])) }]
        }
        #expect(check.error(of: recorded.gradients[0], ofInput: 0) < 2e-6)
    }

    @Test("A frozen table takes no gradient and passes the same one on as a trained table")
    func frozenTable() {
        var numbers = SeededNumbers(seed: 12)
        let x = NDArray(numbers.normals(12).map { Float($0) }, shape: [3, 4])
        let table = NDArray(numbers.normals(20).map { Float($0) }, shape: [5, 4])
        let both = RecordedOperation(inputs: [x, table], wiring: .parameters, cotangent: nil) {
            $0[0].unembeddingCrossEntropySum($0[1], targets: [4, 0, 1])
        }
        let one = RecordedOperation(inputs: [x], wiring: .parameters, cotangent: nil) {
            $0[0].unembeddingCrossEntropySum(Tensor(constant: table), targets: [4, 0, 1])
        }
        #expect(one.gradients[0] == both.gradients[0] && one.output == both.output)
        let losses = Tensor(constant: x).unembeddingLosses(Tensor(constant: table), targets: [4, 0, 1])
        #expect(relativeError([losses.reduce(0, +)], to: one.output) < 1e-6)
    }

    @Test("Outside record nothing is recorded: the arrays of a pass are released at once")
    func nothingIsKept() {
        let weight = parameter("weight", (0..<64).map { Float($0) }, [8, 8])
        let x = Tensor(constant: NDArray([Float](repeating: 1, count: 32), shape: [4, 8]))
        let isConstant = standsStill {
            BufferPool.shared.statistics.liveBytes
        } during: {
            for _ in 0..<100 { _ = x.linear(weight.tensor, layout: .inputOutput, bias: nil).gelu(.tanh) }
        }
        #expect(isConstant)
    }

    @Test("What is suspended has the bits of no tape, takes no gradient and leaves the dropout around it as it was")
    func suspended() {
        var numbers = SeededNumbers(seed: 13)
        let x = NDArray(numbers.normals(70 * 6).map { Float($0) }, shape: [70, 6])
        let weight = parameter("weight", numbers.normals(36).map { Float($0) }, [6, 6])
        let cotangent = NDArray(numbers.normals(70 * 6).map { Float($0) }, shape: [70, 6])
        /// Another model's pass: few rows and many, dropout, the same weight.
        func reference() -> [Float] {
            [x.rows(0..<3), x].flatMap {
                Tensor(constant: $0).linear(weight.tensor, layout: .inputOutput, bias: nil).dropout(0.5).gelu(.tanh)
                    .value.elements
            }
        }
        func run(interrupted: Bool) -> (output: [Float], gradient: [Float]?, reference: [Float]?) {
            let gradients = Gradients(of: [weight])
            let tape = Tape(into: gradients, dropout: .init(seed: 5, step: 1, firstRow: 0))
            var (output, other): ([Float], [Float]?) = ([], nil)
            let loss = tape.record {
                let y = Tensor(constant: x).linear(weight.tensor, layout: .inputOutput, bias: nil).dropout(0.3)
                if interrupted { other = Tape.suspended { reference() } }
                let z = y.dropout(0.4)
                output = z.value.elements
                return z.dot(cotangent)
            }
            tape.backward(from: loss)
            return (output, gradients.region(of: weight)?.frozen().elements, other)
        }
        let (plain, interrupted) = (run(interrupted: false), run(interrupted: true))
        #expect(interrupted.output == plain.output && interrupted.gradient == plain.gradient)
        #expect(interrupted.reference == reference())
    }

    @Test("A result that leaves a suspended region is a constant, and a record inside one is a tape of its own")
    func suspendedResults() {
        let weight = parameter("weight", [2], [1, 1])
        let gradients = Gradients(of: [weight])
        let tape = Tape(into: gradients, dropout: nil)
        let loss = tape.record {
            let sum = Tape.suspended { weight.tensor + weight.tensor }
            Tape.suspended {
                let inner = Gradients(of: [weight])
                let other = Tape(into: inner, dropout: nil)
                other.backward(from: other.record { weight.tensor.dot(NDArray([3], shape: [1, 1])) })
                #expect(inner.region(of: weight)?.frozen().elements == [3])
            }
            return (sum + weight.tensor).dot(NDArray([5], shape: [1, 1]))
        }
        tape.backward(from: loss)
        #expect(gradients.region(of: weight)?.frozen().elements == [5])
    }

    @Test("Weights of 1 leave the bits of the fused head as they are, and one token of probability 1 is a hard target")
    func unitWeights() {
        var numbers = SeededNumbers(seed: 14)
        let x = NDArray(numbers.normals(700 * 6).map { Float($0) }, shape: [700, 6])
        let table = NDArray(numbers.normals(33 * 6).map { Float($0) }, shape: [33, 6])
        let ids = numbers.indices(700, below: 33)
        func record(_ targets: UnembeddingTargets, _ weights: [Float]?) -> RecordedOperation {
            RecordedOperation(inputs: [x, table], wiring: .parameters, cotangent: nil) {
                $0[0].unembeddingCrossEntropySum($0[1], targets: targets, weights: weights)
            }
        }
        let plain = record(.tokens(ids), nil)
        for other in [
            record(.tokens(ids), Array(repeating: 1, count: 700)), record(.sparse(SparseTargets(tokens: ids)), nil),
        ] {
            #expect(other.output == plain.output && other.gradients == plain.gradients)
        }
    }

    @Test(
        "A quantized weight on a tape is frozen: its layer passes gradients to its input and its bias",
        arguments: [3, 70])
    func quantizedLinear(_ rows: Int) {
        var numbers = SeededNumbers(seed: 15)
        let x = NDArray(numbers.normals(rows * 5).map { Float($0) }, shape: [rows, 5])
        let bias = NDArray(numbers.normals(4).map { Float($0) }, shape: [4])
        let cotangent = numbers.normals(rows * 4)
        for orientation in [Orientation.notTransposed, .transposed] {
            let layout: WeightLayout = orientation == .notTransposed ? .inputOutput : .outputInput
            let shape: Shape = layout == .inputOutput ? [5, 4] : [4, 5]
            let matrix = QuantizedMatrix(
                quantizing: NDArray(numbers.normals(20).map { Float($0) }, shape: shape), orientation)
            let quantized = RecordedOperation(inputs: [x, bias], wiring: .results, cotangent: cotangent) {
                $0[0].linear(.quantized(matrix), layout: layout, bias: $0[1])
            }
            let dense = RecordedOperation(inputs: [x, bias], wiring: .results, cotangent: cotangent) {
                $0[0].linear(Tensor(constant: matrix.dequantized()), layout: .outputInput, bias: $0[1])
            }
            #expect(quantized.output == dense.output && quantized.gradients == dense.gradients)
        }
    }
}
