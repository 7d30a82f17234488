import ArgumentParser

@main
struct HeadlineTool: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "headline",
        abstract: "Works with trained headline models.",
        subcommands: [CompleteCommand.self, ExportCommand.self, LogitsCommand.self, HiddenStatesCommand.self])
}
