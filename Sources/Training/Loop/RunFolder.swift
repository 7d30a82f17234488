import Autograd
import Checkpoints
import Configuration
import Files
import Foundation
import NumericCore

/// The folder of one run: `config.yaml`, `metrics.jsonl`, event files, `step-000400.h5`, `best/` and `last/`.
///
/// It is locked for as long as the value lives, so that two runs cannot write into one folder.
public final class RunFolder {
    public let path: String
    private let lock: RunLock

    /// Whether a folder holds a run that could go on.
    public static func holdsRun(_ path: String) throws -> Bool {
        guard isFolder(path) else { return false }
        return try !RunStateLayout.files(in: path).isEmpty || pathExists("\(path)/config.yaml")
    }

    /// Opens `path` for one run, making it if need be; refuses a run that is there already unless `resuming`.
    public init(path: String, resuming: Bool) throws {
        if try !resuming && Self.holdsRun(path) {
            throw FileError(
                path, "holds a run already; go on with it by --resume, or choose another folder by --output", exitStatus: .usage)
        }
        try createFolder(path)
        self.path = path
        lock = try RunLock(folder: path)
        // What a killed process left half-written is of no use to anyone.
        _ = try AtomicFile.removeLeftovers(in: path)
    }

    var metricsPath: String { "\(path)/metrics.jsonl" }
    /// The model after the last step.
    public var lastModelPath: String { "\(path)/last" }
    /// The model of the best evaluation.
    public var bestModelPath: String { "\(path)/best" }

    func writeConfiguration(_ yaml: String) throws { try AtomicFile.write(yaml, to: "\(path)/config.yaml") }

    /// The newest checkpoint that is whole, and one sentence for each newer one that is not.
    static func newestCheckpoint(in path: String) throws -> (reader: RunStateReader, step: Int, refused: [String])? {
        guard isFolder(path) else { return nil }
        var refused: [String] = []
        var lastError: (any Error)?
        for file in try RunStateLayout.files(in: path) {
            do {
                return (try RunStateReader(path: file.path), file.step, refused)
            } catch {
                refused.append("\(error)")
                lastError = error
            }
        }
        if let lastError { throw lastError }
        return nil
    }

    /// Removes all but the newest `keep` checkpoints.
    func prune(keep: Int) throws {
        for file in try RunStateLayout.files(in: path).dropFirst(keep) {
            guard unlink(file.path) == 0 else {
                throw FileError(file.path, "cannot be removed to make room for newer checkpoints: \(String(cString: strerror(errno)))", exitStatus: .failure)
            }
        }
    }
}
