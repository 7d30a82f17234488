import Checkpoints
import Configuration
import Files
import NumericCore

/// What a run is made of, from its settings: data, vocabulary, model. Each kind of model has one.
public protocol RunSetup {
    associatedtype Settings: RunSettings

    var task: any TrainingTask { get }
    /// Sentences for the person: what was read, dropped, cut, ignored.
    var notes: [String] { get }

    /// - Parameter restoring: whether the weights will come from a run state, so that none need be made or read.
    init(_ settings: Settings, restoring: Bool) throws

    /// A command that tries the model in `folder`.
    static func trial(of folder: String) -> String
}

/// `train generator` and `train classifier`, from resolved settings to a finished run.
public struct TrainingRun<Setup: RunSetup> {
    let settings: Setup.Settings
    private let resume: Bool
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
    public var farewell: String {
        """
        the model of the last step is in \(folderPath)/last, that of the best evaluation in \(folderPath)/best; try it with
          \(Setup.trial(of: bestFolder))
        """
    }

    /// The settings that the run in `folder` was begun with, if it has a checkpoint.
    public static func storedSettings(in folder: String) throws -> Setup.Settings? {
        guard let found = try RunFolder.newestCheckpoint(in: folder) else { return nil }
        return try settings(of: Checkpoint.header(of: found.reader), in: folder, place: found.reader.path)
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
            document: SettingsDocument(yaml: header.configuration, name: place, folder: folder))
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
        let found = resume ? try checkpoint(in: folder, note: note) : nil
        let setup = try Setup(settings, restoring: found != nil)
        for text in setup.notes { note(text, false) }
        if let found, found.header.dataDigest != setup.task.dataDigest {
            throw FileError(
                found.reader.path,
                "was trained on other headlines than the files hold now; bring the files of that run back, or start a new "
                    + "run with another --output")
        }
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
        let summary = try setup.task.summary(of: bestFolder)
        if !summary.isEmpty {
            note("\nThe best model, in \(bestFolder), on the validation headlines\n\n\(summary)\n", false)
        }
        return outcome
    }

    /// The checkpoint to go on from, which must be of this run's settings; `nil` when there is none.
    private func checkpoint(
        in folder: RunFolder, note: (_ text: String, _ isWarning: Bool) -> Void
    ) throws -> (reader: RunStateReader, header: Checkpoint.Header, step: Int)? {
        guard let found = try RunFolder.newestCheckpoint(in: folderPath) else {
            note("\(folderPath): nothing to resume, starting afresh", true)
            return nil
        }
        let header = try Checkpoint.header(of: found.reader)
        let stored = try Self.settings(of: header, in: folderPath, place: found.reader.path)
        try requireSame(
            stored: stored, requested: settings, except: Setup.Settings.changeable, in: found.reader.path)
        for (file, problem) in found.damaged {
            note("passed over \(problem) (moved to \(try folder.setAside(file)))", true)
        }
        return (found.reader, header, found.step)
    }
}
