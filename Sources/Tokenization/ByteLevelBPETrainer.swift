import Files

extension ByteLevelBPE {
    /// Learns a vocabulary from texts: the merges of Hugging Face's `BpeTrainer` with the byte-level alphabet.
    ///
    /// The layout is GPT-2's: entries 0 to 255 are the bytes in the order of their characters, then the merged entries
    /// in the order in which they were learned, last `<|endoftext|>` (`BpeTrainer` would make that 0). The pair that
    /// occurs most often is merged next; of equals the one with the lower left id, then the lower right. Where a merge
    /// brings back a pair that was merged before, we count only what it brought back and list the merge once;
    /// `BpeTrainer` adds to the old count and may list it again.
    ///
    /// - Parameters:
    ///   - texts: The headlines; their order does not matter.
    ///   - vocabularySize: The entries in all, at least 257. Fewer come out when no more pair is frequent enough.
    ///   - minimumFrequency: How often a pair has to occur to be merged.
    /// - Throws: `TokenizationError` if the size is too small.
    public static func trained(
        on texts: some Sequence<String>, vocabularySize: Int, minimumFrequency: Int
    ) throws(TokenizationError) -> ByteLevelBPE {
        let alphabet = ByteLevelAlphabet.bytesInOrder
        guard vocabularySize > alphabet.count, vocabularySize <= Int(Int32.max) else {
            throw TokenizationError(
                "a byte-level vocabulary of \(vocabularySize) entries is impossible: it has \(alphabet.count) for the bytes "
                    + "and one for \(endOfTextToken); ask for at least \(alphabet.count + 1)", exitStatus: .usage)
        }
        var trainer = ByteLevelBPETrainer(texts, minimumFrequency: minimumFrequency)
        while trainer.tokens.count < vocabularySize - 1, trainer.mergeNext() {}
        let merges = trainer.merges.map { (trainer.tokens[Int($0.left)], trainer.tokens[Int($0.right)]) }
        return try ByteLevelBPE(
            tokens: trainer.tokens + [endOfTextToken], merges: merges, specialTokens: [Int32(trainer.tokens.count)],
            endOfText: Int32(trainer.tokens.count))
    }
}

/// The state of learning merges: distinct pieces as entries, and which pairs occur where and how often.
private struct ByteLevelBPETrainer {
    typealias Pair = ByteLevelBPEMerges.Pair

    private(set) var tokens: [String]
    private(set) var ids: [ByteString: Int32] = [:]
    private(set) var merges: [Pair] = []

    private var words: [Word] = []
    private var pairs: [Pair: Occurrences] = [:]
    private var queue = BinaryHeap<Candidate>()
    private var merged: Set<Pair> = []
    private let minimumFrequency: Int

    /// A piece that occurs `count` times.
    private struct Word {
        var symbols: [Int32]
        let count: Int
    }

    /// How often a pair occurs, and in which words it did at some time, ascending within one step.
    private struct Occurrences {
        var count = 0
        var words: [Int32] = []
    }

    /// A pair with its count of some time; the heap hands out the highest count first, of equals the lowest pair.
    private struct Candidate: Comparable {
        let pair: Pair
        let count: Int

        static func < (first: Candidate, second: Candidate) -> Bool {
            first.count != second.count ? first.count > second.count : first.pair < second.pair
        }
    }

    init(_ texts: some Sequence<String>, minimumFrequency: Int) {
        self.minimumFrequency = max(1, minimumFrequency)
        let alphabet = ByteLevelAlphabet.bytesInOrder
        tokens = alphabet.map { String(ByteLevelAlphabet.scalars[Int($0)]) }
        var byteIDs = [Int32](repeating: 0, count: 256)
        for (id, byte) in alphabet.enumerated() {
            byteIDs[Int(byte)] = Int32(id)
            ids[ByteString(tokens[id])] = Int32(id)
        }
        for (piece, count) in Self.pieceCounts(texts) where piece.string.utf8.count > 1 {
            words.append(Word(symbols: piece.string.utf8.map { byteIDs[Int($0)] }, count: count))
        }
        for (index, word) in words.enumerated() {
            for position in 1..<word.symbols.count {
                add(word.count, to: Pair(left: word.symbols[position - 1], right: word.symbols[position]), in: index)
            }
        }
        for (pair, occurrences) in pairs { queue.push(Candidate(pair: pair, count: occurrences.count)) }
    }

