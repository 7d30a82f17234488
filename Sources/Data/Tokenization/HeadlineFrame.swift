import Preconditions

/// The tokens around a headline's own tokens `t1 … tn`: the one rule that training, scoring and baselines follow.
public enum HeadlineFrame: Sendable, Hashable {
    /// The frame of a generator: a headline is read as `end t1 … tn` and predicts `t1 … tn end`, n + 1 tokens.
    case generator(endOfText: Int32)
    /// The frame of a classifier: a headline is read as `prefix t1 … tn suffix`, for BERT `[CLS] t1 … tn [SEP]`.
    case classifier(prefix: [Int32], suffix: [Int32])

    /// The number of tokens that the frame adds to those of the headline.
    public var addedTokens: Int {
        switch self {
        case .generator: 1
        case .classifier(let prefix, let suffix): prefix.count + suffix.count
        }
    }

    /// Returns the framed tokens of a headline, at most `maximumTokens`, and whether it had to be cut: those that a generator
    /// predicts, those that a classifier reads. A generator's headline that is cut loses its end, `t1 … tL` with
    /// L = `maximumTokens`; a classifier's loses its last tokens but not its frame.
    public func framed(_ ids: [Int32], maximumTokens: Int) -> (tokens: [Int32], isCut: Bool) {
        require(maximumTokens >= 1, "HeadlineFrame: maximumTokens is \(maximumTokens), must be at least 1")
        let isCut = ids.count + addedTokens > maximumTokens
        switch self {
        case .generator(let endOfText):
            return (isCut ? Array(ids.prefix(maximumTokens)) : ids + [endOfText], isCut)
        case .classifier(let prefix, let suffix):
            let room = maximumTokens - addedTokens
            require(room >= 1, "HeadlineFrame: maximumTokens is \(maximumTokens), less than the frame and one token")
            return (prefix + ids.prefix(room) + suffix, isCut)
        }
    }

    /// Appends what a model reads for the framed tokens of a headline: for a generator the same one place later, after the end
    /// of text.
    public func appendInputs(for framed: some Collection<Int32>, to inputs: inout [Int32]) {
        guard case .generator(let endOfText) = self else {
            inputs += framed
            return
        }
        inputs.append(endOfText)
        inputs += framed.dropLast()
    }
}
