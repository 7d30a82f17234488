public import NumericCore
import Preconditions

/// The targets of a language model's cross-entropy: a token for each row, or a distribution over the vocabulary.
public enum UnembeddingTargets {
    /// `[N]`: the next tokens.
    case tokens([Int32])
    /// `[N]`: distributions given by their entries that are not 0.
    case sparse(SparseTargets)
    /// The softmax of a teacher's logits. The closure returns those of some consecutive rows, `[rows.count, V]`; it is called once
    /// for each chunk of rows, in order, and nothing in it is recorded (`Tape.suspended`).
    case teacher((_ rows: Range<Int>) -> NDArray)
}

extension Tensor {
    /// The sum over rows of the cross-entropy, in nats, of `x tableᵀ` against `targets`, as a scalar: `Σ −w Σ q log p`.
    ///
    /// The head of a language model in one operation: `[N, C]` times `[V, C]` gives `[N, V]` logits, of which only
    /// `UnembeddingHead.chunkRows` rows exist at a time. It is the one operation that differentiates in its forward pass: on a
    /// tape, each chunk's `dLogits` goes straight into `dX`, which the pullback passes on, and into the table's place in the
    /// gradients. So the pass must be followed by `backward` from this very loss; the pullback traps on another cotangent.
    ///
    /// Against soft targets this differs from the Kullback-Leibler divergence by the targets' entropy, which has no gradient here.
    /// - Parameters:
    ///   - table: `[V, C]`.
    ///   - targets: the distributions q of all N rows.
    ///   - weights: `[N]`, the factors w, of any sign, or `nil` for ones.
    public func unembeddingCrossEntropySum(
        _ table: Tensor, targets: UnembeddingTargets, weights: [Float]? = nil
    ) -> Tensor {
        let input = self
        guard let tape = Tape.current, tape.records(input) || tape.records(table) else {
            let losses = unembeddingLosses(table, targets: targets, weights: weights)
            return Tensor(constant: NDArray(scalar: Float(losses.reduce(0, +))))
        }
        let dInput = tape.records(input) ? MutableArray(shape: input.shape) : nil
        var dTable: MutableArray?
        if case .parameter(let parameter) = table.origin { dTable = tape.gradients.region(of: parameter) }
        require(
            dTable != nil || !tape.records(table),
            "unembedding: a table that is a result itself has no place in the gradients")
        let head = UnembeddingHead(table: table.value, dTable: dTable)
        let losses = head.losses(of: input.value, targets: targets, weights: weights, dInput: dInput)
        let (dInputArray, place) = (dInput?.frozen(), input.place)
        return .result("unembedding", of: input, table, value: NDArray(scalar: Float(losses.reduce(0, +)))) {
            dOutput, gradients in
            require(dOutput.scalar == 1, "unembedding: the loss must be the last operation, unscaled")
            if let dInputArray { gradients.add(dInputArray, to: place) }
        }
    }

    /// The same against a token for each row, `[N]`.
    public func unembeddingCrossEntropySum(_ table: Tensor, targets: [Int32]) -> Tensor {
        unembeddingCrossEntropySum(table, targets: .tokens(targets))
    }

    /// `[N]`: the cross-entropy of each row, in nats and times its weight, without gradients.
    public func unembeddingLosses(
        _ table: Tensor, targets: UnembeddingTargets, weights: [Float]? = nil
    ) -> [Double] {
        UnembeddingHead(table: table.value, dTable: nil).losses(
            of: value, targets: targets, weights: weights, dInput: nil)
    }

    /// The same against a token for each row, `[N]`.
    public func unembeddingLosses(_ table: Tensor, targets: [Int32]) -> [Double] {
        unembeddingLosses(table, targets: .tokens(targets))
    }
}

/// The chunked product that both functions share.
struct UnembeddingHead {
    /// Rows of logits that exist at a time: enough for the products with the table to run at full speed. 256 would take half
    /// the memory, 51 MB less with GPT-2's vocabulary, and a tenth more time.
    static let chunkRows = 512

    /// `[V, C]`.
    let table: NDArray
    /// `[V, C]`, added to; `nil` when the table takes no gradient.
    let dTable: MutableArray?

    /// Returns the losses of all rows; fills `dInput`, `[N, C]`, if given.
    func losses(
        of input: NDArray, targets: UnembeddingTargets, weights: [Float]?, dInput: MutableArray?
    ) -> [Double] {
        let rows = input.shape.rows
        require(
            weights == nil || weights?.count == rows, "unembedding: \(weights?.count ?? 0) weights for \(input.shape)")
        let targets = targets.checked(rows: rows, isWeighted: weights != nil)
        let vocabulary = table.shape.rows
        let differentiate = dInput != nil || dTable != nil
        var losses: [Double] = []
        losses.reserveCapacity(rows)
        // One block for all chunks, and of one size whatever the batch: a last chunk of its own size would be a new request
        // to the system at every step. Pages that are never written take no memory.
        let scratch = MutableArray(shape: Shape(rows: Self.chunkRows, columns: vocabulary))
        for range in Self.chunks(of: rows) {
            let chunk = input.rows(range)
            let logits = scratch.rows(0..<range.count)
            matmul(chunk, .notTransposed, table, .transposed, into: logits, accumulate: false)
            switch targets {
            case .tokens(let tokens):
                losses += logits.crossEntropy(targets: tokens[range], differentiate: differentiate)
            case .sparse(let sparse):
                losses += logits.crossEntropy(
                    targets: sparse, rows: range, weights: weights?[range], differentiate: differentiate)
            case .teacher(let teacher):
                losses += logits.crossEntropy(
                    teacher: Tape.suspended { teacher(range) }, weights: weights?[range], differentiate: differentiate)
            }
            let dLogits = logits.frozen()
            if let dInput {
                matmul(dLogits, .notTransposed, table, .notTransposed, into: dInput.rows(range), accumulate: false)
            }
            if let dTable { matmul(dLogits, .transposed, chunk, .notTransposed, into: dTable, accumulate: true) }
        }
        return losses
    }

    /// As few chunks as `chunkRows` allows, of nearly equal size: the table is read for each, however few its rows.
    static func chunks(of rows: Int) -> [Range<Int>] {
        let count = (rows + chunkRows - 1) / chunkRows
        return (0..<count).map { rows * $0 / count..<rows * ($0 + 1) / count }
    }
}

extension UnembeddingTargets {
    /// These targets; tokens with weights as sparse ones. Traps unless there is one for each row.
    fileprivate func checked(rows: Int, isWeighted: Bool) -> UnembeddingTargets {
        switch self {
        case .tokens(let tokens):
            require(tokens.count == rows, "unembedding: \(tokens.count) targets for \(rows) rows")
            return isWeighted ? .sparse(SparseTargets(tokens: tokens)) : self
        case .sparse(let sparse):
            require(sparse.count == rows, "unembedding: \(sparse.count) targets for \(rows) rows")
            return self
        case .teacher: return self
        }
    }
}