    private static func pieceCounts(_ texts: some Sequence<String>) -> [ByteString: Int] {
        var counts: [ByteString: Int] = [:]
        for var text in texts {
            text.withUTF8 { bytes in
                for range in ByteLevelPieces(bytes) {
                    let piece = String(decoding: UnsafeBufferPointer(rebasing: bytes[range]), as: UTF8.self)
                    counts[ByteString(piece), default: 0] += 1
                }
            }
        }
        return counts
    }

    /// Merges the most frequent pair everywhere; false if none is frequent enough.
    mutating func mergeNext() -> Bool {
        while let candidate = queue.pop() {
            let count = pairs[candidate.pair]?.count ?? 0
            guard count == candidate.count else {
                // Counts mostly sink after a pair was queued. A pair whose count rose was queued again then.
                if count > 0, count < candidate.count { queue.push(Candidate(pair: candidate.pair, count: count)) }
                continue
            }
            guard count >= minimumFrequency else { return false }
            merge(candidate.pair)
            return true
        }
        return false
    }

    private mutating func merge(_ pair: Pair) {
        let spelled = tokens[Int(pair.left)] + tokens[Int(pair.right)]
        // Two ways to merge may spell the same entry: "t"+"he" and "th"+"e".
        let result = ids[ByteString(spelled)] ?? Int32(tokens.count)
        if result == tokens.count {
            tokens.append(spelled)
            ids[ByteString(spelled)] = result
        }
        if merged.insert(pair).inserted { merges.append(pair) }
        let places = pairs.removeValue(forKey: pair)?.words ?? []
        var raised: Set<Pair> = []
        for index in places { replace(pair, by: result, in: Int(index), raised: &raised) }
        // What overlapping occurrences ("aaa") took from the count of the merged pair itself is settled with it.
        if pairs[pair].map({ $0.count <= 0 }) == true { pairs[pair] = nil }
        for pair in raised {
            if let count = pairs[pair]?.count, count > 0 { queue.push(Candidate(pair: pair, count: count)) }
        }
    }

    /// Replaces a pair in one word from left to right and moves the counts of the pairs that it touches.
    private mutating func replace(_ pair: Pair, by result: Int32, in index: Int, raised: inout Set<Pair>) {
        let old = words[index].symbols
        let count = words[index].count
        var new: [Int32] = []
        var position = 0
        while position < old.count {
            guard position + 1 < old.count, old[position] == pair.left, old[position + 1] == pair.right else {
                new.append(old[position])
                position += 1
                continue
            }
            if let before = new.last {
                add(-count, to: Pair(left: before, right: pair.left), in: index)
                raise(Pair(left: before, right: result), by: count, in: index, &raised)
            }
            if position + 2 < old.count {
                let after = old[position + 2]
                add(-count, to: Pair(left: pair.right, right: after), in: index)
                raise(Pair(left: result, right: after), by: count, in: index, &raised)
            }
            new.append(result)
            position += 2
        }
        words[index].symbols = new
    }

    private mutating func raise(_ pair: Pair, by count: Int, in index: Int, _ raised: inout Set<Pair>) {
        add(count, to: pair, in: index)
        raised.insert(pair)
    }

    private mutating func add(_ count: Int, to pair: Pair, in index: Int) {
        let change = { (occurrences: inout Occurrences) in
            occurrences.count += count
            if count > 0, occurrences.words.last != Int32(index) { occurrences.words.append(Int32(index)) }
        }
        change(&pairs[pair, default: Occurrences()])
    }
}
