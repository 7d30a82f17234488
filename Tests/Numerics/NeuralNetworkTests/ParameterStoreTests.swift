import Autograd
import NeuralNetwork
import NumericCore
import Testing

private func array(_ value: Float, _ shape: Shape) -> NDArray { MutableArray(shape: shape, repeating: value).frozen() }

/// A model of two layers, and what `finish` says about a checkpoint for it.
private func problems(_ arrays: [String: NDArray], trained: Bool = true) -> [String] {
    let store = ParameterStore(trained ? .train(arrays) : .infer(arrays))
    _ = Linear(
        store.root["h"][0]["fc"], inputs: 2, outputs: 3, layout: .inputOutput,
        initializer: .normal(standardDeviation: 1))
    _ = LayerNorm(store.root["ln"], hiddenSize: 3, epsilon: 1e-5)
    do throws(ParameterError) {
        try store.finish()
        return []
    } catch { return error.problems }
}

private let complete: [String: NDArray] = [
    "h.0.fc.weight": array(1, [2, 3]), "h.0.fc.bias": array(2, [3]), "ln.weight": array(3, [3]),
    "ln.bias": array(4, [3]),
]

@Suite("Parameter store")
struct ParameterStoreTests {
    @Test(
        "A complete checkpoint is accepted and its values are the parameters', copied for training, lent for inference")
    func accepted() throws {
        #expect(problems(complete).isEmpty && problems(complete, trained: false).isEmpty)
        for trained in [true, false] {
            let arrays = complete.filter { $0.key == "ln.weight" }
            let store = ParameterStore(trained ? .train(arrays) : .infer(arrays))
            let parameter = store.root["ln"].parameter("weight", shape: [3], initializer: .constant(1))
            try store.finish()
            #expect(parameter.name == "ln.weight" && parameter.array.elements == [3, 3, 3])
            #expect((parameter.buffer != nil) == trained)
            let same =
                parameter.array.withUnsafeElements { $0.baseAddress }
                == complete["ln.weight"]?.withUnsafeElements { $0.baseAddress }
            #expect(same == !trained)
        }
    }

    @Test("Missing, misshapen and unused entries are all named")
    func named() {
        var arrays = complete
        arrays["h.0.fc.bias"] = nil
        arrays["h.0.fc.weight"] = array(0, [3, 2])
        arrays["h.1.fc.bias"] = array(0, [3])
        let found = problems(arrays)
        #expect(found.count == 3)
        #expect(found.contains { $0.contains("h.0.fc.bias") && $0.contains("missing") })
        #expect(found.contains { $0.contains("h.0.fc.weight") && $0.contains("[3, 2]") && $0.contains("[2, 3]") })
        #expect(found.contains { $0.contains("h.1.fc.bias") && $0.contains("not part of this model") })
        #expect(problems(arrays, trained: false) == found)
    }

    @Test("A shape of the same count but another rank is refused")
    func rank() {
        var arrays = complete
        arrays["ln.bias"] = array(0, [1, 3])
        #expect(problems(arrays).count == 1)
    }

    @Test("A model to be restored starts at 0 in the shapes asked for, and can be trained")
    func restored() throws {
        let store = ParameterStore(.restore)
        let norm = store.root["ln"].parameter("weight", shape: [3], initializer: .constant(1))
        try store.finish()
        #expect(norm.array.elements == [0, 0, 0] && norm.buffer != nil)
    }

    @Test(
        "Each parameter has its own source: a frozen, quantized base with trainable adapters learns in the adapters alone"
    )
    func mixed() throws {
        let weight = NDArray((0..<12).map { Float($0 % 5) - 2 }, shape: [4, 3])
        let (matrix, bias) = (QuantizedMatrix(quantizing: weight, .transposed), array(0.5, [4]))
        let store = ParameterStore(
            ["base.weight": .quantized(matrix), "base.bias": .frozen(bias)], fallback: .fresh(seed: 1))
        let base = Linear(
            store.root["base"], inputs: 3, outputs: 4, layout: .outputInput, initializer: .normal(standardDeviation: 1))
        let down = store.root["adapter"].parameter("down", shape: [3, 2], initializer: .normal(standardDeviation: 1))
        let up = store.root["adapter"].parameter("up", shape: [2, 4], initializer: .constant(0))
        try store.finish()
        #expect(store.parameters.map { $0.buffer != nil } == [false, false, true, true])
        #expect(store.parameters.map(\.matrix.dtype) == [.int8, .float32, .float32, .float32])
        #expect(store.root["adapter"].parameters.map(\.name) == ["adapter.down", "adapter.up"])
        let same =
            store.parameters[1].array.withUnsafeElements { $0.baseAddress }
            == bias.withUnsafeElements { $0.baseAddress }
        #expect(same, "a frozen parameter has no memory of its own")

        let gradients = Gradients(of: store.parameters.filter { $0.buffer != nil })
        let tape = Tape(into: gradients, dropout: nil)
        let x = Tensor(constant: NDArray([1, 2, -1], shape: [1, 3]))
        var output: [Float] = []
        let loss = tape.record {
            let adapted = x.linear(down.tensor, layout: .inputOutput, bias: nil)
                .linear(up.tensor, layout: .inputOutput, bias: nil)
            let y = base(x) + adapted
            output = y.value.elements
            return y.unembeddingCrossEntropySum(Tensor(constant: array(1, [2, 4])), targets: [1])
        }
        tape.backward(from: loss)
        // Off a tape the rows of an int8 product are rounded to 16 bits; on one the matrix is dequantized.
        let unadapted = zip(output, base(x).value.elements).allSatisfy { abs($0 - $1) < 1e-3 }
        #expect(unadapted, "an adapter whose second half is 0 changes nothing")
        #expect(gradients.region(of: up) != nil && gradients.flat.frozen().elements.allSatisfy { $0.isFinite })
    }

