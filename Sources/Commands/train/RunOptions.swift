import ArgumentParser
import Commands
import Files
import ProcessMemory
import Settings
import Text
import Training

/// The flags of every kind of run, and what they make it do.
struct RunOptions: ParsableArguments {
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

    /// Trains, resumes, or does what --print-config and --dry-run ask for in place of it.
    func perform<Setup: RunSetup>(_: Setup.Type) throws {
        try reportingFailure {
            let settings: Setup.Settings = try resolvedSettings(TrainingRun<Setup>.self)
            if printConfig {
                print(try printed(settings), terminator: "")
                return try flushStandardOutput()
            }
            let run = TrainingRun<Setup>(settings, resume: resume)
            if dryRun {
                try run.dryRun { print($0) }
                return try flushStandardOutput()
            }
            tuneMalloc()
            StopRequest.installHandlers(quiet: quiet)
            let outcome = try run.train(note: note) { folder, resumingAt in
                var observers: [any TrainingObserver] = [TerminalProgress.standardError(quiet: quiet)]
                if settings.logging.tensorBoard {
                    observers.append(try EventFileWriter(folder: folder, resumingAtStep: resumingAt))
                }
                return observers
            }
            if case .interrupted(let signal) = outcome { throw ExitCode(128 + signal) }
            note(run.nextSteps, isWarning: false)
        }
    }

    private func note(_ text: String, isWarning: Bool) {
        if isWarning || !quiet { writeLine((isWarning ? "warning: " : "") + text) }
    }

    /// The settings by precedence. A run that goes on begins with those it was begun with in place of the defaults, so that
    /// nothing need be said again; what is said all the same and differs is refused later.
    private func resolvedSettings<Setup: RunSetup>(_ run: TrainingRun<Setup>.Type) throws -> Setup.Settings {
        let fresh = Result { try layered(on: Setup.Settings(), file: configurationFile(of: Setup.Settings.kind)) }
        guard resume else { return try fresh.get() }
        let folder = try output ?? fresh.get().folderPath
        guard let stored = try run.storedSettings(in: folder) else { return try fresh.get() }
        return try layered(on: stored, file: config)
    }

    private func layered<Settings: RunSettings>(on base: Settings, file: String?) throws -> Settings {
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

    /// The file with the settings; without one, the sample configuration where it lies in a checkout.
    private func configurationFile(of kind: String) throws(FileError) -> String {
        if let config { return config }
        let sample = "configs/\(kind)-sample.yaml"
        guard pathExists(sample) else {
            throw FileError(
                sample, "is not here; run this from the root of the repository, or name a configuration by --config",
                category: .invalidRequest)
        }
        return sample
    }
}
