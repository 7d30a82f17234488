/// Packs whole sequences, in their order, into batches of bounded size.
public enum Packing {
    /// Returns the end of the batch that begins at `start`: the batch takes sequences as long as they have at most `rows` rows
    /// together, and at least one, however long.
    /// - Parameters:
    ///   - end: The end of the sequences there are.
    ///   - length: The rows of a sequence, by its place.
    @inlinable
    public static func endOfBatch(from start: Int, before end: Int, rows: Int, length: (Int) -> Int) -> Int {
        var next = start
        var sum = 0
        while next < end {
            sum += length(next)
            if sum > rows, next > start { break }
            next += 1
        }
        return next
    }

    /// Cuts sequences of the given lengths into batches of at most `rows` rows; a longer sequence is a batch of its own.
    public static func batches(of lengths: [some BinaryInteger], rows: Int) -> [Range<Int>] {
        var batches: [Range<Int>] = []
        while let start = batches.last?.upperBound ?? lengths.indices.first, start < lengths.count {
            batches.append(start..<endOfBatch(from: start, before: lengths.count, rows: rows) { Int(lengths[$0]) })
        }
        return batches
    }
}
