import ArgumentParser
import Commands
import Configuration
import Files
import Training

/// `train generator`.
struct GeneratorCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "generator",
        abstract: "Trains or fine-tunes a GPT-2 that completes headlines.",
        discussion: """
            Settings come from the defaults, then --config, then --set, then the flags below; --print-config shows the result. \
            Without --config the sample configuration, configs/generator-sample.yaml, is used.

            Ctrl-C or SIGTERM saves the run. It goes on with --resume (and --output, if it was given), and ends with the \
            same weights, bit for bit; the settings it was begun with hold, and only --threads and logging may change.

            Examples:

              train generator
              train generator --config configs/generator-small.yaml --tokenizer DIR --train headlines.csv --dry-run
              train generator --config configs/distilgpt2.yaml --base DIR --train headlines.jsonl.gz \
            --set data.columns.headline=title
              train generator --resume --output checkpoints/distilgpt2
            """)

    @Option(help: ArgumentHelp("The YAML file with the settings.", valueName: "file"))
    var config: String?

    @Option(help: ArgumentHelp("A model folder in Hugging Face layout to fine-tune.", valueName: "dir"))
    var base: String?

    @Option(help: ArgumentHelp("A folder with an existing vocabulary for a model from scratch.", valueName: "dir"))
    var tokenizer: String?

    @Option(help: ArgumentHelp("Headlines to train on: CSV, TSV, JSONL, JSON or TXT, also gzipped.", valueName: "file"))
    var train: String?

    @Option(help: ArgumentHelp("Headlines to evaluate on; without, a part of --train is held out.", valueName: "file"))
    var validation: String?

    @Option(help: ArgumentHelp("The run folder (default: checkpoints/<name of the configuration>).", valueName: "dir"))
    var output: String?

    @Flag(help: "Go on with the run in the folder; start afresh when there is none.")
    var resume = false

    @Option(help: ArgumentHelp("Threads that compute; results do not depend on it.", valueName: "n"))
    var threads: Int?

    @Option(help: ArgumentHelp("Seed of initial weights, data order and dropout.", valueName: "n"))
    var seed: Int?

    @Option(
        name: .customLong("set"), parsing: .singleValue,
        help: ArgumentHelp(
            "Overrides one setting, such as batches.epochs=3; may be repeated.", valueName: "key.path=value"))
    var overrides: [String] = []

    @Flag(help: "Print the resolved settings as YAML and end.")
    var printConfig = false

    @Flag(help: "Read and check everything, measure a step, say what a run would take, and end.")
    var dryRun = false

    @Flag(name: .shortAndLong, help: "Print only warnings and errors.")
    var quiet = false

    /// Where the sample configuration lies in a checkout.
    private static let sampleConfiguration = "configs/generator-sample.yaml"

    func run() throws {
        try reportingFailure {
            let settings = try resolvedSettings()
            if printConfig {
                print(try printed(settings), terminator: "")
                return
            }
            let run = GeneratorRun(settings, options: .init(resume: resume), defaultFolder: Self.folder(of: settings))
            if dryRun { return try run.dryRun { print($0) } }
            settleHeap()
            StopRequest.installHandlers(quiet: quiet)
            let outcome = try run.train(note: note) { folder, resumingAt in
                var observers: [any TrainingObserver] = [TerminalProgress.standardError(quiet: quiet)]
                if settings.logging.tensorBoard {
                    observers.append(try EventFileWriter(folder: folder, resumingAtStep: resumingAt))
                }
                return observers
            }
            if case .interrupted(let signal) = outcome { throw ExitCode(128 + signal) }
            note(run.farewell, isWarning: false)
        }
    }

    private func note(_ text: String, isWarning: Bool) {
        if isWarning || !quiet { writeLine((isWarning ? "warning: " : "") + text) }
    }

    private static func folder(of settings: GeneratorSettings) -> String { "checkpoints/\(settings.name)" }

    /// The settings by precedence. A run that goes on begins with those it was begun with in place of the defaults, so that
    /// nothing need be said again; what is said all the same and differs is refused later.
    private func resolvedSettings() throws -> GeneratorSettings {
        let fresh = Result { try layered(on: GeneratorSettings(), file: configurationFile()) }
        guard resume else { return try fresh.get() }
        let folder = try output ?? fresh.map { $0.output?.path ?? Self.folder(of: $0) }.get()
        guard let stored = try GeneratorRun.storedSettings(in: folder) else { return try fresh.get() }
        return try layered(on: stored, file: config)
    }

    private func layered(on base: GeneratorSettings, file: String?) throws -> GeneratorSettings {
        var flags: [SettingsFlag] = []
        func add(_ name: String, _ keyPath: String, _ value: String?) {
            if let value { flags.append(SettingsFlag(name, sets: keyPath, to: value)) }
        }
        add("--base", "model.base", self.base)
        add("--tokenizer", "tokenizer.folder", tokenizer)
        add("--train", "data.train", train)
        add("--validation", "data.validation", validation)
        add("--output", "output", output)
        add("--threads", "threads", threads.map(String.init))
        add("--seed", "seed", seed.map(String.init))
        return try resolve(base, file: file, overrides: overrides, flags: flags)
    }

    private func configurationFile() throws(FileError) -> String {
        if let config { return config }
        guard pathExists(Self.sampleConfiguration) else {
            throw FileError(
                Self.sampleConfiguration,
                "is not here; run this from the root of the repository, or name a configuration by --config",
                exitStatus: .usage)
        }
        return Self.sampleConfiguration
    }
}
