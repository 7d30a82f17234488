import Checkpoints
import Files
import NumericCore
import Settings

/// What a run is made of, from its settings: data, vocabulary, model. Each kind of model has one.
public protocol RunSetup {
    associatedtype Settings: RunSettings

    var task: any TrainingTask { get }

    /// - Parameters:
    ///   - restoring: whether the weights will come from a run state, so that none need be made or read.
    ///   - note: is told what was read, dropped, cut and ignored, a sentence each, as soon as it is known: an error that
    ///     follows may be the consequence.
    init(_ settings: Settings, restoring: Bool, note: (String) -> Void) throws

    /// A command that tries the model in `folder`.
    static func exampleCommand(for folder: String) -> String
}

/// `train generator` and `train classifier`, from resolved settings to a finished run.
public struct TrainingRun<Setup: RunSetup> {
    let settings: Setup.Settings
    let resume: Bool
    /// The run folder.
    public var folderPath: String { settings.folderPath }

    /// - Parameter resume: go on with the run in the folder, if there is one.
    public init(_ settings: Setup.Settings, resume: Bool) {
        self.settings = settings
        self.resume = resume
    }

    /// The model of the best evaluation; of the last step where none was good enough to be kept.
    private var bestFolder: String {
        isFolder("\(folderPath)/best") ? "\(folderPath)/best" : "\(folderPath)/last"
    }

    /// What a person can do with a run that has ended.
    public var nextSteps: String {
        """
        the model of the last step is in \(folderPath)/last, that of the best evaluation in \(folderPath)/best; try it with
          \(Setup.exampleCommand(for: bestFolder))
        """
    }

    /// The settings that the run in `folder` was begun with: those of its newest checkpoint; of its `config.yaml` where it was
    /// ended before the first; `nil` where there is no run.
    public static func storedSettings(in folder: String) throws -> Setup.Settings? {
        if let found = try RunFolder.newestCheckpoint(in: folder) {
            return try settings(of: Checkpoint.header(of: found.reader), in: folder, place: found.reader.path)
        }
        let path = RunFolder.configurationPath(in: folder)
        return pathExists(path) ? try resolve(Setup.Settings(), file: path, translatingFormerKeys: true) : nil
    }

    private static func settings(
        of header: Checkpoint.Header, in folder: String, place: String
    ) throws -> Setup.Settings {
        guard header.kind == Setup.Settings.kind else {
            throw FileError(
                place,
                "is a checkpoint of a \(header.kind), expected one of a \(Setup.Settings.kind); choose another folder by --output"
            )
        }
        return try resolve(
            Setup.Settings(),
            document: SettingsDocument(yaml: header.configuration, name: place, folder: folder),
            translatingFormerKeys: true)
    }

    /// Trains to the end, or until `stopSignal` gives a signal.
    /// - Parameters:
    ///   - note: is told what a person should know before the run begins.
    ///   - observers: makes the terminal and the event files, given the first step that will be made of a run that goes on.
    public func train(
        note: (_ text: String, _ isWarning: Bool) -> Void,
        observers: (_ folder: String, _ resumingAt: Int?) throws -> [any TrainingObserver],
        stopSignal: () -> Int32? = { StopRequest.current }
    ) throws -> TrainingLoop.Outcome {
        if let threads = settings.threads { Parallelism.setThreads(threads) }
        let folder = try RunFolder(path: folderPath, resuming: resume)
        let found = resume ? try checkpoint() : nil
        if resume, found == nil { note(nothingToResume, true) }
        for (file, problem) in found?.damaged ?? [] {
            note("passed over \(problem) (moved to \(try folder.setAside(file)))", true)
        }
        let setup = try Setup(settings, restoring: found != nil) { note($0, false) }
        try found?.requireData(of: setup.task)
        let configuration = try printed(settings, relativeTo: folderPath)
        let loop = try TrainingLoop(
            setup.task, settings: settings.loop, folder: folder, kind: Setup.Settings.kind,
            configuration: configuration,
            checkpoint: found?.reader, observers: try observers(folderPath, found.map { $0.step + 1 }))
        // Last, so that a run that could not begin does not stand in the way of the next attempt.
        try folder.writeConfiguration(configuration)
        if loop.isComplete {
            note("\(folderPath): this run has made all its steps; there is nothing left to train", false)
        }
        // What loading took is not needed again.
        BufferPool.shared.trim()
        let outcome = try loop.run(stopSignal: stopSignal)
        if case .interrupted = outcome { return outcome }
        if let summary = try (setup.task as? any SummarizingTask)?.summary(of: bestFolder) {
            note("\nThe best model, in \(bestFolder), on the validation headlines\n\n\(summary)\n", false)
        }
        return outcome
    }

    /// What a person is told who asked to resume where there is no checkpoint.
    var nothingToResume: String {
        pathExists(RunFolder.configurationPath(in: folderPath))
            ? "\(folderPath): its run was ended before the first checkpoint: nothing to resume, starting it afresh"
            : "\(folderPath): nothing to resume, starting afresh"
    }

    /// The checkpoint to go on from, which must be of this run's settings; `nil` when there is none.
    func checkpoint() throws -> ResumedState? {
        guard let found = try RunFolder.newestCheckpoint(in: folderPath) else { return nil }
        let header = try Checkpoint.header(of: found.reader)
        let stored = try Self.settings(of: header, in: folderPath, place: found.reader.path)
        try requireSame(
            stored: stored, requested: settings, except: Setup.Settings.changeable, in: found.reader.path)
        return ResumedState(reader: found.reader, header: header, step: found.step, damaged: found.damaged)
    }
}

/// The checkpoint that a run goes on from.
struct ResumedState {
    let reader: RunStateReader
    let header: Checkpoint.Header
    let step: Int
    /// Newer ones that are not whole.
    let damaged: [(file: RunStateLayout.File, problem: FileError)]

    /// Refuses other headlines than those it was trained on.
    func requireData(of task: any TrainingTask) throws(FileError) {
        guard header.dataDigest != task.dataDigest else { return }
        throw FileError(
            reader.path,
            "was trained on other headlines than the files hold now; bring the files of that run back, or start a new "
                + "run with another --output")
    }
}
