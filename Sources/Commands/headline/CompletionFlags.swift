import ArgumentParser
import Commands
import Inference

/// The flags for how completions are chosen.
struct CompletionFlags: ParsableArguments {
    @OptionGroup var sampling: SamplingFlags

    @Option(
        help: ArgumentHelp(
            "Sample from tokens at least p times as likely as the most likely one; 0 turns this off.", valueName: "p"))
    var minP = SamplingOptions().minP

    @Option(
        help: ArgumentHelp(
            "Subtract this from the logits of tokens already in the completion; 0 turns this off.", valueName: "x"))
    var presencePenalty = SamplingOptions().presencePenalty

    @Option(help: ArgumentHelp("Never repeat a run of n tokens; 0 turns this off.", valueName: "n"))
    var noRepeatNgram = SamplingOptions().noRepeatNGram

    @Option(help: ArgumentHelp("A word never to write, in any case; may be repeated.", valueName: "word"))
    var ban: [String] = []

    @Option(help: ArgumentHelp("End before this text; may be repeated.", valueName: "text"))
    var stop: [String] = []

    @Flag(inversion: .prefixedNo, help: "End before a line break.")
    var endAtNewline = SamplingOptions().endsAtNewline

    @Flag(help: "Close quotation marks before the headline ends.")
    var balancedQuotes = false

    @Option(help: ArgumentHelp("Minimum number of tokens to add.", valueName: "n"))
    var minNewTokens = SamplingOptions().minimumNewTokens

    @Option(help: ArgumentHelp("Seed of the random draws.", valueName: "n"))
    var seed: UInt64 = SamplingOptions().seed

    /// The options that the flags ask for.
    var options: SamplingOptions {
        var options = sampling.options(seed: seed)
        options.minP = minP
        options.presencePenalty = presencePenalty
        options.noRepeatNGram = noRepeatNgram
        options.bannedWords = ban
        options.stopStrings = stop
        options.endsAtNewline = endAtNewline
        options.balancesQuotes = balancedQuotes
        options.minimumNewTokens = minNewTokens
        return options
    }
}
