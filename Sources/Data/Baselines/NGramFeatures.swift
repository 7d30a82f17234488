#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// A column, with a weight, for each run of 1, 2, … symbols that occurs in enough texts. Symbols are words or characters, as the
/// caller chooses; a text is one or more pieces, and no run crosses from one piece into the next.
///
/// Runs are kept as a trie of symbols, so that the column of a run is found without building a key.
struct NGramFeatures: Sendable {
    /// The lengths of runs.
    let lengths: ClosedRange<Int>
    /// True if a piece with fewer symbols than the shortest run counts as a run.
    let keepsShortPieces: Bool
    /// The child of a node for a symbol; the root is 0.
    private let children: [UInt64: Int32]
    /// The column of each node, −1 for none.
    private var columns: [Int32] = []
    /// The weight of each column.
    private var inverseFrequencies: [Double] = []

    /// The number of columns.
    var count: Int { inverseFrequencies.count }

    /// Collects the runs of `textCount` texts, whose pieces `pieces` returns, and keeps those that occur in at least
    /// `minimumTexts` of them.
    init(
        lengths: ClosedRange<Int>, keepsShortPieces: Bool, textCount: Int, minimumTexts: Int,
        pieces: (Int) -> [[UInt32]]
    ) {
        var children: [UInt64: Int32] = [:]
        var frequencies: [Int32] = [0]
        for text in 0..<textCount {
            var found: [Int32] = []
            for piece in pieces(text) {
                Self.forEachRun(of: piece, lengths, keepsShortPieces) { parent, symbol in
                    let key = Self.key(parent, symbol)
                    if let child = children[key] { return child }
                    let child = Int32(frequencies.count)
                    children[key] = child
                    frequencies.append(0)
                    return child
                } found: {
                    found.append($0)
                }
            }
            found.sort()
            for (index, node) in found.enumerated() where index == 0 || node != found[index - 1] {
                frequencies[Int(node)] += 1
            }
        }
        self.lengths = lengths
        self.keepsShortPieces = keepsShortPieces
        self.children = children
        for frequency in frequencies {
            let isKept = frequency >= max(minimumTexts, 1)
            columns.append(isKept ? Int32(inverseFrequencies.count) : -1)
            guard isKept else { continue }
            inverseFrequencies.append(log(Double(1 + textCount) / Double(1 + frequency)) + 1)
        }
    }

    /// Returns the columns of a text, ascending: the count of each run times its weight, scaled to length 1. Empty if no run is
    /// known.
    func row(of pieces: [[UInt32]]) -> [(column: Int32, value: Double)] {
        var found: [Int32] = []
        for piece in pieces {
            Self.forEachRun(of: piece, lengths, keepsShortPieces) {
                children[Self.key($0, $1)]
            } found: {
                found.append(columns[Int($0)])
            }
        }
        found.sort()
        var row: [(column: Int32, value: Double)] = []
        for column in found where column >= 0 {
            if row.last?.column != column { row.append((column, 0)) }
            row[row.count - 1].value += inverseFrequencies[Int(column)]
        }
        let length = row.reduce(0) { $0 + $1.value * $1.value }.squareRoot()
        for index in row.indices { row[index].value /= length }
        return row
    }

    private static func key(_ parent: Int32, _ symbol: UInt32) -> UInt64 { UInt64(parent) << 32 | UInt64(symbol) }

    /// Walks from the root along the symbols of every run, and reports the node at which each run ends.
    private static func forEachRun(
        of piece: [UInt32], _ lengths: ClosedRange<Int>, _ keepsShortPieces: Bool,
        step: (_ parent: Int32, _ symbol: UInt32) -> Int32?, found: (_ node: Int32) -> Void
    ) {
        let shortest = keepsShortPieces ? min(lengths.lowerBound, piece.count) : lengths.lowerBound
        for start in piece.indices {
            var node: Int32 = 0
            for end in start..<min(start + lengths.upperBound, piece.count) {
                guard let next = step(node, piece[end]) else { break }
                node = next
                if end - start + 1 >= shortest { found(node) }
            }
        }
    }
}
