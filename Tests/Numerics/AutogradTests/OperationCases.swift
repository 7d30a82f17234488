import Autograd
import Foundation
import NumericCore
import Testing
import TestSupport

/// One operation as the tests see it: the call and its definition.
struct OperationCase: Sendable, CustomTestStringConvertible {
    /// Also the name of its fixture.
    let name: String
    /// Shapes of the inputs that the oracle test draws.
    let shapes: [[Int]]
    /// Indices, targets or segment lengths.
    let ids: [Int32]
    /// True if the operation is a loss: it must come last and its cotangent is 1.
    let isLoss: Bool
    let operation: @Sendable ([Tensor], [Int32]) -> Tensor
    let oracle: @Sendable ([Matrix], [Int32]) -> [Double]

    init(
        _ name: String, _ shapes: [[Int]], ids: [Int32] = [], isLoss: Bool = false,
        _ operation: @escaping @Sendable ([Tensor], [Int32]) -> Tensor,
        oracle: @escaping @Sendable ([Matrix], [Int32]) -> [Double]
    ) {
        self.name = name
        self.shapes = shapes
        self.ids = ids
        self.isLoss = isLoss
        self.operation = operation
        self.oracle = oracle
    }

    var testDescription: String { name }

    /// The oracle on flat inputs of the given shapes.
    func evaluate(_ inputs: [[Double]], shapes: [[Int]], ids: [Int32]) -> [Double] {
        oracle(
            zip(inputs, shapes).map { elements, shape in
                Matrix(rows: elements.count / (shape.last ?? 1), columns: shape.last ?? 1, elements)
            }, ids)
    }

    /// Every operation. Extents are not multiples of a vector width; lengths include 1 and one beyond it.
    static let all: [OperationCase] =
        rowOperations + linear + attention(heads: 3, hiddenSize: 24) + classification + unembedding + [
            OperationCase(
                "unembedding", [[300, 5], [17, 5]], ids: (0..<300).map { Int32($0 * 7 % 17) }, isLoss: true,
                { x, targets in x[0].unembeddingCrossEntropySum(x[1], targets: targets) },
                oracle: { x, targets in
                    let logits = Oracle.product(x[0], x[1].transposed)
                    return [
                        targets.indices.reduce(0) {
                            $0 + Oracle.crossEntropy(logits.row($1), target: Int(targets[$1]))
                        }
                    ]
                })
        ]

    /// The fused head with weights of both signs and 0, and with soft targets. Fixtures have more rows than one chunk.
    private static let unembedding = [
        OperationCase(
            "unembedding.weighted", [[20, 5], [17, 5]], ids: (0..<20).map { Int32($0 * 7 % 17) }, isLoss: true,
            { x, targets in
                x[0].unembeddingCrossEntropySum(x[1], targets: .tokens(targets), weights: rowWeights(targets.count))
            },
            oracle: { x, targets in
                softLoss(x, weights: rowWeights(targets.count)) { row, count in
                    (0..<count).map { $0 == Int(targets[row]) ? 1 : 0 }
                }
            }),
        OperationCase(
            "unembedding.sparse", [[20, 5], [17, 5]], ids: (0..<20).map { Int32($0 * 7 % 17) }, isLoss: true,
            { x, ids in
                x[0].unembeddingCrossEntropySum(
                    x[1], targets: .sparse(SparseTargets(sparseRows(ids, vocabulary: x[1].shape.rows))),
                    weights: rowWeights(ids.count))
            },
            oracle: { x, ids in
                let rows = sparseRows(ids, vocabulary: x[1].rows)
                return softLoss(x, weights: rowWeights(ids.count)) { row, count in
                    rows[row].reduce(into: [Double](repeating: 0, count: count)) {
                        $0[Int($1.token)] += Double($1.probability)
                    }
                }
            }),
        OperationCase(
            "unembedding.teacher", [[20, 5], [17, 5]], ids: [1], isLoss: true,
            { x, _ in
                let vocabulary = x[1].shape.rows
                return x[0].unembeddingCrossEntropySum(
                    x[1],
                    targets: .teacher { rows in
                        let logits = rows.flatMap { row in (0..<vocabulary).map { Float(teacherLogit(row, $0)) } }
                        return NDArray(logits, shape: Shape(rows: rows.count, columns: vocabulary))
                    })
            },
            oracle: { x, _ in
                softLoss(x, weights: Array(repeating: 1, count: x[0].rows)) { row, count in
                    Oracle.softmax((0..<count).map { teacherLogit(row, $0) })
                }
            }),
    ]

