import NumericCore

extension Tensor {
    /// Rows of `table`, `[V, C]`, by index: `[N, C]`. Traps on an index outside the table.
    public static func lookup(_ ids: [Int32], in table: Tensor) -> Tensor {
        .result("lookup", of: table, value: table.value.gatherRows(ids)) { dOutput, gradients in
            gradients.add(to: table) { dTable, accumulate in
                if !accumulate { dTable.fill(with: 0) }
                dTable.scatterAdd(dOutput, at: ids)
            }
        }
    }

    /// The rows at `indices` of `[N, C]`, such as the first or last token of each segment: `[S, C]`.
    public func rows(_ indices: [Int32]) -> Tensor { .lookup(indices, in: self) }
}
