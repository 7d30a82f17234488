import ArgumentParser
import Commands
import Files
import ProcessMemory
import Settings
import Text
import Training

/// The flags of every kind of run, and their work.
struct RunOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The YAML file with the settings.", valueName: "file"))
    var config: String?

    @Option(help: ArgumentHelp("A model folder in Hugging Face layout to fine-tune.", valueName: "dir"))
    var base: String?

    @Option(help: ArgumentHelp("A folder with an existing vocabulary for a model from scratch.", valueName: "dir"))
    var tokenizer: String?

    @Option(help: ArgumentHelp("Headlines to train on: CSV, TSV, JSONL, JSON or TXT, also gzipped.", valueName: "file"))
    var train: String?

    @Option(
        help: ArgumentHelp("Headlines to validate on; without this, a part of --train is held out.", valueName: "file"))
    var validation: String?

    @Option(help: ArgumentHelp("The run folder (default: checkpoints/<name of the configuration>).", valueName: "dir"))
    var output: String?

    @Flag(help: "Resume the run in the folder; start afresh if there is none.")
    var resume = false

    @Option(help: ArgumentHelp("Threads that compute; results do not depend on their number.", valueName: "n"))
    var threads: Int?

    @Option(help: ArgumentHelp("Seed of initial weights, data order and dropout.", valueName: "n"))
    var seed: Int?

    @Option(
        name: .customLong("set"), parsing: .singleValue,
        help: ArgumentHelp(
            "Overrides one setting, such as batches.epochs=3; may be repeated.", valueName: "key.path=value"))
    var overrides: [String] = []

    @Flag(help: "Print the resolved settings as YAML and exit.")
    var printConfig = false

    @Flag(help: "Check everything, time a step, estimate memory, disk and time, and exit.")
    var dryRun = false

    @Flag(name: .shortAndLong, help: "Print only warnings and errors.")
    var quiet = false

    /// Trains or resumes, or does what --print-config and --dry-run ask for instead.
    /// - Parameter example: Returns a command that tries the model in a folder.
    func perform<Setup: RunSetup>(_: Setup.Type, example: (_ folder: String) -> String) throws {
        try reportingFailure {
            do { try run(Setup.self, example) } catch let error as TrainingError { throw AdvisedError(error) }
        }
    }

    private func run<Setup: RunSetup>(_: Setup.Type, _ example: (String) -> String) throws {
        let settings: Setup.Settings = try resolvedSettings(TrainingRun<Setup>.self)
        if printConfig {
            print(try printed(settings), terminator: "")
            return try flushStandardOutput()
        }
        let run = TrainingRun<Setup>(settings, resume: resume)
        if dryRun {
            try run.dryRun { print($0) }
            print("nothing was written; train with the same command without --dry-run")
            return try flushStandardOutput()
        }
        tuneMalloc()
        StopRequest.installHandlers(quiet: quiet)
        let progress = TerminalProgress.standardError(quiet: quiet)
        let result = try run.train(progress: progress) { folder, resumingAt in
            try settings.logging.tensorBoard ? [EventFileWriter(folder: folder, resumingAtStep: resumingAt)] : []
        }
        if case .interrupted(let signal) = result.outcome {
            write("resume it with --resume")
            throw ExitCode(128 + signal)
        }
        let best = run.bestModelPath ?? run.lastModelPath
        if let summary = result.summary {
            write("\nThe best model, in \(best), on the validation headlines\n\n\(summary)\n")
        }
        let saved =
            run.bestModelPath.map { "Saved the last model to \(run.lastModelPath) and the best one to \($0)." }
            ?? "Saved the last model to \(run.lastModelPath); no evaluation was good enough for a best one."
        write("\(saved) Try it:\n  \(example(best))")
    }

    private func write(_ text: String) { if !quiet { writeLine(text) } }

    /// Returns the settings by precedence. A resumed run has those it was begun with in place of the defaults, so that none need
    /// be repeated; one that is repeated and differs is refused later.
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
        return try resolve(base, file: file, overrides: overrides, overrideName: "--set", flags: flags)
    }

    /// Returns the file with the settings; without one, the sample configuration of a checkout.
    private func configurationFile(of kind: String) throws(FileError) -> String {
        if let config { return config }
        let sample = "configs/\(kind)-sample.yaml"
        guard pathExists(sample) else {
            throw FileError(
                sample, "is not here; run this from the root of the repository, or name a configuration with --config",
                category: .invalidRequest)
        }
        return sample
    }
}
