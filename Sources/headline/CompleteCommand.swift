import ArgumentParser
import Commands
import Files
import Foundation
import Inference

/// `headline complete`.
struct CompleteCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "complete",
        abstract: "Completes a headline you started.",
        discussion: """
            The same seed gives the same headlines. An empty prompt ("") writes whole ones. Characters that would command the \
            terminal are shown as escapes.

            Examples:

              headline complete --model checkpoints/generator-sample/best "Scientists discover" -n 5
              headline complete --model DIR "New law" --temperature 0
            """)

    @Argument(help: "The beginning of a headline.")
    var prompt: String

    @Option(
        help: ArgumentHelp("A generator's model folder, such as checkpoints/generator-sample/last.", valueName: "dir"))
    var model: String

    @Option(name: [.customShort("n"), .long], help: ArgumentHelp("How many completions.", valueName: "n"))
    var count = 1

    @Option(help: ArgumentHelp("Divides the logits; 0 always takes the likeliest token.", valueName: "t"))
    var temperature = SamplingOptions().temperature

    @Option(help: ArgumentHelp("How many of the likeliest tokens stay in the draw; 0 keeps all.", valueName: "k"))
    var topK = SamplingOptions().topK

    @Option(
        help: ArgumentHelp("Keep the fewest tokens whose probabilities reach this sum; 1 keeps all.", valueName: "p"))
    var topP = SamplingOptions().topP

    @Option(help: ArgumentHelp("Above 1 makes tokens that have occurred less likely.", valueName: "x"))
    var repetitionPenalty = SamplingOptions().repetitionPenalty

    @Option(help: ArgumentHelp("The most tokens that are added.", valueName: "n"))
    var maxNewTokens = SamplingOptions().maximumNewTokens

    @Option(help: ArgumentHelp("Of the random draws.", valueName: "n"))
    var seed: UInt64 = SamplingOptions().seed

    /// For comparisons with other implementations: not every sequence of ids can be read off its text.
    @Flag(help: ArgumentHelp("Print the ids of the added tokens instead of the headline.", visibility: .hidden))
    var printIds = false

    func run() throws {
        try reportingFailure {
            let options = SamplingOptions(
                temperature: temperature, topK: topK, topP: topP, repetitionPenalty: repetitionPenalty,
                maximumNewTokens: maxNewTokens, seed: seed)
            try options.check()
            let folder = try GeneratorFolder(path: model)
            let generator = try Generator(try folder.load(for: .inference).model, folder.tokenizer)
            for completion in try generator.complete(prompt, count: count, options: options) {
                print(
                    printIds ? completion.tokens.map(String.init).joined(separator: " ") : harmless(completion.headline)
                )
            }
        }
    }
}
