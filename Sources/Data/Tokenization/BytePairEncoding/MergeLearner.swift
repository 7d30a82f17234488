import Files
import Text

/// Learns merges of pairs of entries from words and their counts: the loop of Hugging Face's `BpeTrainer`, which its
/// `WordPieceTrainer` runs too.
///
/// The pair that occurs most often is merged next; ties go to the lower left id, then the lower right.
struct MergeLearner {
    typealias Pair = ByteLevelBPEMerges.Pair

    /// The entries: the initial ones, then the results of merges in the order in which they were learned.
    private(set) var tokens: [String]
    /// The merges in the order in which they were learned.
    private(set) var merges: [Pair] = []

    private var ids: [ByteString: Int32] = [:]
    private var words: [Word] = []
    private var pairs: [Pair: Occurrences] = [:]
    private var queue = BinaryHeap<Candidate>()
    private var merged: Set<Pair> = []
    private let minimumFrequency: Int
    /// Returns the spelling of the entry that two entries make.
    private let joining: (String, String) -> String

    /// A word, as its entries, that occurs `count` times.
    struct Word {
        var symbols: [Int32]
        let count: Int
    }

    /// The count of a pair, and the words in which it occurred at some time, ascending within one step.
    private struct Occurrences {
        var count = 0
        var words: [Int32] = []
    }

    /// A pair with its count at some time; the heap returns the highest count first, the lowest pair among equals.
    private struct Candidate: Comparable {
        let pair: Pair
        let count: Int

        static func < (first: Candidate, second: Candidate) -> Bool {
            first.count != second.count ? first.count > second.count : first.pair < second.pair
        }
    }

    /// - Parameters:
    ///   - tokens: the initial entries, each once.
    ///   - words: the words to learn from, in any order.
    ///   - minimumFrequency: the number of times that a pair has to occur to be merged.
    ///   - joining: returns the spelling of the entry that two entries make.
    init(
        tokens: [String], words: [Word], minimumFrequency: Int, joining: @escaping (String, String) -> String
    ) {
        self.tokens = tokens
        self.words = words.filter { $0.symbols.count > 1 }
        self.minimumFrequency = max(1, minimumFrequency)
        self.joining = joining
        for (id, token) in tokens.enumerated() { ids[ByteString(token)] = Int32(id) }
        for (index, word) in self.words.enumerated() {
            for position in 1..<word.symbols.count {
                add(word.count, to: Pair(left: word.symbols[position - 1], right: word.symbols[position]), in: index)
            }
        }
        for (pair, occurrences) in pairs { queue.push(Candidate(pair: pair, count: occurrences.count)) }
    }

    /// Merges until there are `count` entries or no pair is frequent enough.
    mutating func learn(upTo size: Int) {
        while tokens.count < size, mergeNext() {}
    }

    /// Merges the most frequent pair everywhere; returns false if none is frequent enough.
    private mutating func mergeNext() -> Bool {
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
        let spelled = joining(tokens[Int(pair.left)], tokens[Int(pair.right)])
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
        // This also settles what overlapping occurrences ("aaa") took from the count of the merged pair itself.
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
