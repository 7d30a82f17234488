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
        discussion: "The same seed gives the same headlines. An empty prompt (\"\") writes whole ones.")

    @Argument(help: "The beginning of a headline.")
    var prompt: String

    @Option(help: ArgumentHelp("A generator's model folder, such as checkpoints/generator-sample/last.", valueName: "dir"))
    var model: String

    @Option(name: [.customShort("n"), .long], help: "How many completions.")
    var count = 1

    @Option(help: "Divides the logits; 0 always takes the likeliest token.")
    var temperature = SamplingOptions().temperature

    @Option(help: "How many of the likeliest tokens stay in the draw; 0 keeps all.")
    var topK = SamplingOptions().topK

    @Option(help: "Keep the fewest tokens whose probabilities reach this sum; 1 keeps all.")
    var topP = SamplingOptions().topP

    @Option(help: "Above 1 makes tokens that have occurred less likely.")
    var repetitionPenalty = SamplingOptions().repetitionPenalty

    @Option(help: "The most tokens that are added.")
    var maxNewTokens = SamplingOptions().maximumNewTokens

    @Option(help: "Of the random draws.")
    var seed: UInt64 = SamplingOptions().seed

    func run() throws {
        try reportingFailure {
            let options = SamplingOptions(
                temperature: temperature, topK: topK, topP: topP, repetitionPenalty: repetitionPenalty,
                maximumNewTokens: maxNewTokens, seed: seed)
            try options.check()
            let folder = try GeneratorFolder(path: model)
            let generator = try Generator(try folder.load(for: .inference).model, folder.tokenizer)
            for completion in try generator.complete(prompt, count: count, options: options) {
                print(completion.headline)
            }
        }
    }
}
