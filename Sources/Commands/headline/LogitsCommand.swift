import ArgumentParser
import Commands
import Inference
import ModelFolders

/// `headline logits`, a tool for developers that the help does not list.
struct LogitsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "logits",
        abstract: "Writes a generator's logits for given token ids, to compare it with another implementation.",
        shouldDisplay: false)

    @Option(help: ArgumentHelp("Model folder of a generator.", valueName: "dir"))
    var model: String

    @Option(help: ArgumentHelp("JSON file with a list of lists of token ids.", valueName: "file"))
    var ids: String

    @Option(help: ArgumentHelp("Safetensors file to write logits/0, logits/1, … to.", valueName: "file"))
    var output: String

    func run() throws {
        try reportingFailure {
            let sequences = try TokenSequences(readingFrom: ids)
            let folder = try GeneratorFolder(path: model)
            try sequences.writeLogits(of: try folder.load(for: .inference).model, to: output)
        }
    }
}
