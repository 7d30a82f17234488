import ArgumentParser
import Checkpoints
import Commands
import Inference
import ModelFolders
import NumericCore

/// `headline hidden-states`: a tool for developers, not listed in the help.
struct HiddenStatesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "hidden-states",
        abstract: "Writes an encoder's hidden states for given token ids, to compare it with another implementation.",
        shouldDisplay: false)

    @Option(help: ArgumentHelp("A BERT's model folder, with or without a classifier's head.", valueName: "dir"))
    var model: String

    @Option(help: ArgumentHelp("A JSON file with a list of lists of token ids.", valueName: "file"))
    var ids: String

    @Option(
        help: ArgumentHelp(
            "Where hidden/0, hidden/1, … go, and a classifier's logits, as safetensors.", valueName: "file"))
    var output: String

    @Option(help: ArgumentHelp("Also write the model anew as a classifier's folder, in float32.", valueName: "dir"))
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
                    parameters: loaded.store,
                    contents: .init(configuration: configuration, files: [], card: "Written for a comparison.\n"),
                    dtype: .float32, to: export)
            }
        }
    }
}
