import Files
import Foundation
import TestSupport
import Testing

/// One of this package's executables at work, its output going to files.
final class Command {
    private let process = Process()
    private let outputPath: String
    private let errorPath: String

    /// What an ended command has left.
    struct Ended {
        /// The exit status; the number of the signal if one ended it.
        let status: Int32
        let wasKilled: Bool
        let output: String
        let errors: String

        /// The lines on standard error that report a failure.
        var reports: [String] {
            errors.split(separator: "\n").map(String.init).filter { $0.lowercased().hasPrefix("error: ") }
        }
    }

    /// Where the executables are: beside the bundle of these tests.
    static let folder = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()

    /// Starts `name` in `folder`, which also takes its output.
    init(_ name: String, _ arguments: [String], in folder: String, environment: [String: String] = [:]) throws {
        let executable = name.hasPrefix("/") ? URL(fileURLWithPath: name) : Self.folder.appendingPathComponent(name)
        try #require(pathExists(executable.path), "\(executable.path) is not built; run `swift build -c release`")
        let number = UUID().uuidString
        (outputPath, errorPath) = ("\(folder)/output-\(number)", "\(folder)/errors-\(number)")
        for path in [outputPath, errorPath] { try AtomicFile.write("", to: path) }
        process.executableURL = executable
        process.arguments = arguments
        process.currentDirectoryURL = URL(fileURLWithPath: folder)
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = try FileHandle(forWritingTo: URL(fileURLWithPath: outputPath))
        process.standardError = try FileHandle(forWritingTo: URL(fileURLWithPath: errorPath))
        try process.run()
    }

    deinit { if process.isRunning { send(SIGKILL) } }

    var isRunning: Bool { process.isRunning }
    var number: Int32 { process.processIdentifier }

    func send(_ signal: Int32) { kill(process.processIdentifier, signal) }

    /// Waits until the command has ended; one that takes more than `limit` seconds is killed and fails the test.
    @discardableResult
    func wait(limit: Double = 120) throws -> Ended {
        let deadline = Date().addingTimeInterval(limit)
        while process.isRunning, Date() < deadline { usleep(1_000) }
        if process.isRunning {
            Issue.record("a command took more than \(limit) seconds: \(process.arguments ?? [])")
            send(SIGKILL)
        }
        process.waitUntilExit()
        return Ended(
            status: process.terminationStatus, wasKilled: process.terminationReason == .uncaughtSignal,
            output: String(decoding: try readFile(outputPath), as: UTF8.self),
            errors: String(decoding: try readFile(errorPath), as: UTF8.self))
    }

    /// Runs a command to its end.
    static func run(_ name: String, _ arguments: [String], in folder: String) throws -> Ended {
        try Command(name, arguments, in: folder).wait()
    }
}

/// A folder with a few headlines and a configuration that trains on them in a moment.
struct Workplace {
    let folder: String
    var configuration: String { "\(folder)/tiny.yaml" }
    var headlines: String { "\(folder)/headlines.txt" }

    /// - Parameter settings: lines of YAML that replace or follow those below.
    init(in folder: String) throws {
        self.folder = folder
        let sample = try readFile(repositoryRoot.appendingPathComponent("data/sample/headlines.jsonl").path)
        let lines = try sample.split(separator: UInt8(ascii: "\n")).prefix(60).map { line in
            try #require(try JSONValue(parsing: Array(line))["headline"]?.string)
        }
        try AtomicFile.write(lines.joined(separator: "\n") + "\n", to: "\(folder)/headlines.txt")
        try AtomicFile.write(Self.yaml, to: "\(folder)/tiny.yaml")
    }

    private static let yaml = """
        name: tiny
        data:
          train: headlines.txt
        tokenizer:
          vocabularySize: 300
        model:
          layers: 1
          channels: 16
          heads: 2
          positions: 48
        batches:
          steps: 6
          tokensPerStep: 256
          tokensPerMicroBatch: 128
        optimizer:
          learningRate: 1e-3
          warmUpSteps: 2
        evaluation:
          everySteps: 3
        checkpoints:
          everySteps: 2
        samples:
          prompts: [New]
          maximumNewTokens: 4
        logging:
          tensorBoard: false

        """

    /// The arguments of `train` for a run in `output`.
    func training(_ output: String, _ more: String...) -> [String] {
        ["generator", "--config", configuration, "--output", "\(folder)/\(output)"] + more
    }

    /// Trains in `output` to the end.
    @discardableResult
    func train(_ output: String, _ more: [String] = []) throws -> Command.Ended {
        try Command.run("train", training(output) + more, in: folder)
    }

    /// The lines of the metrics file of `output`, without one that is being written.
    func metrics(_ output: String) -> [JSONValue] {
        guard let bytes = try? readFile("\(folder)/\(output)/metrics.jsonl") else { return [] }
        return bytes.split(separator: UInt8(ascii: "\n")).compactMap { try? JSONValue(parsing: Array($0)) }
    }

    /// The number of the newest step that `output` has written down; 0 before the first.
    func newestStep(_ output: String) -> Int {
        // A test asks often and the file grows fast: its end is enough.
        guard let file = FileHandle(forReadingAtPath: "\(folder)/\(output)/metrics.jsonl") else { return 0 }
        defer { try? file.close() }
        guard let end = try? file.seekToEnd() else { return 0 }
        try? file.seek(toOffset: end - min(end, 1 << 14))
        let lines = ((try? file.readToEnd()) ?? Data()).split(separator: UInt8(ascii: "\n")).reversed()
        for line in lines {
            guard let value = try? JSONValue(parsing: Array(line)), value["kind"]?.string == "step" else { continue }
            return value["step"]?.integer ?? 0
        }
        return 0
    }

    /// SHA-256 of the weights of `last/` and `best/`.
    func weights(_ output: String) throws -> [String] {
        try ["last", "best"].map { model in
            SHA256Digest.of(try readFile("\(folder)/\(output)/\(model)/model.safetensors")).hexadecimal
        }
    }

    /// Waits until `condition` holds; records an issue after a minute.
    func wait(until condition: () -> Bool) {
        let deadline = Date().addingTimeInterval(60)
        while !condition() {
            guard Date() < deadline else {
                Issue.record("what was waited for did not come in a minute")
                return
            }
            usleep(500)
        }
    }
}
