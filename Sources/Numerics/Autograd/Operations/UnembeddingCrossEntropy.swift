import NumericCore
import Preconditions

extension Tensor {
    /// The sum over rows of the cross-entropy, in nats, of `x tableᵀ` against `targets`, as a scalar.
    ///
    /// The head of a language model in one operation: `[N, C]` times `[V, C]` gives `[N, V]` logits, of which only
    /// ``UnembeddingHead/chunkRows`` rows exist at a time. It is the one operation that differentiates in its forward: on a
    /// tape, each chunk's `dLogits` goes at once into `dX`, which the pullback hands on, and into the table's place in the
    /// gradients. So the pass must be followed by `backward` from this very loss; the pullback traps on another cotangent.
    public func unembeddingCrossEntropySum(_ table: Tensor, targets: [Int32]) -> Tensor {
        let input = self
        guard let tape = Tape.current, tape.records(input) || tape.records(table) else {
            return Tensor(constant: NDArray(scalar: Float(unembeddingLosses(table, targets: targets).reduce(0, +))))
        }
        let dInput = tape.records(input) ? MutableArray(shape: input.shape) : nil
        var dTable: MutableArray?
        if case .parameter(let parameter) = table.origin { dTable = tape.gradients.region(of: parameter) }
        require(
            dTable != nil || !tape.records(table),
            "unembedding: a table that is a result itself has no place in the gradients")
        let head = UnembeddingHead(table: table.value, dTable: dTable)
        let losses = head.losses(of: input.value, targets: targets, dInput: dInput)
        let (dInputArray, place) = (dInput?.frozen(), input.place)
        return .result("unembedding", of: input, table, value: NDArray(scalar: Float(losses.reduce(0, +)))) {
            dOutput, gradients in
            require(dOutput.scalar == 1, "unembedding: the loss must be the last operation, unscaled")
            if let dInputArray { gradients.add(dInputArray, to: place) }
        }
    }

    /// `[N]`: the cross-entropy of each row, in nats, without gradients: what evaluation reads.
    public func unembeddingLosses(_ table: Tensor, targets: [Int32]) -> [Double] {
        UnembeddingHead(table: table.value, dTable: nil).losses(of: value, targets: targets, dInput: nil)
    }
}

/// The chunked product behind both functions.
struct UnembeddingHead {
    /// Rows of logits that exist at a time: enough for the products with the table to run at full speed. 256 would take half
    /// the memory, 51 MB less with GPT-2's vocabulary, and a tenth more time.
    static let chunkRows = 512

    /// `[V, C]`.
    let table: NDArray
    /// `[V, C]`, added to; `nil` when the table takes no gradient.
    let dTable: MutableArray?

    /// The losses of all rows; fills `dInput`, `[N, C]`, when given.
    func losses(of input: NDArray, targets: [Int32], dInput: MutableArray?) -> [Double] {
        let rows = input.shape.rows
        require(targets.count == rows, "unembedding: \(targets.count) targets for \(input.shape)")
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
            losses += logits.crossEntropy(targets: targets[range], differentiate: differentiate)
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
