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

    @Test("Outside record nothing is recorded: arrays of a pass are given back at once")
    func nothingIsKept() {
        let weight = parameter("weight", (0..<64).map { Float($0) }, [8, 8])
        let x = Tensor(constant: NDArray([Float](repeating: 1, count: 32), shape: [4, 8]))
        let stays = standsStill {
            BufferPool.shared.statistics.liveBytes
        } during: {
            for _ in 0..<100 { _ = x.linear(weight.tensor, layout: .inputOutput, bias: nil).gelu(.tanh) }
        }
        #expect(stays)
    }
}
