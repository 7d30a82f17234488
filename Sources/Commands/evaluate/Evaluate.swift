import ArgumentParser

@main
struct Evaluate: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "evaluate",
        abstract: "Evaluates HeadlineKit's models: how good they are and whether to ship them.",
        subcommands: [GeneratorCommand.self, ClassifierCommand.self, CompareCommand.self])
}
