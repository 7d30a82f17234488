/// Labelled headlines as token ids, framed for a classifier: `prefix t1 … tn suffix`, for BERT `[CLS] t1 … tn [SEP]`. One
/// with more than `maximumTokens`, frame included, loses its last tokens but not its frame; or it is dropped, as one without a
/// token is.
public struct LabeledHeadlines: Sendable {
    /// The tokens of all headlines end to end.
    public let tokens: [Int32]
    /// Headline `i` is `tokens[offsets[i] ..< offsets[i + 1]]`.
    public let offsets: [Int]
    /// The class of each headline.
    public let labels: [Int32]
    /// The text that each headline comes from, as an index into the texts that were framed: they differ where some were
    /// dropped.
    public let rows: [Int32]
    public let report: FramingReport

    /// What stands around the tokens of a headline.
    public struct Frame: Sendable {
        public let prefix: [Int32]
        public let suffix: [Int32]

        public init(prefix: [Int32], suffix: [Int32]) {
            self.prefix = prefix
            self.suffix = suffix
        }
    }

    /// Frames texts.
    ///
    /// - Parameters:
    ///   - texts: The headlines, one line each.
    ///   - labels: The class of each; traps unless there are as many.
    ///   - frame: What stands around each headline.
    ///   - maximumTokens: The most tokens of a headline with its frame: the positions of the model. More than the frame has.
    ///   - overlong: What becomes of a longer one.
    ///   - encode: The tokens of a text, without any frame.
    /// - Throws: A `FramingError` when no headline is left.
    public init(
        _ texts: [String], labels: [Int], frame: Frame, maximumTokens: Int, overlong: OverlongHeadline,
        encode: (String) throws -> [Int32]
    ) throws {
        precondition(texts.count == labels.count, "LabelledHeadlines: \(texts.count) texts, \(labels.count) labels")
        let room = maximumTokens - frame.prefix.count - frame.suffix.count
        precondition(room >= 1, "LabelledHeadlines: maximumTokens is \(maximumTokens), less than the frame and a token")
        var tokens: [Int32] = []
        var offsets = [0]
        var kept: [Int32] = []
        var rows: [Int32] = []
        var report = FramingReport()
        for (row, text) in texts.enumerated() {
            let ids = try encode(text)
            guard !ids.isEmpty else {
                report.empty += 1
                continue
            }
            report.longest = max(report.longest, ids.count + maximumTokens - room)
            if ids.count > room {
                guard overlong == .cut else {
                    report.dropped += 1
                    continue
                }
                report.cut += 1
            }
            tokens += frame.prefix + ids.prefix(room) + frame.suffix
            offsets.append(tokens.count)
            kept.append(Int32(labels[row]))
            rows.append(Int32(row))
        }
        guard !rows.isEmpty else {
            throw FramingError(
                maximumTokens: maximumTokens, headlines: texts.count, longest: report.longest, empty: report.empty)
        }
        report.kept = rows.count
        report.tokens = tokens.count
        self.tokens = tokens
        self.offsets = offsets
        self.labels = kept
        self.rows = rows
        self.report = report
    }

    /// The number of headlines.
    public var count: Int { rows.count }

    /// The number of tokens of headline `i`, frame included.
    public func length(_ i: Int) -> Int { offsets[i + 1] - offsets[i] }

    /// The lengths of all headlines.
    public var lengths: [Int32] { (0..<count).map { Int32(length($0)) } }

    /// Lays headlines end to end.
    /// - Parameter headlines: Their indices, in order.
    public func microBatch(_ headlines: some Collection<Int32>) -> LabelledMicroBatch {
        var tokens: [Int32] = []
        var offsets: [Int32] = [0]
        tokens.reserveCapacity(headlines.reduce(0) { $0 + length(Int($1)) })
        offsets.reserveCapacity(headlines.count + 1)
        for headline in headlines {
            tokens += self.tokens[self.offsets[Int(headline)]..<self.offsets[Int(headline) + 1]]
            offsets.append(Int32(tokens.count))
        }
        return LabelledMicroBatch(tokens: tokens, offsets: offsets, labels: headlines.map { labels[Int($0)] })
    }
}

/// Some labelled headlines laid end to end: S segments, N tokens.
public struct LabelledMicroBatch: Sendable, Hashable {
    /// [N] what is read.
    public let tokens: [Int32]
    /// [S + 1] segment `s` is `offsets[s] ..< offsets[s + 1]`.
    public let offsets: [Int32]
    /// [S] the class of each segment.
    public let labels: [Int32]
}
