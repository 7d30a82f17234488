import NumericCore
import Testing
import TestSupport

@Suite("Same bits on any number of threads")
struct ParallelismTests {
    /// The results of `body` on 1, 2, 3 and 5 threads.
    private func onThreadCounts<Result: Sendable>(_ body: () -> Result) -> [Result] {
        holdingThreadCount {
            let before = Parallelism.threads
            defer { Parallelism.setThreads(before) }
            return [1, 2, 3, 5].map { threads in
                Parallelism.setThreads(threads)
                return body()
            }
        }
    }

    private func allEqual(_ results: [[Float]]) -> Bool {
        results.allSatisfy { result in
            result.count == results[0].count
                && zip(result, results[0]).allSatisfy { $0.bitPattern == $1.bitPattern }
        }
    }

    @Test(
        "Products, large enough for tiles and of odd sizes, in all orientations",
        arguments: [
            ProductCase(300, 700, 500), ProductCase(700, 301, 129), ProductCase(65, 1_027, 1_999), ProductCase(7, 5, 3),
            ProductCase(1, 999, 3_001),
        ])
    func products(_ product: ProductCase) {
        let (a, b, c) = product.operands()
        for aOrientation in [Orientation.notTransposed, .transposed] {
            for bOrientation in [Orientation.notTransposed, .transposed] {
                let (left, right) = (a.stored(aOrientation), b.stored(bOrientation))
                let results = onThreadCounts { () -> [Float] in
                    let target = MutableArray(shape: Shape(rows: product.m, columns: product.n))
                    target.assign(c.array)
                    matmul(left, aOrientation, right, bOrientation, into: target, accumulate: true)
                    return target.frozen().elements
                }
                #expect(allEqual(results))
            }
        }
    }

    @Test("Norms, column sums, scattered rows, normalization and losses")
    func reductions() {
        var numbers = SeededNumbers(seed: 1)
        let (rows, columns) = (701, 403)
        let x = Matrix(rows: rows, columns: columns, numbers.normals(rows * columns)).array
        let ids = numbers.indices(rows, below: 50)
        let targets = numbers.indices(rows, below: columns)
        let norms = onThreadCounts { x.sumOfSquares }
        #expect(Set(norms.map(\.bitPattern)).count == 1)
        let others = onThreadCounts { () -> [Float] in
            let sums = MutableArray(shape: [columns], repeating: 0)
            sums.addColumnSums(of: x)
            let table = MutableArray(shape: Shape(rows: 50, columns: columns), repeating: 0)
            table.scatterAdd(x, at: ids)
            let one = MutableArray(shape: [columns], repeating: 1).frozen()
            let normalization = LayerNormalization(x, scale: one, shift: one, epsilon: 1e-5)
            let dScale = MutableArray(shape: [columns], repeating: 0)
            normalization.addScaleGradient(x, to: dScale)
            let logits = MutableArray(shape: x.shape)
            logits.assign(x)
            let losses = logits.crossEntropy(targets: targets[...], differentiate: true)
            return sums.frozen().elements + table.frozen().elements + normalization.output.elements
                + dScale.frozen().elements + logits.frozen().elements + losses.map { Float($0) }
        }
        #expect(allEqual(others))
    }

    @Test("The number of threads may be set while others compute")
    func settingWhileComputing() async {
        await withTaskGroup(of: Bool.self) { group in
            group.addTask {
                holdingThreadCount {
                    let before = Parallelism.threads
                    for threads in 0..<60 { Parallelism.setThreads(1 + threads % 4) }
                    Parallelism.setThreads(before)
                    return Parallelism.threads == before
                }
            }
            group.addTask {
                let x = MutableArray(shape: [400_000], repeating: 1).frozen()
                return (0..<60).allSatisfy { _ in x.sumOfSquares == 400_000 }
            }
            for await right in group { #expect(right) }
        }
    }
}
