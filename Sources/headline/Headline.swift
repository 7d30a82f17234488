import ArgumentParser

@main
struct HeadlineTool: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "headline",
        abstract: "Works with trained headline models.",
        subcommands: [
            ClassifyCommand.self, CompleteCommand.self, ExportCommand.self, LogitsCommand.self,
            HiddenStatesCommand.self, MeasureCommand.self,
        ])
}
