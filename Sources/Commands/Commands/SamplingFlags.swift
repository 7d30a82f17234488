public import ArgumentParser
public import Inference

/// The flags for how tokens are drawn, of every command that writes headlines.
public struct SamplingFlags: ParsableArguments {
    /// Divides the logits.
    @Option(help: ArgumentHelp("Sampling temperature; 0 picks the most likely token.", valueName: "t"))
    public var temperature = SamplingOptions().temperature

    /// The number of tokens that may be drawn.
    @Option(help: ArgumentHelp("Sample from the k most likely tokens; 0 turns this off.", valueName: "k"))
    public var topK = SamplingOptions().topK

    /// The probability that the tokens that may be drawn reach together.
    @Option(
        help: ArgumentHelp(
            "Sample from the fewest tokens whose probabilities add up to p; 1 turns this off.", valueName: "p"))
    public var topP = SamplingOptions().topP

    /// Divides the logits of tokens that have occurred.
    @Option(
        help: ArgumentHelp("Makes tokens that have occurred less likely if above 1; 1 turns this off.", valueName: "x"))
    public var repetitionPenalty = SamplingOptions().repetitionPenalty

    /// The maximum number of tokens that are added.
    @Option(help: ArgumentHelp("Maximum number of tokens to add.", valueName: "n"))
    public var maxNewTokens = SamplingOptions().maximumNewTokens

    /// Creates the flags for the parser to fill.
    public init() {}

    /// Returns the options that the flags ask for.
    public func options(seed: UInt64) -> SamplingOptions {
        SamplingOptions(
            temperature: temperature, topK: topK, topP: topP, repetitionPenalty: repetitionPenalty,
            maximumNewTokens: maxNewTokens, seed: seed)
    }
}
