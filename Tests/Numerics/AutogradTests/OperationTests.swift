import Autograd
import NumericCore
import Testing
import TestSupport

/// Float32 keeps 6e-8 of a number; sums of at most 300 products of mixed sign lose a few of those. A dropped term, factor
/// or index costs 1e-2 and more.
private let tolerance = 2e-6

@Suite("Operations against oracles and PyTorch")
struct OperationTests {
    @Test(
        "Each operation computes its definition, and its pullbacks match central differences under a random cotangent",
        arguments: OperationCase.all, Wiring.allCases)
    func matchesOracle(_ operation: OperationCase, _ wiring: Wiring) {
        // The unembedding adds straight into its table's gradient and refuses a table that is a result.
        let wiring = operation.isLoss ? .parameters : wiring
        var numbers = SeededNumbers(seed: 7)
        let inputs = operation.shapes.map { shape in
            numbers.normals(shape.reduce(1, *), mean: shape.count == 1 ? 0.5 : 0, standardDeviation: 1.2)
        }
        let expected = operation.evaluate(inputs, shapes: operation.shapes, ids: operation.ids)
        let cotangent = operation.isLoss ? [1] : numbers.normals(expected.count)
        let arrays = zip(inputs, operation.shapes).map { NDArray($0.map { Float($0) }, shape: Shape($1)) }
        let recorded = RecordedOperation(
            inputs: arrays, wiring: wiring, cotangent: operation.isLoss ? nil : cotangent
        ) { operation.operation($0, operation.ids) }

        #expect(relativeError(recorded.output, to: expected) < tolerance)
        let check = GradientCheck(inputs: inputs, cotangent: cotangent) {
            operation.evaluate($0, shapes: operation.shapes, ids: operation.ids)
        }
        for (index, gradient) in recorded.gradients.enumerated() {
            let error = check.error(of: gradient, ofInput: index)
            #expect(error < tolerance, "input \(index)")
        }
        let alone = operation.operation(arrays.map { Tensor(constant: $0) }, operation.ids)
        if operation.name.hasPrefix("linear") {
            // Off the tape few rows take the kernel of decoding, which sums in another order.
            #expect(relativeError(alone.value.elements.map(Double.init), to: recorded.output) < tolerance)
        } else {
            #expect(alone.value.elements.map(Double.init) == recorded.output, "the same numbers off the tape")
        }
    }

    @Test("Each operation and its gradients equal PyTorch's in float64", arguments: OperationCase.all)
    func matchesFixture(_ operation: OperationCase) throws {
        let fixture = try NumberFixture("core-operations")
        let name = operation.name
        func array(_ entry: String) throws -> NDArray {
            let entry = try fixture(entry)
            return NDArray(entry.numbers.map { Float($0) }, shape: Shape(entry.dimensions))
        }
        let ids = fixture.names.contains("\(name)/ids") ? try fixture.integers("\(name)/ids") : []
        let inputs = try operation.shapes.indices.map { try array("\(name)/input\($0)") }
        let recorded = RecordedOperation(
            inputs: inputs, wiring: .parameters,
            cotangent: operation.isLoss ? nil : try fixture("\(name)/cotangent").numbers
        ) { operation.operation($0, ids) }

        let outputError = relativeError(recorded.output, to: try fixture("\(name)/output").numbers)
        let gradientErrors = try recorded.gradients.enumerated().map { index, gradient in
            relativeError(gradient.map(Double.init), to: try fixture("\(name)/gradient\(index)").numbers)
        }
        print("fixture operations/\(name): output \(outputError), gradients \(gradientErrors) of the largest entry")
        #expect(outputError < tolerance)
        for error in gradientErrors { #expect(error < tolerance) }
    }

    @Test("The fixture holds exactly the operations of the table")
    func fixtureIsComplete() throws {
        let names = try NumberFixture("core-operations").names.compactMap { $0.split(separator: "/").first }
        #expect(Set(names.map(String.init)) == Set(OperationCase.all.map(\.name)))
    }

    @Test("Extreme logits, 1e4 apart, give finite losses and gradients")
    func extremeLogits() {
        let x = NDArray([1e4, -1e4, 1, 0], shape: [4, 1])
        let table = NDArray([1, -1, 0], shape: [3, 1])
        let recorded = RecordedOperation(inputs: [x, table], wiring: .parameters, cotangent: nil) {
            $0[0].unembeddingCrossEntropySum($0[1], targets: [1, 1, 2, 0])
        }
        let logits: [[Double]] = [[1e4, -1e4, 0], [-1e4, 1e4, 0], [1, -1, 0], [0, 0, 0]]
        let expected = zip(logits, [1, 1, 2, 0]).reduce(0) { $0 + Oracle.crossEntropy($1.0, target: $1.1) }
        #expect(relativeError(recorded.output, to: [expected]) < tolerance)
        for gradient in recorded.gradients { #expect(gradient.allSatisfy { $0.isFinite }) }
        let projection = NDArray((0..<18).map { Float($0 % 5 - 2) * 3e3 }, shape: [3, 6])
        let attended = Tensor.attention(
            .packed(Tensor(constant: projection)), heads: 1, segments: Segments(lengths: [3]), causal: true, dropout: 0,
            cache: nil)
        #expect(attended.value.elements.allSatisfy { $0.isFinite })
    }
}
