/// Divides rows at random into two halves whose sizes, overall and for each label, differ by at most one: `true` for the
/// second half.
///
/// The rows are put in order of their label, those of a label in an order that the seed decides, and dealt in turn.
func stratifiedHalves(_ labels: [Int], seed: UInt64) -> [Bool] {
    let keys = labels.indices.map { scrambled(seed, UInt64($0)) }
    let order = labels.indices.sorted { (labels[$0], keys[$0], $0) < (labels[$1], keys[$1], $1) }
    var isSecond = [Bool](repeating: false, count: labels.count)
    for (place, row) in order.enumerated() where place % 2 == 1 { isSecond[row] = true }
    return isSecond
}

/// The number of this index in the SplitMix64 sequence of a seed (Steele, Lea and Flood, OOPSLA 2014), the same on every
/// machine. Written out here because this module depends on no other.
private func scrambled(_ seed: UInt64, _ index: UInt64) -> UInt64 {
    var bits = seed &+ (index &+ 1) &* 0x9E37_79B9_7F4A_7C15
    bits = (bits ^ (bits >> 30)) &* 0xBF58_476D_1CE4_E5B9
    bits = (bits ^ (bits >> 27)) &* 0x94D0_49BB_1331_11EB
    return bits ^ (bits >> 31)
}
