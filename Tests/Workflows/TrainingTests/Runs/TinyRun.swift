import Checkpoints
import Files
import Foundation
import HeadlineData
import JSON
import NumericCore
import ProcessMemory
import Settings
import TestSupport
import Training

/// A run of a few milliseconds, with everything a long one has: two micro-batches a step, dropout, evaluations, samples.
struct TinyRun {
    var settings = GeneratorSettings()
    /// The run folder.
    let path: String

    /// A run in `folder`, of the first headlines of the sample.
    init(in folder: String, named name: String = "run", steps: Int = 6) throws {
        path = "\(folder)/\(name)"
        let data = "\(folder)/headlines.txt"
        if !pathExists(data) { try AtomicFile.write(Self.headlines.joined(separator: "\n"), to: data) }
        settings.name = "tiny"
        settings.output = ConfiguredPath(path)
        settings.data.train = ConfiguredPath(data)
        settings.tokenizer.vocabularySize = 300
        settings.model.layers = 2
        settings.model.hiddenSize = 16
        settings.model.heads = 2
        settings.model.contextLength = 48
        settings.batches.steps = steps
        settings.batches.tokensPerStep = 256
        settings.batches.tokensPerMicroBatch = 128
        settings.optimizer.learningRate = 1e-3
        settings.optimizer.weightDecay = 0.1
        settings.optimizer.warmUpSteps = 2
        settings.evaluation.everySteps = 2
        settings.checkpoints.everySteps = 1
        settings.samples.prompts = ["New", ""]
        settings.samples.maximumNewTokens = 4
        settings.logging.tensorBoard = false
    }

    private static let headlines: [String] = {
        guard let bytes = try? readFile(repositoryRoot.appendingPathComponent("data/sample/headlines.jsonl").path),
            let table = try? HeadlineTable(bytes: bytes, path: "headlines.jsonl")
        else { return [] }
        return Array(table.texts.prefix(60))
    }()

    /// The result of one call of ``go(resume:watching:stopSignal:)``.
    struct Result {
        let outcome: TrainingLoop.Outcome
        /// The notes and warnings, with `warning: ` before the latter.
        let notes: [String]
    }

    /// Trains until the end or a signal.
    @discardableResult
    func go(
        resume: Bool = false, watching observers: [any TrainingObserver] = [], stopSignal: () -> Int32? = { nil }
    ) throws -> Result {
        let events = EventList()
        let result = try TrainingRun<GeneratorSetup>(settings, resume: resume).train(
            progress: events, observers: { _, _ in observers }, stopSignal: stopSignal)
        return Result(outcome: result.outcome, notes: events.notes)
    }

    /// The same run in another folder.
    func renamed(_ name: String, in folder: String) -> TinyRun {
        var other = TinyRun(settings: settings, path: "\(folder)/\(name)")
        other.settings.output = ConfiguredPath(other.path)
        return other
    }

    private init(settings: GeneratorSettings, path: String) {
        self.settings = settings
        self.path = path
    }

    // MARK: What a run leaves

    /// The path of the checkpoint after `step` steps.
    func checkpoint(_ step: Int) -> String { "\(path)/\(RunStateLayout.fileName(step: step))" }

    /// The state after `step` steps: bits of every array, and the progress without the length of the metrics file, in which
    /// the digits of times differ.
    func state(after step: Int) throws -> State {
        let reader = try RunStateReader(path: checkpoint(step))
        let header = try JSONValue(parsing: try reader.metadata("run"))
        let progress = (header["progress"]?.object ?? []).filter { $0.key != "metricsOffset" }
        let arrays = try reader.names.map { name in
            (name, try reader.array(name).elements.map(\.bitPattern))
        }
        return State(
            arrays: Dictionary(uniqueKeysWithValues: arrays),
            progress: String(decoding: JSONValue.object(progress).serialized(), as: UTF8.self))
    }

    struct State: Equatable {
        var arrays: [String: [UInt32]]
        var progress: String
    }

    /// What steps, evaluations and samples were written down, without what depends on the clock and the machine.
    func record() throws -> [String] {
        let volatile: Set = ["time", "seconds", "tokensPerSecond", "residentMemory"]
        return try lines().filter { ["step", "evaluation", "samples"].contains($0["kind"]?.string) }.map { line in
            let kept = (line.object ?? []).filter { !volatile.contains($0.key) }
            return String(decoding: JSONValue.object(kept).serialized(), as: UTF8.self)
        }
    }

    /// The lines of the metrics file.
    func lines() throws -> [JSONValue] {
        try readFile("\(path)/metrics.jsonl").split(separator: UInt8(ascii: "\n")).map {
            try JSONValue(parsing: Array($0))
        }
    }

    /// The bytes of every file of the two model folders, by path.
    func models() throws -> [String: [UInt8]] {
        var files: [String: [UInt8]] = [:]
        for folder in ["last", "best"] where isFolder("\(path)/\(folder)") {
            for name in try listFolder("\(path)/\(folder)") {
                files["\(folder)/\(name)"] = try readFile("\(path)/\(folder)/\(name)")
            }
        }
        return files
    }
}

/// A signal that arrives when a run has asked for the `arrival`-th time whether one has, and stays.
final class LateSignal {
    private let arrival: Int
    private let number: Int32
    /// How often was asked.
    private(set) var questions = 0

    init(at arrival: Int, number: Int32 = 2) {
        self.arrival = arrival
        self.number = number
    }

    func callAsFunction() -> Int32? {
        questions += 1
        return questions > arrival ? number : nil
    }
}

/// Remembers the events of a run.
final class EventList: TrainingObserver {
    private(set) var events: [TrainingEvent] = []

    func receive(_ event: TrainingEvent) throws { events.append(event) }
    func flush() throws {}

    /// The notes and warnings, with `warning: ` before the latter.
    var notes: [String] {
        events.compactMap { event in
            switch event {
            case .note(let text): text
            case .warning(let text): "warning: \(text)"
            default: nil
            }
        }
    }

    /// The steps.
    var steps: [StepEvent] {
        events.compactMap { if case .step(let event) = $0 { event } else { nil } }
    }

    /// The evaluations.
    var evaluations: [EvaluationEvent] {
        events.compactMap { if case .evaluation(let event) = $0 { event } else { nil } }
    }
}
