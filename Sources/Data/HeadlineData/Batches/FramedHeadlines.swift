import Files
public import Text

/// What becomes of a headline with more tokens than the model has positions.
public enum OverlongHeadline: String, Sendable, Hashable, Codable, CaseIterable {
    /// Its first positions are kept; it then trains no end of text.
    case cut
    /// It is left out.
    case drop
}

/// What framing did, in counts.
public struct FramingReport: Sendable, Hashable, Codable, CustomStringConvertible {
    public internal(set) var kept = 0
    /// Headlines kept, but without their end.
    public internal(set) var cut = 0
    /// Headlines left out for their length.
    public internal(set) var dropped = 0
    /// Headlines left out because the tokenizer leaves nothing of them.
    public internal(set) var empty = 0
    /// Predicted tokens, ends of text included.
    public internal(set) var tokens = 0
    /// The predicted tokens of the longest headline as it was found, before any cut.
    public internal(set) var longest = 0

    /// One line for a person.
    public var description: String {
        "\(kept) headlines with \(tokens) tokens, the longest \(longest);"
            + " \(cut) cut and \(dropped) dropped for their length"
            + (empty == 0 ? "" : ", \(empty) dropped for having no token")
    }
}

/// Headlines as token ids, framed for training a generator: a headline of ids `t1 … tn` is read as `end t1 … tn` and
/// predicts `t1 … tn end`, n + 1 tokens, where `end` is the end-of-text token. One with more than `maximumTokens`
/// predicted tokens is cut, and then reads `end t1 … t(L−1)` and predicts `t1 … tL`, L = `maximumTokens`, without an
/// end that is not there; or it is dropped.
public struct FramedHeadlines: Sendable {
    /// The end-of-text token, which also begins every headline.
    public let endOfText: Int32
    /// The predicted tokens of all headlines end to end; what is read is the same one place later, behind `endOfText`.
    public let targets: [Int32]
    /// Headline `i` predicts `targets[offsets[i] ..< offsets[i + 1]]`.
    public let offsets: [Int]
    /// The text that each headline comes from, as an index into the texts that were framed: they differ where some were
    /// dropped.
    public let rows: [Int32]
    /// UTF-8 bytes of each headline's whole text, for bits per byte.
    public let byteCounts: [Int32]
    /// Words of each headline's whole text, split on white space.
    public let wordCounts: [Int32]
    /// Whether each headline lost its end: then its bytes and words are more than its tokens stand for.
    public let isCut: [Bool]
    public let report: FramingReport

    /// Frames texts.
    ///
    /// - Parameters:
    ///   - texts: The headlines, one line each.
    ///   - endOfText: The token that begins and ends a headline.
    ///   - maximumTokens: The most tokens that a headline may predict: the context length of the model. At least 1.
    ///   - overlong: What becomes of a longer one.
    ///   - encode: The tokens of a text, without any frame.
    /// - Throws: A `FramingError` when no headline is left.
    public init(
        _ texts: [String], endOfText: Int32, maximumTokens: Int, overlong: OverlongHeadline,
        encode: (String) throws -> [Int32]
    ) throws {
        precondition(maximumTokens >= 1, "FramedHeadlines: maximumTokens is \(maximumTokens), must be at least 1")
        var targets: [Int32] = []
        var offsets = [0]
        var rows: [Int32] = []
        var byteCounts: [Int32] = []
        var wordCounts: [Int32] = []
        var isCut: [Bool] = []
        var report = FramingReport()
        for (row, text) in texts.enumerated() {
            let ids = try encode(text)
            report.longest = max(report.longest, ids.count + 1)
            let isOverlong = ids.count + 1 > maximumTokens
            guard !isOverlong || overlong == .cut else {
                report.dropped += 1
                continue
            }
            targets += ids.prefix(maximumTokens)
            if isOverlong { report.cut += 1 } else { targets.append(endOfText) }
            offsets.append(targets.count)
            rows.append(Int32(row))
            byteCounts.append(Int32(clamping: text.utf8.count))
            wordCounts.append(Int32(clamping: text.split(whereSeparator: \.isWhitespace).count))
            isCut.append(isOverlong)
        }
        guard !rows.isEmpty else {
            throw FramingError(maximumTokens: maximumTokens, headlines: texts.count, longest: report.longest)
        }
        report.kept = rows.count
        report.tokens = targets.count
        self.endOfText = endOfText
        self.targets = targets
        self.offsets = offsets
        self.rows = rows
        self.byteCounts = byteCounts
        self.wordCounts = wordCounts
        self.isCut = isCut
        self.report = report
    }

    /// The number of headlines.
    public var count: Int { rows.count }

    /// The number of tokens that headline `i` predicts, which is also the number that it reads.
    public func length(_ i: Int) -> Int { offsets[i + 1] - offsets[i] }

    /// The lengths of all headlines.
    public var lengths: [Int32] { (0..<count).map { Int32(length($0)) } }

    /// Lays headlines end to end.
    ///
    /// - Parameters:
    ///   - headlines: Their indices, in order.
    ///   - firstRow: The number of tokens of the same step that lie in micro-batches before this one.
    public func microBatch(_ headlines: some Collection<Int32>, firstRow: Int = 0) -> MicroBatch {
        let tokenCount = headlines.reduce(0) { $0 + length(Int($1)) }
        var inputs: [Int32] = []
        var targets: [Int32] = []
        var offsets: [Int32] = [0]
        inputs.reserveCapacity(tokenCount)
        targets.reserveCapacity(tokenCount)
        offsets.reserveCapacity(headlines.count + 1)
        for headline in headlines {
            let own = self.offsets[Int(headline)]..<self.offsets[Int(headline) + 1]
            inputs.append(endOfText)
            inputs += self.targets[own.dropLast()]
            targets += self.targets[own]
            offsets.append(Int32(targets.count))
        }
        return MicroBatch(
            inputs: inputs, targets: targets, offsets: offsets, headlines: Array(headlines), firstRow: firstRow)
    }
}

/// Some headlines laid end to end: S segments, N tokens.
public struct MicroBatch: Sendable, Hashable {
    /// [N] what is read.
    public let inputs: [Int32]
    /// [N] what is predicted at each place.
    public let targets: [Int32]
    /// [S + 1] segment `s` is `offsets[s] ..< offsets[s + 1]`.
    public let offsets: [Int32]
    /// [S] the headline of each segment.
    public let headlines: [Int32]
    /// The place of the first token within the whole step, so that what is random per token does not depend on how a
    /// step is cut.
    public let firstRow: Int
}

/// No headline is short enough for the model.
public struct FramingError: ReportableError, Equatable {
    public let maximumTokens: Int
    public let headlines: Int
    public let longest: Int
    /// Headlines without a token.
    public var empty = 0

    public var category: ErrorCategory { .invalidInput }
    public var description: String {
        if headlines == 0 { return "there is no headline to frame" }
        return empty == headlines
            ? "none of the \(headlines) headlines has a token; is the vocabulary right?"
            : "all \(headlines) headlines were dropped: each needs more than \(maximumTokens) tokens (the longest"
                + " \(longest)); cut long headlines in place of dropping them, or choose a longer context"
    }
}
