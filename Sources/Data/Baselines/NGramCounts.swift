/// The counts of tokens after contexts of one length, in sorted arrays: 8 bytes per n-gram and 20 per context.
///
/// An n-gram is a number whose lowest `tokenBits` bits are its last token and whose next ones are the token before, and so
/// on; its context is that number without the last token.
struct NGramCounts: Sendable {
    /// The number of bits per token.
    static let tokenBits: UInt64 = 21

    /// The contexts, ascending.
    private var contexts: [UInt64] = []
    /// The tokens after context i are `tokens[starts[i] ..< starts[i + 1]]`, ascending.
    private var starts: [Int] = []
    /// The sum of the counts of each context.
    private var totals: [Int32] = []
    private var tokens: [Int32] = []
    private var counts: [Int32] = []
    /// D = n₁ / (n₁ + 2 n₂), where n₁ n-grams were seen once and n₂ twice (Ney, Essen and Kneser, "On structuring
    /// probabilistic dependences in stochastic language modelling", Computer Speech and Language 8, 1994): the amount
    /// taken off every count and given to unseen tokens. If no n-gram was seen once, the formula gives 0 and would make unseen
    /// tokens impossible; then it is ½.
    let discount: Double

    /// Counts n-grams, in any order.
    init(counting keys: [UInt64]) {
        let sorted = keys.sorted()
        var (once, twice) = (0, 0)
        var start = 0
        while start < sorted.count {
            let key = sorted[start]
            let end = sorted[start...].firstIndex { $0 != key } ?? sorted.count
            let (context, count) = (key >> Self.tokenBits, end - start)
            if contexts.last != context {
                contexts.append(context)
                starts.append(tokens.count)
                totals.append(0)
            }
            totals[totals.count - 1] += Int32(count)
            tokens.append(Int32(key & Self.tokenMask))
            counts.append(Int32(count))
            once += count == 1 ? 1 : 0
            twice += count == 2 ? 1 : 0
            start = end
        }
        starts.append(tokens.count)
        discount = once > 0 ? Double(once) / Double(once + 2 * twice) : 0.5
    }

    private static let tokenMask: UInt64 = (1 << tokenBits) - 1

    /// Returns the last `kept` tokens of every different n-gram: counted, they give the number of different tokens before each.
    func keys(tokens kept: UInt64) -> [UInt64] {
        let mask: UInt64 = (1 << (kept * Self.tokenBits)) - 1
        return contexts.indices.flatMap { index in
            tokens[starts[index]..<starts[index + 1]].map {
                (contexts[index] << Self.tokenBits | UInt64($0)) & mask
            }
        }
    }

    /// Returns the count of a token after a context, the count of all tokens after it, and the number of different ones; `nil` if
    /// the context was never seen.
    func find(_ token: Int32, after context: UInt64) -> (count: Int, total: Int, types: Int)? {
        let place = Self.firstIndex(in: contexts, 0..<contexts.count, notBelow: context)
        guard place < contexts.count, contexts[place] == context else { return nil }
        let range = starts[place]..<starts[place + 1]
        let found = Self.firstIndex(in: tokens, range, notBelow: token)
        let count = found < range.upperBound && tokens[found] == token ? counts[found] : 0
        return (Int(count), Int(totals[place]), range.count)
    }

    /// Returns the first index with a number of at least `bound`, by binary search.
    private static func firstIndex<Number: Comparable>(in sorted: [Number], _ range: Range<Int>, notBelow bound: Number)
        -> Int
    {
        var (low, high) = (range.lowerBound, range.upperBound)
        while low < high {
            let middle = (low + high) / 2
            if sorted[middle] < bound { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
