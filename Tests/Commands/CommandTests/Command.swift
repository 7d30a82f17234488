import Files
import Foundation
import Testing
import TestSupport

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
