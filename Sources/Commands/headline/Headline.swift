import ArgumentParser

@main
struct HeadlineTool: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "headline",
        abstract: "Works with trained headline models and with headline files.",
        subcommands: [
            ClassifyCommand.self, CompleteCommand.self, DataCommand.self, ExportCommand.self, LogitsCommand.self,
            HiddenStatesCommand.self, MeasureCommand.self,
        ])
}
