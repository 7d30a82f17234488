import Autograd
import NumericCore
import Optimization
import Testing
import TestSupport

@Suite("AdamW")
struct AdamWTests {
    @Test("Weights after one and ten steps equal torch.optim.AdamW's over a grid of settings", arguments: 0..<7)
    func matchesFixture(_ index: Int) throws {
        let fixture = try NumberFixture("core-adamw")
        let table = try fixture("settings")
        let row = (0..<6).map { Float(table.numbers[index * 6 + $0]) }
        let parameters = try ["matrix", "vector"].map { name in
            let start = try fixture("\(name)/start")
            let buffer = MutableArray(shape: Shape(start.dimensions))
            buffer.assign(NDArray(start.numbers.map { Float($0) }, shape: buffer.shape))
            return Parameter(name: name, buffer: buffer)
        }
        let gradients = Gradients(of: parameters)
        let optimizer = AdamW(
            gradients,
            settings: AdamW.Settings(beta1: row[1], beta2: row[2], epsilon: row[3], weightDecay: row[4]))
        for step in 1...10 {
            for parameter in parameters {
                let all = try fixture("\(parameter.name)/gradients").numbers
                let count = parameter.array.count
                gradients.region(of: parameter)?.assign(
                    NDArray(
                        all[(step - 1) * count..<step * count].map { Float($0) }, shape: parameter.shape))
            }
            optimizer.update(learningRate: row[0], gradientScale: row[5])
            #expect(gradients.flat.frozen().elements.allSatisfy { $0 == 0 }, "an update clears the gradients")
            guard step == 1 || step == 10 else { continue }
            for parameter in parameters {
                let expected = try fixture("case\(index)/\(parameter.name)/after\(step)").numbers
                let error = largestDifference(parameter.array.elements.map(Double.init), expected)
                print("fixture adamw/case\(index)/\(parameter.name) after \(step): \(error)")
                // Weights are of size 1 to 3: half a unit in their last place, 1.2e-7, for each of up to ten steps.
                #expect(error < 1.2e-7 * Double(step) + 3e-7)
            }
        }
        #expect(optimizer.step == 10)
    }

    @Test("Moments hold 0 in the gaps between parameters and count steps from a restored one")
    func restored() throws {
        func make() -> (Parameter, Gradients, AdamW) {
            let buffer = MutableArray(shape: [3], repeating: 1)
            let parameter = Parameter(name: "p", buffer: buffer)
            let gradients = Gradients(of: [parameter])
            return (
                parameter, gradients,
                AdamW(gradients, settings: .init(beta1: 0.9, beta2: 0.99, epsilon: 1e-8, weightDecay: 0.1))
            )
        }
        func run(_ optimizer: AdamW, _ gradients: Gradients, _ parameter: Parameter, steps: Range<Int>) {
            for step in steps {
                gradients.region(of: parameter)?.assign(NDArray([1, -2, Float(step)], shape: [3]))
                optimizer.update(learningRate: 0.01, gradientScale: 0.5)
            }
        }
        let (whole, wholeGradients, undisturbed) = make()
        run(undisturbed, wholeGradients, whole, steps: 0..<6)
        let (first, firstGradients, stopped) = make()
        run(stopped, firstGradients, first, steps: 0..<3)
        let (second, secondGradients, resumed) = make()
        second.buffer?.assign(first.array)
        resumed.firstMoment.assign(stopped.firstMoment.frozen())
        resumed.secondMoment.assign(stopped.secondMoment.frozen())
        resumed.step = stopped.step
        run(resumed, secondGradients, second, steps: 3..<6)
        #expect(second.array.elements == whole.array.elements)
        #expect(undisturbed.firstMoment.frozen().elements.dropFirst(3).allSatisfy { $0 == 0 })
    }
}
