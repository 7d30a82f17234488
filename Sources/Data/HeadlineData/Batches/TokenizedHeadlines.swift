public import NumericCore
import Preconditions
public import Tokenization

/// The treatment of a headline with more tokens than the model's context length.
public enum OverlongHeadline: String, Sendable, Hashable, Codable, CaseIterable {
    /// The headline is cut to the context length; a generator then trains no end of text on it.
    case cut
    /// The headline is left out.
    case drop
}

/// Headlines as token ids in their frame, for training either kind of model.
public struct TokenizedHeadlines: Sendable {
    /// The tokens around each headline.
    public let frame: HeadlineFrame
    /// The framed tokens of all headlines end to end: those that a generator predicts, those that a classifier reads.
    public let tokens: [Int32]
    /// The boundaries of the headlines: headline `i` is `tokens[offsets[i] ..< offsets[i + 1]]`.
    public let offsets: [Int]
    /// The class of each headline; `nil` for headlines without labels.
    public let labels: [Int32]?
    /// The text that each headline comes from, as an index into the texts that were framed: they differ where some were
    /// dropped.
    public let rows: [Int32]
    /// The UTF-8 bytes of each headline's whole text, for bits per byte.
    public let byteCounts: [Int32]
    /// Marks headlines that were cut: they have more bytes than their tokens stand for.
    public let isCut: [Bool]
    /// The counts of what framing kept, cut and dropped.
    public let summary: FramingSummary

    /// Tokenizes and frames texts. A text without a single token is dropped.
    ///
    /// - Parameters:
    ///   - texts: The headlines, one line each.
    ///   - labels: The class of each, for a classifier; traps unless there are as many as texts.
    ///   - frame: The tokens around each headline.
    ///   - maximumTokens: The context length of the model: the most tokens of a headline with its frame.
    ///   - overlong: The treatment of a longer one.
    ///   - encode: The tokens of a text, without any frame.
    /// - Throws: A `FramingError` when no headline is left.
    public init(
        _ texts: [String], labels: [Int]? = nil, frame: HeadlineFrame, maximumTokens: Int, overlong: OverlongHeadline,
        encode: (String) throws -> [Int32]
    ) throws {
        if let labels {
            require(
                labels.count == texts.count, "TokenizedHeadlines: \(texts.count) texts, \(labels.count) labels")
        }
        var tokens: [Int32] = []
        var offsets = [0]
        var rows: [Int32] = []
        var byteCounts: [Int32] = []
        var isCut: [Bool] = []
        var summary = FramingSummary()
        for (row, text) in texts.enumerated() {
            let ids = try encode(text)
            guard !ids.isEmpty else {
                summary.empty += 1
                continue
            }
            summary.longest = max(summary.longest, ids.count + frame.addedTokens)
            let (framed, isOverlong) = frame.framed(ids, maximumTokens: maximumTokens)
            guard !isOverlong || overlong == .cut else {
                summary.dropped += 1
                continue
            }
            if isOverlong { summary.cut += 1 }
            tokens += framed
            offsets.append(tokens.count)
            rows.append(Int32(row))
            byteCounts.append(Int32(clamping: text.utf8.count))
            isCut.append(isOverlong)
        }
        guard !rows.isEmpty else {
            if texts.isEmpty { throw FramingError.noHeadlines }
            if summary.empty == texts.count { throw FramingError.noTokens(headlines: texts.count) }
            throw FramingError.allDropped(
                headlines: texts.count, maximumTokens: maximumTokens, longest: summary.longest)
        }
        summary.kept = rows.count
        summary.tokens = tokens.count
        self.frame = frame
        self.tokens = tokens
        self.offsets = offsets
        self.labels = labels.map { labels in rows.map { Int32(labels[Int($0)]) } }
        self.rows = rows
        self.byteCounts = byteCounts
        self.isCut = isCut
        self.summary = summary
    }

    /// The number of headlines.
    public var count: Int { rows.count }

    /// Returns the number of framed tokens of headline `i`, which is the number that a model reads.
    public func length(_ i: Int) -> Int { offsets[i + 1] - offsets[i] }

    /// The lengths of all headlines.
    public var lengths: [Int32] { (0..<count).map { Int32(length($0)) } }

    /// Lays headlines end to end.
    /// - Parameter headlines: Their indices, in order.
    public func microBatch(_ headlines: some Collection<some BinaryInteger>) -> MicroBatch {
        let tokenCount = headlines.reduce(0) { $0 + length(Int($1)) }
        var inputs: [Int32] = []
        var offsets: [Int32] = [0]
        inputs.reserveCapacity(tokenCount)
        offsets.reserveCapacity(headlines.count + 1)
        var targets: [Int32] = []
        targets.reserveCapacity(labels == nil ? tokenCount : headlines.count)
        for headline in headlines {
            let own = tokens[self.offsets[Int(headline)]..<self.offsets[Int(headline) + 1]]
            frame.appendInputs(for: own, to: &inputs)
            if let labels { targets.append(labels[Int(headline)]) } else { targets += own }
            offsets.append(Int32(inputs.count))
        }
        return MicroBatch(inputs: inputs, segments: Segments(offsets: offsets), targets: targets)
    }
}

/// Some headlines laid end to end: S segments, N tokens.
public struct MicroBatch: Sendable, Hashable {
    /// `[N]`: the tokens that the model reads.
    public let inputs: [Int32]
    /// The rows of each headline.
    public let segments: Segments
    /// `[N]`, the token that follows each one, for a generator; `[S]`, the class of each headline, for a classifier.
    public let targets: [Int32]
}
