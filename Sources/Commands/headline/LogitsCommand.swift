import ArgumentParser
import Commands
import Inference
import ModelFolders

/// `headline logits`: a tool for developers, not listed in the help.
struct LogitsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "logits",
        abstract: "Writes a generator's logits for given token ids, to compare it with another implementation.",
        shouldDisplay: false)

    @Option(help: ArgumentHelp("A generator's model folder.", valueName: "dir"))
    var model: String

    @Option(help: ArgumentHelp("A JSON file with a list of lists of token ids.", valueName: "file"))
    var ids: String

    @Option(help: ArgumentHelp("Where logits/0, logits/1, … go, as safetensors.", valueName: "file"))
    var output: String

    func run() throws {
        try reportingFailure {
            let sequences = try TokenSequences(readingFrom: ids)
            let folder = try GeneratorFolder(path: model)
            try sequences.writeLogits(of: try folder.load(for: .inference).model, to: output)
        }
    }
}
