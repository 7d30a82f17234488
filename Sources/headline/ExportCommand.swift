import ArgumentParser
import Checkpoints
import Commands
import Files
import Inference

/// `headline export`.
struct ExportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Writes a model folder anew, complete and for transformers, in full or half precision.",
        discussion: "What is written is read back and held to its digest before the command ends.")

    /// The precisions by their usual names.
    enum Precision: String, ExpressibleByArgument, CaseIterable {
        case float32, float16

        var stored: SafetensorsWriter.Precision { self == .float32 ? .float32 : .float16 }
    }

    @Option(help: ArgumentHelp("A generator's model folder.", valueName: "dir"))
    var model: String

    @Option(help: ArgumentHelp("The folder to write, which must not be there.", valueName: "dir"))
    var output: String

    @Option(help: "Of the weights; float16 takes half the space and rounds them to 11 bits.")
    var precision = Precision.float32

    func run() throws {
        try reportingFailure {
            guard !pathExists(output) else {
                throw FileError(output, "is there already; choose a new folder by --output", exitStatus: .usage)
            }
            let folder = try GeneratorFolder(path: model)
            let loaded = try folder.load(for: .inference)
            if !loaded.ignored.isEmpty {
                writeLine(
                    "\(model): left out \(loaded.ignored.count) entries without weights: \(loaded.ignored.joined(separator: ", "))"
                )
            }
            try folder.export(loaded, precision: precision.stored, to: output)
            _ = try GeneratorFolder(path: output).load(for: .inference)
            print(output)
        }
    }
}
