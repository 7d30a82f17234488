import Autograd
import Checkpoints
import Configuration
import Files
import Foundation
import HeadlineData
import NumericCore

/// `train generator`, from resolved settings to a finished run.
public struct GeneratorRun {
    /// What to do besides training.
    public struct Options: Sendable {
        /// Go on with the run in the folder, if there is one.
        public var resume: Bool

        public init(resume: Bool) { self.resume = resume }
    }

    private let settings: GeneratorSettings
    private let options: Options
    private let folderPath: String

    /// - Parameter defaultFolder: the run folder when the settings name none.
    public init(_ settings: GeneratorSettings, options: Options, defaultFolder: String) {
        self.settings = settings
        self.options = options
        folderPath = settings.output?.path ?? defaultFolder
    }

    /// The settings that the run in `folder` was begun with, if it has a checkpoint.
    public static func storedSettings(in folder: String) throws -> GeneratorSettings? {
        guard let found = try RunFolder.newestCheckpoint(in: folder) else { return nil }
        return try settings(of: Checkpoint.header(of: found.reader), in: folder, place: found.reader.path)
    }

    private static func settings(of header: Checkpoint.Header, in folder: String, place: String) throws -> GeneratorSettings {
        guard header.kind == "generator" else {
            throw FileError(place, "is a checkpoint of a \(header.kind), expected one of a generator; choose another folder by --output")
        }
        return try resolve(
            GeneratorSettings(),
            document: SettingsDocument(yaml: header.configuration, name: place, folder: folder))
    }

    /// Reads and checks everything a run needs and says what it found, without training or writing.
    public func dryRun(note: (String) -> Void) throws {
        let setup = try GeneratorSetup(settings, restoring: true)
        setup.notes.forEach(note)
        let plan = setup.task.plan
        let parameters = setup.task.allParameters.reduce(0) { $0 + $1.array.count }
        let steps = settings.batches.steps ?? plan.stepCount(ofEpochs: 0..<settings.batches.epochs)
        note("\(parameters) parameters, \(steps) steps of at most \(settings.batches.tokensPerStep) tokens")
    }

    /// Trains to the end, or until a signal. `note` is told what a person should know; `observers` makes the terminal and
    /// the event files once it is known whether the run goes on from a step.
    public func train(
        note: (String) -> Void, observers: (_ folder: String, _ resumedStep: Int?) throws -> [any TrainingObserver]
    ) throws -> TrainingLoop.Outcome {
        if let threads = settings.threads { Parallelism.setThreads(threads) }
        let folder = try RunFolder(path: folderPath, resuming: options.resume)
        let found = options.resume ? try RunFolder.newestCheckpoint(in: folderPath) : nil
        if options.resume, found == nil { note("\(folderPath): nothing to resume, starting afresh") }
        found?.refused.forEach { note("passed over: \($0)") }
        var dataDigest: String?
        if let found {
            let header = try Checkpoint.header(of: found.reader)
            let stored = try Self.settings(of: header, in: folderPath, place: found.reader.path)
            try requireSame(stored: stored, requested: settings, except: GeneratorSettings.changeable, in: found.reader.path)
            dataDigest = header.dataDigest
        }
        let setup = try GeneratorSetup(settings, restoring: found != nil)
        setup.notes.forEach(note)
        if let found, let dataDigest, dataDigest != setup.task.dataDigest {
            throw FileError(found.reader.path, "was trained on other data than the files hold now; restore the files of that run, or start a new one with --output")
        }
        let configuration = try printed(settings, relativeTo: folderPath)
        try folder.writeConfiguration(configuration)
        let loop = try TrainingLoop(
            setup.task, settings: settings.loop, folder: folder, kind: "generator", configuration: configuration,
            checkpoint: found?.reader, observers: try observers(folderPath, found?.step))
        // What loading took is not needed again.
        BufferPool.shared.trim()
        return try loop.run(stopSignal: { StopRequest.current })
    }
}
