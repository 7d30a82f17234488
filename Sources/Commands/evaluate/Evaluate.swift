import ArgumentParser
import Commands

@main
struct Evaluate: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "evaluate",
        abstract: "Says what HeadlineKit's models are worth, and whether to ship them.",
        version: headlineKitVersion,
        subcommands: [GeneratorCommand.self, ClassifierCommand.self, CompareCommand.self])
}
