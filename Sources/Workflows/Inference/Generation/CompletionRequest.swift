/// A prompt and what is wanted of it.
public struct CompletionRequest: Sendable {
    /// The beginning of a headline; empty for whole headlines.
    public var prompt: String
    /// How many candidates.
    public var count: Int
    public var options: SamplingOptions
    /// Whether candidates come best first, by their mean log-probability; otherwise in the order of their random streams.
    public var isRanked = false
    /// Headlines that are not wanted, such as those of the training file: a candidate that becomes one is drawn anew, and beam
    /// search puts it behind all others.
    public var isRejected: (@Sendable (_ headline: String) -> Bool)?

    public init(_ prompt: String, count: Int = 1, options: SamplingOptions = SamplingOptions()) {
        self.prompt = prompt
        self.count = count
        self.options = options
    }

    /// The prompt as it is continued, without white space at its end: a headline never ends in white space, and "discover "
    /// would be continued by a word without its own space.
    public var continuedPrompt: String {
        var scalars = prompt.unicodeScalars[...]
        while let last = scalars.last, last.properties.isWhitespace { scalars.removeLast() }
        return String(scalars)
    }

    /// Throws for the first option or number out of range, naming it as the command line does. Only a model can tell whether
    /// it has room for the prompt.
    /// - Parameters:
    ///   - beams: how many beams search; `nil` for drawing.
    ///   - lengthPenalty: of the search.
    public func check(beams: Int? = nil, lengthPenalty: Double = 1) throws(GenerationError) {
        try options.check()
        guard (1...Self.maximumCandidates).contains(count) else {
            throw GenerationError(
                "the number of completions is \(count), expected a whole number from 1 to \(Self.maximumCandidates)")
        }
        guard lengthPenalty.isFinite else {
            throw GenerationError("length penalty is \(lengthPenalty), expected a finite number")
        }
        guard let beams else { return }
        guard (1...BeamSearch.maximumBeams).contains(beams) else {
            throw GenerationError(
                "the number of beams is \(beams), expected a whole number from 1 to \(BeamSearch.maximumBeams)")
        }
        guard count <= beams else {
            throw GenerationError(
                "the number of completions is \(count), expected at most that of the beams, \(beams)")
        }
    }

    /// The most candidates of one request.
    static let maximumCandidates = 10_000
    /// How often a candidate is drawn before an unwanted headline is handed out after all, marked as such.
    static let maximumAttempts = 8
}

/// One way to go on from a prompt.
public struct Completion: Sendable, Hashable {
    /// Why nothing more was written.
    public enum Ending: Sendable, Hashable {
        /// The model ended the headline.
        case endOfText
        /// Before a line break.
        case newline
        /// At the limit of new tokens or of the model's positions.
        case limit
        /// Before one of the stop strings.
        case stopString(String)
    }

    /// The prompt as it was continued, without white space at its end.
    public let prompt: String
    /// What was written after it.
    public let text: String
    /// The tokens that were chosen, without the end; before a stop string or a line break they reach into it.
    public let tokens: [Int32]
    /// The model's own log-probability of each token, and of the end where it was chosen, in nats: before temperature,
    /// penalties and filters.
    public let logProbabilities: [Double]
    public let ending: Ending
    /// Whether it is unwanted and there was no other.
    public let isRejected: Bool

    /// The whole headline.
    public var headline: String { prompt + text }
    /// Whether the model ended the headline itself, by the end token or a line break.
    public var endedByItself: Bool { ending == .endOfText || ending == .newline }
    /// What candidates are ranked by, in nats per token, the end included.
    public var meanLogProbability: Double {
        logProbabilities.isEmpty ? 0 : logProbabilities.reduce(0, +) / Double(logProbabilities.count)
    }
}
