import ArgumentParser
import Inference

/// The flags that say how completions are chosen.
struct SamplingFlags: ParsableArguments {
    @Option(help: ArgumentHelp("Divides the logits; 0 always takes the likeliest token.", valueName: "t"))
    var temperature = SamplingOptions().temperature

    @Option(help: ArgumentHelp("How many of the likeliest tokens stay in the draw; 0 keeps all.", valueName: "k"))
    var topK = SamplingOptions().topK

    @Option(
        help: ArgumentHelp("Keep the fewest tokens whose probabilities reach this sum; 1 keeps all.", valueName: "p"))
    var topP = SamplingOptions().topP

    @Option(
        help: ArgumentHelp(
            "Keep tokens of at least this share of the likeliest one's probability; 0 keeps all.", valueName: "p"))
    var minP = SamplingOptions().minP

    @Option(help: ArgumentHelp("Above 1 makes tokens that have occurred less likely.", valueName: "x"))
    var repetitionPenalty = SamplingOptions().repetitionPenalty

    @Option(
        help: ArgumentHelp("Taken from the logits of tokens that the completion holds already.", valueName: "x"))
    var presencePenalty = SamplingOptions().presencePenalty

    @Option(help: ArgumentHelp("No run of this many tokens occurs twice; 0 allows all.", valueName: "n"))
    var noRepeatNgram = SamplingOptions().noRepeatNGram

    @Option(help: ArgumentHelp("A word not to be written, in any case; give it again for more.", valueName: "word"))
    var ban: [String] = []

    @Option(help: ArgumentHelp("End before this text; give it again for more.", valueName: "text"))
    var stop: [String] = []

    @Flag(inversion: .prefixedNo, help: "End before a line break.")
    var endAtNewline = SamplingOptions().endsAtNewline

    @Flag(help: "Do not end a headline inside a quotation, and close it where the room ends.")
    var balancedQuotes = false

    @Option(help: ArgumentHelp("The fewest tokens that are added.", valueName: "n"))
    var minNewTokens = SamplingOptions().minimumNewTokens

    @Option(help: ArgumentHelp("The most tokens that are added.", valueName: "n"))
    var maxNewTokens = SamplingOptions().maximumNewTokens

    @Option(help: ArgumentHelp("Of the random draws.", valueName: "n"))
    var seed: UInt64 = SamplingOptions().seed

    var options: SamplingOptions {
        var options = SamplingOptions(
            temperature: temperature, topK: topK, topP: topP, repetitionPenalty: repetitionPenalty,
            maximumNewTokens: maxNewTokens, seed: seed)
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
