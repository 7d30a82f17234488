import ArgumentParser
import Checkpoints
import Commands
import Inference
import ModelFolders
import NumericCore

/// `headline hidden-states`, a tool for developers that the help does not list.
struct HiddenStatesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "hidden-states",
        abstract: "Writes an encoder's hidden states for given token ids, to compare it with another implementation.",
        shouldDisplay: false)

    @Option(help: ArgumentHelp("Model folder of a BERT, with or without a classification head.", valueName: "dir"))
    var model: String

    @Option(help: ArgumentHelp("JSON file with a list of lists of token ids.", valueName: "file"))
    var ids: String

    @Option(
        help: ArgumentHelp(
            "Safetensors file to write hidden/0, hidden/1, … and a classifier's logits to.", valueName: "file"))
    var output: String

    @Option(help: ArgumentHelp("Also export the model as a classifier folder in float32.", valueName: "dir"))
    var export: String?

    func run() throws {
        try reportingFailure {
            let sequences = try TokenSequences(readingFrom: ids)
            let base = try ClassifierBase(path: model)
            let labels = base.configuration.labels.isEmpty ? ["no", "yes"] : base.configuration.labels
            let loaded = try base.load(labels: labels, configuration: base.configuration.model, seed: 1)
            for (names, what) in [(loaded.ignored, "left out"), (loaded.fresh, "starts from the seed")]
            where !names.isEmpty { writeLine("\(model): \(what): \(names.joined(separator: ", "))") }
            try sequences.writeHiddenStates(of: loaded.model, to: output)
            if let export {
                var configuration = base.configuration
                configuration.labels = labels
                try ClassifierFolder.write(
                    parameters: loaded.parameters,
                    contents: .init(configuration: configuration, files: [], card: "Written for a comparison.\n"),
                    dtype: .float32, to: export)
            }
        }
    }
}
