import ArgumentParser
import Commands

@main
struct Train: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "train",
        abstract: "Trains HeadlineKit's models.",
        version: headlineKitVersion,
        subcommands: [GeneratorCommand.self, ClassifierCommand.self])
}
