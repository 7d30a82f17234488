import ArgumentParser
import Commands

@main
struct Evaluate: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "evaluate",
        abstract: "Evaluates HeadlineKit's models: how good they are and whether to ship them.",
        version: headlineKitVersion,
        subcommands: [GeneratorCommand.self, ClassifierCommand.self, CompareCommand.self])
}