    /// 1, 1/2, 0, −1/2, again and again.
    private static func rowWeights(_ count: Int) -> [Float] { (0..<count).map { 1 - Float($0 % 4) / 2 } }

    /// Half of a row's probability on its id, a quarter on each of the two tokens 3 and 5 further.
    private static func sparseRows(_ ids: [Int32], vocabulary: Int) -> [[(token: Int32, probability: Float)]] {
        ids.map { id in [(0, 0.5), (3, 0.25), (5, 0.25)].map { ((id + Int32($0.0)) % Int32(vocabulary), $0.1) } }
    }

    private static func teacherLogit(_ row: Int, _ token: Int) -> Double { Double((row * 7 + token * 5) % 13) / 4 }

    /// Σ −w Σ q log p, of the head's logits and the distributions `targets` gives each row.
    private static func softLoss(
        _ x: [Matrix], weights: [Float], _ targets: (_ row: Int, _ count: Int) -> [Double]
    ) -> [Double] {
        let logits = Oracle.product(x[0], x[1].transposed)
        let losses = (0..<logits.rows).map { row in
            Double(weights[row])
                * Oracle.softCrossEntropy(logits.row(row), probabilities: targets(row, logits.columns))
        }
        return [losses.reduce(0, +)]
    }

    private static let rowOperations = [
        OperationCase(
            "add", [[7, 13], [7, 13]], { x, _ in x[0] + x[1] }, oracle: { x, _ in Oracle.sum(x[0], x[1]).elements }),
        OperationCase(
            "lookup", [[11, 6]], ids: [3, 0, 10, 3, 3, 7, 0], { x, ids in .lookup(ids, in: x[0]) },
            oracle: { x, ids in Oracle.rows(ids, of: x[0]).elements }),
        OperationCase(
            "rows", [[9, 7]], ids: [8, 0, 8, 4], { x, ids in x[0].rows(ids) },
            oracle: { x, ids in Oracle.rows(ids, of: x[0]).elements }),
        OperationCase(
            "layerNorm", [[6, 37], [37], [37]],
            { x, _ in x[0].layerNorm(scale: x[1], shift: x[2], epsilon: 1e-5) },
            oracle: { x, _ in
                Oracle.layerNorm(x[0], scale: x[1], shift: x[2], epsilon: Double(Float(1e-5))).elements
            }),
        OperationCase(
            "gelu.tanh", [[9, 31]], { x, _ in x[0].gelu(.tanh) }, oracle: { x, _ in x[0].elements.map(Oracle.gelu) }),
        OperationCase(
            "gelu.erf", [[9, 31]], { x, _ in x[0].gelu(.erf) },
            oracle: { x, _ in x[0].elements.map(Oracle.exactGELU) }),
        OperationCase(
            "tanh", [[9, 31]], { x, _ in x[0].tanh() },
            oracle: { x, _ in x[0].elements.map { Foundation.tanh($0) } }),
        OperationCase(
            "segmentMean", [[15, 13]], ids: [3, 1, 9, 2],
            { x, lengths in x[0].segmentMean(Segments(lengths: lengths.map(Int.init))) },
            oracle: { x, lengths in Oracle.means(x[0], lengths: lengths.map(Int.init)).elements }),
    ]

