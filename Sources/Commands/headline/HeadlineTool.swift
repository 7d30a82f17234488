import ArgumentParser
import Commands

/// The `headline` executable.
@main
struct HeadlineTool: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "headline",
        abstract: "Completes and labels headlines with trained models, and checks headline files.",
        version: headlineKitVersion,
        subcommands: [
            ClassifyCommand.self, CompleteCommand.self, DataCommand.self, ExportCommand.self, LogitsCommand.self,
            HiddenStatesCommand.self, MeasureCommand.self,
        ])
}
