import Autograd
import NumericCore
import Testing

// Tests of a process's end came with Swift 6.2's testing library; older toolchains skip this suite.
#if compiler(>=6.2)
    @Suite("Programmer errors trap instead of reading or writing elsewhere")
    struct TrapTests {
        @Test("A product of factors that do not fit, in words that optimized builds keep")
        func product() async throws {
            let end = try await #require(
                processExitsWith: .failure, observing: [\.standardErrorContent]
            ) {
                let a = MutableArray(shape: [2, 3], repeating: 1).frozen()
                matmul(a, .notTransposed, a, .notTransposed, into: MutableArray(shape: [2, 4]), accumulate: false)
            }
            let words = String(decoding: end.standardErrorContent, as: UTF8.self)
            #expect(words.contains("matmul: [2, 3] notTransposed times [2, 3] notTransposed into [2, 4]"), "\(words)")
        }

        @Test("An index outside a table, before its start and after its end")
        func lookup() async {
            await #expect(processExitsWith: .failure) {
                _ = MutableArray(shape: [4, 2], repeating: 1).frozen().gatherRows([0, 4])
            }
            await #expect(processExitsWith: .failure) {
                _ = MutableArray(shape: [4, 2], repeating: 1).frozen().gatherRows([-1])
            }
        }

        @Test("A target outside the vocabulary")
        func target() async {
            await #expect(processExitsWith: .failure) {
                let x = Tensor(constant: MutableArray(shape: [1, 2], repeating: 1).frozen())
                _ = x.unembeddingCrossEntropySum(x, targets: [1])
            }
        }

        @Test("A label outside the classes, and weights of another number of them")
        func label() async {
            await #expect(processExitsWith: .failure) {
                let x = Tensor(constant: MutableArray(shape: [2, 3], repeating: 1).frozen())
                _ = x.crossEntropySum(labels: [0, 3], weights: nil, smoothing: 0)
            }
            await #expect(processExitsWith: .failure) {
                let x = Tensor(constant: MutableArray(shape: [2, 3], repeating: 1).frozen())
                _ = x.crossEntropySum(labels: [0, -1], weights: nil, smoothing: 0)
            }
            await #expect(processExitsWith: .failure) {
                let x = Tensor(constant: MutableArray(shape: [2, 3], repeating: 1).frozen())
                _ = x.crossEntropySum(labels: [0, 1], weights: [1, 1], smoothing: 0)
            }
        }

        @Test("The mean of an empty segment, and its first token")
        func emptySegment() async {
            await #expect(processExitsWith: .failure) {
                let x = Tensor(constant: MutableArray(shape: [3, 2], repeating: 1).frozen())
                _ = x.segmentMean(Segments(lengths: [2, 0, 1]))
            }
            await #expect(processExitsWith: .failure) { _ = Segments(lengths: [2, 0, 1]).firstRows }
        }

        @Test("First tokens that attend causally")
        func causalFirstTokens() async {
            await #expect(processExitsWith: .failure) {
                let x = Tensor(constant: MutableArray(shape: [3, 2], repeating: 1).frozen())
                _ = Tensor.attention(
                    .firstTokens(query: x.rows([0]), key: x, value: x), heads: 1, segments: Segments(lengths: [3]),
                    causal: true, dropout: 0, cache: nil)
            }
        }

        @Test("Attention over fewer rows than the segments name, and over a key of other extents")
        func attention() async {
            await #expect(processExitsWith: .failure) {
                let x = Tensor(constant: MutableArray(shape: [3, 6], repeating: 1).frozen())
                _ = Tensor.attention(
                    .packed(x), heads: 1, segments: Segments(lengths: [4]), causal: true, dropout: 0, cache: nil)
            }
            await #expect(processExitsWith: .failure) {
                let x = Tensor(constant: MutableArray(shape: [3, 6], repeating: 1).frozen())
                let short = Tensor(constant: MutableArray(shape: [2, 6], repeating: 1).frozen())
                _ = Tensor.attention(
                    .separate(query: x, key: short, value: x), heads: 1, segments: Segments(lengths: [3]), causal: true,
                    dropout: 0, cache: nil)
            }
        }

        @Test("A sequence that outgrows its cache slot, and a slot that is not there")
        func cache() async {
            await #expect(processExitsWith: .failure) {
                let x = Tensor(constant: MutableArray(shape: [3, 6], repeating: 1).frozen())
                let cache = LayerKVCache(hiddenSize: 2)
                cache.open(0, capacity: 4)
                _ = Tensor.attention(
                    .packed(x), heads: 1, segments: Segments(offsets: [0, 3], past: [2], slots: [0]), causal: true,
                    dropout: 0, cache: cache)
            }
            await #expect(processExitsWith: .failure) {
                let x = Tensor(constant: MutableArray(shape: [3, 6], repeating: 1).frozen())
                let cache = LayerKVCache(hiddenSize: 2)
                cache.open(0, capacity: 4)
                _ = Tensor.attention(
                    .packed(x), heads: 1, segments: Segments(offsets: [0, 3], past: [0], slots: [-1]), causal: true,
                    dropout: 0, cache: cache)
            }
        }

        @Test("A loss that is scaled after the unembedding, whose gradients were taken already")
        func scaledLoss() async {
            await #expect(processExitsWith: .failure) {
                let parameter = Parameter(name: "x", buffer: MutableArray(shape: [2, 2], repeating: 1))
                let tape = Tape(into: Gradients(of: [parameter]), dropout: nil)
                let loss = tape.record {
                    parameter.tensor.unembeddingCrossEntropySum(parameter.tensor, targets: [0, 1]).dot(
                        NDArray(scalar: 2))
                }
                tape.backward(from: loss)
            }
        }

        @Test("Soft targets and weights that do not fit, and probabilities below 0")
        func softTargets() async {
            await #expect(processExitsWith: .failure) {
                let x = Tensor(constant: MutableArray(shape: [2, 2], repeating: 1).frozen())
                _ = x.unembeddingCrossEntropySum(x, targets: .sparse(SparseTargets(tokens: [0])))
            }
            await #expect(processExitsWith: .failure) {
                let x = Tensor(constant: MutableArray(shape: [2, 2], repeating: 1).frozen())
                _ = x.unembeddingCrossEntropySum(x, targets: .sparse(SparseTargets(tokens: [0, 2])))
            }
            await #expect(processExitsWith: .failure) {
                let x = Tensor(constant: MutableArray(shape: [2, 2], repeating: 1).frozen())
                _ = x.unembeddingCrossEntropySum(x, targets: .tokens([0, 1]), weights: [1])
            }
            await #expect(processExitsWith: .failure) {
                let x = Tensor(constant: MutableArray(shape: [2, 2], repeating: 1).frozen())
                _ = x.unembeddingCrossEntropySum(x, targets: .teacher { _ in x.value.rows(0..<1) })
            }
            await #expect(processExitsWith: .failure) { _ = SparseTargets([[(0, -0.5)]]) }
        }

        @Test("Dropout on a tape that has no source of bits")
        func dropoutWithoutSource() async {
            await #expect(processExitsWith: .failure) {
                let parameter = Parameter(name: "x", buffer: MutableArray(shape: [2, 2], repeating: 1))
                _ = Tape(into: Gradients(of: [parameter]), dropout: nil).record { parameter.tensor.dropout(0.1) }
            }
        }
    }
#endif