    /// Cross-entropy with and without class weights and label smoothing, and the attention of first tokens.
    private static let classification =
        [("plain", false, Float(0)), ("weighted", true, 0), ("smoothed", false, 0.1), ("both", true, 0.1)].map {
            form, isWeighted, smoothing in
            OperationCase(
                "crossEntropy.\(form)", [[30, 11]], ids: (0..<30).map { Int32($0 * 7 % 11) },
                { x, labels in
                    x[0].crossEntropySum(
                        labels: labels, weights: isWeighted ? classWeights.map { Float($0) } : nil,
                        smoothing: smoothing)
                },
                oracle: { x, labels in
                    let weights = isWeighted ? classWeights : classWeights.map { _ in 1 }
                    return [
                        labels.indices.reduce(0) {
                            $0
                                + Oracle.smoothedCrossEntropy(
                                    x[0].row($1), label: Int(labels[$1]), weights: weights,
                                    smoothing: Double(smoothing))
                        }
                    ]
                })
        } + [
            OperationCase(
                "attention.firstTokens", [[4, 20], [15, 20], [15, 20]], ids: [3, 1, 9, 2],
                { x, lengths in
                    .attention(
                        .firstTokens(query: x[0], key: x[1], value: x[2]), heads: 4,
                        segments: Segments(lengths: lengths.map(Int.init)), causal: false, dropout: 0, cache: nil)
                },
                oracle: { x, lengths in
                    let starts = Segments(lengths: lengths.map(Int.init)).firstRows
                    let query = Matrix(rows: x[1].rows, columns: 20) { row, column in
                        starts.firstIndex(of: Int32(row)).map { x[0][$0, column] } ?? 0
                    }
                    let full = Oracle.attention(
                        query: query, key: x[1], value: x[2], lengths: lengths.map(Int.init), heads: 4, causal: false)
                    return Oracle.rows(starts, of: full).elements
                })
        ]

    /// The class weights of the fixture.
    private static let classWeights = (0..<11).map { 0.5 + Double($0) / 8 }

    private static let linear = [
        OperationCase(
            "linear.inputOutput.bias", [[10, 19], [19, 23], [23]],
            { x, _ in x[0].linear(x[1], layout: .inputOutput, bias: x[2]) },
            oracle: { x, _ in Oracle.linear(x[0], x[1], bias: x[2]).elements }),
        OperationCase(
            "linear.inputOutput.plain", [[10, 19], [19, 19]],
            { x, _ in x[0].linear(x[1], layout: .inputOutput, bias: nil) },
            oracle: { x, _ in Oracle.linear(x[0], x[1], bias: nil).elements }),
        OperationCase(
            "linear.outputInput.bias", [[10, 19], [23, 19], [23]],
            { x, _ in x[0].linear(x[1], layout: .outputInput, bias: x[2]) },
            oracle: { x, _ in Oracle.linear(x[0], x[1].transposed, bias: x[2]).elements }),
        OperationCase(
            "linear.outputInput.plain", [[10, 19], [19, 19]],
            { x, _ in x[0].linear(x[1], layout: .outputInput, bias: nil) },
            oracle: { x, _ in Oracle.linear(x[0], x[1].transposed, bias: nil).elements }),
    ]

    private static func attention(heads: Int, hiddenSize: Int) -> [OperationCase] {
        [true, false].flatMap { causal -> [OperationCase] in
            let form = causal ? "causal" : "full"
            let lengths: [Int32] = [3, 1, 9, 2]
            return [
                OperationCase(
                    "attention.packed.\(form)", [[15, 3 * hiddenSize]], ids: lengths,
                    { x, lengths in
                        .attention(
                            .packed(x[0]), heads: heads, segments: Segments(lengths: lengths.map(Int.init)),
                            causal: causal, dropout: 0, cache: nil)
                    },
                    oracle: { x, lengths in
                        let hiddenSize = x[0].columns / 3
                        func part(_ i: Int) -> Matrix {
                            x[0].block(rows: 0..<x[0].rows, columns: i * hiddenSize..<(i + 1) * hiddenSize)
                        }
                        return Oracle.attention(
                            query: part(0), key: part(1), value: part(2), lengths: lengths.map(Int.init), heads: heads,
                            causal: causal
                        ).elements
                    }),
                OperationCase(
                    "attention.separate.\(form)", [[15, 20], [15, 20], [15, 20]], ids: lengths,
                    { x, lengths in
                        .attention(
                            .separate(query: x[0], key: x[1], value: x[2]), heads: 4,
                            segments: Segments(lengths: lengths.map(Int.init)), causal: causal, dropout: 0, cache: nil)
                    },
                    oracle: { x, lengths in
                        Oracle.attention(
                            query: x[0], key: x[1], value: x[2], lengths: lengths.map(Int.init), heads: 4,
                            causal: causal
                        ).elements
                    }),
            ]
        }
    }
}
