import ArgumentParser

@main
struct HeadlineTool: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "headline",
        abstract: "Works with trained headline models.",
        subcommands: [
            ClassifyCommand.self, CompleteCommand.self, ExportCommand.self, LogitsCommand.self,
            HiddenStatesCommand.self,
        ])
}
