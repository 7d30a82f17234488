import Randomness

/// Splits rows at random into two halves whose sizes, overall and for each label, differ by at most one; returns `true` for rows
/// of the second half.
///
/// Rows are sorted by label, those of a label in an order given by the seed, and dealt in turn.
func stratifiedHalves(_ labels: [Int], seed: UInt64) -> [Bool] {
    let keys = labels.indices.map { SplitMix64.number(UInt64($0), ofSeed: seed) }
    let order = labels.indices.sorted { (labels[$0], keys[$0], $0) < (labels[$1], keys[$1], $1) }
    var isSecond = [Bool](repeating: false, count: labels.count)
    for (place, row) in order.enumerated() where place % 2 == 1 { isSecond[row] = true }
    return isSecond
}
