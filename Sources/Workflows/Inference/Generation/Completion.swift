/// One continuation of a prompt.
public struct Completion: Sendable, Hashable, Codable {
    /// The reason why nothing more was written.
    public enum Ending: Sendable, Hashable, Codable {
        /// The model ended the headline.
        case endOfText
        /// The completion ends before a line break.
        case newline
        /// The limit of new tokens or of the model's positions was reached.
        case limit
        /// The completion ends before one of the stop strings.
        case stopString(String)
    }

    /// The prompt as it was continued, without white space at its end.
    public let prompt: String
    /// The text that was written after the prompt.
    public let text: String
    /// The tokens that were chosen, without the end; before a stop string or a line break they reach into it.
    public let tokens: [Int32]
    /// The model's own log-probability of each token, and of the end where it was chosen, in nats: before temperature,
    /// penalties and filters.
    public let logProbabilities: [Double]
    /// The reason why it ends here.
    public let ending: Ending
    /// True if it is rejected and no attempt found another.
    public let isRejected: Bool

    /// The whole headline.
    public var headline: String { prompt + text }
    /// True if the model ended the headline itself, with the end token or a line break.
    public var endedByItself: Bool { ending == .endOfText || ending == .newline }
    /// The score that candidates are ranked by, in nats per token, the end included.
    public var meanLogProbability: Double {
        logProbabilities.isEmpty ? 0 : logProbabilities.reduce(0, +) / Double(logProbabilities.count)
    }
}

extension [Completion] {
    /// The completions by mean log-probability, best first; equals keep their order.
    var rankedByLogProbability: [Completion] {
        enumerated().sorted {
            $0.element.meanLogProbability != $1.element.meanLogProbability
                ? $0.element.meanLogProbability > $1.element.meanLogProbability : $0.offset < $1.offset
        }.map(\.element)
    }
}