    @Test(
        "A parameter without a source is missing, one that nobody asks for is left over, and layers name what they cannot read"
    )
    func mixedProblems() {
        let matrix = QuantizedMatrix(quantizing: array(1, [3, 2]), .transposed)
        let store = ParameterStore(["a": .quantized(matrix), "c": .frozen(array(0, [2])), "d": .fresh(seed: 1)])
        for name in ["a", "b"] { _ = store.root.parameter(name, shape: [3, 2], initializer: .constant(0)) }
        let error = #expect(throws: ParameterError.self) { try store.finish() }
        #expect(
            error?.problems == ["a is stored as int8, expected Float32", "b is missing", "c is not part of this model"])
    }

    @Test("Parameters are counted without memory for them, however large a configuration says they are")
    func counted() {
        let store = ParameterStore([:], fallback: .counted)
        let before = BufferPool.shared.statistics.systemAllocations
        _ = Linear(
            store.root["fc"], inputs: 1 << 40, outputs: 1 << 40, layout: .inputOutput, initializer: .constant(0))
        #expect(store.valueCount == 0x1p80 + 0x1p40 && store.parameters.allSatisfy { $0.count == 0 })
        #expect(BufferPool.shared.statistics.systemAllocations - before <= 2)
    }

    @Test("A long list of problems is shortened and counted")
    func description() {
        let store = ParameterStore(.train([:]))
        for index in 0..<7 { _ = store.root.parameter("p\(index)", shape: [1], initializer: .constant(0)) }
        let error = #expect(throws: ParameterError.self) { try store.finish() }
        let description = error?.description ?? ""
        #expect(description.contains("p3") && !description.contains("p4") && description.contains("3 more"))
    }
}

@Suite("Initializers")
struct InitializerTests {
    private func fresh(_ name: String, seed: UInt64, standardDeviation: Double = 0.02, others: Int = 0) -> [Float] {
        let store = ParameterStore(.initialize(seed: seed))
        for index in 0..<others {
            _ = store.root["other"].parameter("\(index)", shape: [17], initializer: .normal(standardDeviation: 1))
        }
        return store.root.parameter(name, shape: [301, 99], initializer: .normal(standardDeviation: standardDeviation))
            .array.elements
    }

    @Test("Normal values have the requested mean, standard deviation and tails")
    func moments() {
        let values = fresh("w", seed: 1).map(Double.init)
        let count = Double(values.count)
        let mean = values.reduce(0, +) / count
        let standardDeviation = (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / count).squareRoot()
        // Five deviations of each estimate over 29,799 values.
        #expect(mean.magnitude < 5 * 0.02 / count.squareRoot())
        #expect((standardDeviation / 0.02 - 1).magnitude < 5 / (2 * count).squareRoot())
        let beyond = Double(values.count { $0.magnitude > 0.04 }) / count
        #expect((beyond - 0.0455).magnitude < 5 * (0.0455 * 0.9545 / count).squareRoot())
        #expect(Set(values).count > values.count * 99 / 100)
    }

    @Test("Values depend on seed and name, not on what else the model holds")
    func independence() {
        #expect(fresh("w", seed: 1) == fresh("w", seed: 1, others: 3))
        #expect(fresh("w", seed: 1) != fresh("w", seed: 2))
        let (one, other) = (fresh("h.0.w", seed: 1).map(Double.init), fresh("h.1.w", seed: 1).map(Double.init))
        let correlation = zip(one, other).reduce(0) { $0 + $1.0 * $1.1 } / (0.02 * 0.02 * Double(one.count))
        #expect(correlation.magnitude < 5 / Double(one.count).squareRoot())
    }

    @Test("Biases and shifts start at 0, scales at 1")
    func constants() throws {
        let store = ParameterStore(.initialize(seed: 1))
        _ = LayerNorm(store.root["ln"], hiddenSize: 5, epsilon: 1e-5)
        _ = Linear(
            store.root["fc"], inputs: 2, outputs: 3, layout: .outputInput, initializer: .normal(standardDeviation: 1))
        try store.finish()
        let values = Dictionary(uniqueKeysWithValues: store.parameters.map { ($0.name, $0.array) })
        #expect(store.parameters.map(\.name) == ["ln.weight", "ln.bias", "fc.weight", "fc.bias"])
        #expect(values["ln.weight"]?.elements == [1, 1, 1, 1, 1] && values["ln.bias"]?.elements == [0, 0, 0, 0, 0])
        #expect(values["fc.weight"]?.shape == [3, 2] && values["fc.bias"]?.elements == [0, 0, 0])
    }
}
