import Checkpoints
import Files
import NumericCore
import Settings

/// The parts of a run, made from its settings: data, vocabulary and model. Each kind of model has one setup.
public protocol RunSetup {
    /// The settings of this kind of run.
    associatedtype Settings: RunSettings

    /// The model and its headlines.
    var task: any TrainingTask { get }

    /// Makes the parts of a run.
    /// - Parameters:
    ///   - restoring: True if the weights will come from a run state, so that none need be made or read.
    ///   - note: Receives what was read, dropped, cut and ignored, a sentence each, as soon as it is known: an error that
    ///     follows may be the consequence.
    init(_ settings: Settings, restoring: Bool, note: (String) throws -> Void) throws
}

/// The result of a training run.
public struct TrainingResult: Sendable {
    /// The end of the run.
    public let outcome: TrainingLoop.Outcome
    /// Tables about the best model; `nil` for an interrupted run and for a task that has none.
    public let summary: String?
}

/// A run from resolved settings to its end.
public struct TrainingRun<Setup: RunSetup> {
    let settings: Setup.Settings
    let resume: Bool
    /// The run folder.
    public var folderPath: String { settings.folderPath }

    /// Makes a run.
    /// - Parameter resume: True to go on with the run in the folder, if there is one.
    public init(_ settings: Setup.Settings, resume: Bool) {
        self.settings = settings
        self.resume = resume
    }

    /// The folder of the model after the last step.
    public var lastModelPath: String { "\(folderPath)/last" }

    /// The folder of the model of the best evaluation; `nil` if no evaluation was good enough to be kept.
    public var bestModelPath: String? { isFolder("\(folderPath)/best") ? "\(folderPath)/best" : nil }

    /// Returns the settings that the run in `folder` was begun with: those of its newest checkpoint, or of its `config.yaml` if
    /// it ended before the first; `nil` if there is no run.
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
            throw TrainingError.otherKind(checkpoint: place, found: header.kind, expected: Setup.Settings.kind)
        }
        return try resolve(
            Setup.Settings(),
            document: SettingsDocument(yaml: header.configuration, name: place, folder: folder),
            translatingFormerKeys: true)
    }

    /// Trains to the end, or until `stopSignal` gives a signal.
    /// - Parameters:
    ///   - progress: Receives every event from the first on, before it is certain that the run can begin.
    ///   - observers: Makes further observers once the run can begin, given its folder and the first step of a run that is
    ///     resumed. They receive the events so far at once.
    public func train(
        progress: any TrainingObserver,
        observers: (_ folder: String, _ resumingAt: Int?) throws -> [any TrainingObserver] = { _, _ in [] },
        stopSignal: () -> Int32? = { StopRequest.current }
    ) throws -> TrainingResult {
        if let threads = settings.threads { Parallelism.setThreads(threads) }
        var events: [TrainingEvent] = []
        func emit(_ event: TrainingEvent) throws {
            events.append(event)
            try progress.receive(event)
        }
        let folder = try RunFolder(path: folderPath, resuming: resume)
        let found = resume ? try checkpoint() : nil
        if resume, found == nil { try emit(.warning(nothingToResume)) }
        for (file, problem) in found?.damaged ?? [] {
            try emit(.warning("passed over \(problem) (moved to \(try folder.setAside(file)))"))
        }
        let setup = try Setup(settings, restoring: found != nil) { try emit(.note($0)) }
        try found?.requireData(of: setup.task)
        let configuration = try printed(settings, relativeTo: folderPath)
        let others = try observers(folderPath, found.map { $0.step + 1 })
        for event in events { for observer in others { try observer.receive(event) } }
        let loop = try TrainingLoop(
            setup.task, settings: settings.loop, folder: folder, kind: Setup.Settings.kind,
            configuration: configuration, checkpoint: found?.reader, earlyEvents: events,
            observers: [progress] + others)
        // Last, so that a run that could not begin does not stand in the way of the next attempt.
        try folder.writeConfiguration(configuration)
        if loop.isComplete {
            try progress.receive(
                .note("\(folderPath): this run has made all its steps; there is nothing left to train"))
        }
        // The memory of loading is not needed again.
        BufferPool.shared.trim()
        let outcome = try loop.run(stopSignal: stopSignal)
        if case .interrupted = outcome { return TrainingResult(outcome: outcome, summary: nil) }
        let summary = try (setup.task as? any SummarizingTask)?.summary(of: bestModelPath ?? lastModelPath)
        return TrainingResult(outcome: outcome, summary: summary)
    }

    /// The warning for a run that is to be resumed where there is no checkpoint.
    var nothingToResume: String {
        pathExists(RunFolder.configurationPath(in: folderPath))
            ? "\(folderPath): its run ended before the first checkpoint: nothing to resume, starting it afresh"
            : "\(folderPath): nothing to resume, starting afresh"
    }

    /// Returns the checkpoint to go on from, which must be of this run's settings; `nil` if there is none.
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
    func requireData(of task: any TrainingTask) throws(TrainingError) {
        guard header.dataDigest != task.dataDigest else { return }
        throw .otherHeadlines(checkpoint: reader.path)
    }
}
