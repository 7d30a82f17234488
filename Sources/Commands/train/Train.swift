import ArgumentParser

@main
struct Train: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "train",
        abstract: "Trains HeadlineKit's models.",
        subcommands: [GeneratorCommand.self, ClassifierCommand.self])
}
