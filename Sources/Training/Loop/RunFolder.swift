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
                path, "holds a run already; go on with it by --resume, or choose another folder by --output",
                exitStatus: .usage)
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

    /// The newest checkpoint that is whole, and those newer ones that are not.
    struct Found {
        let reader: RunStateReader
        let step: Int
        let damaged: [(file: RunStateLayout.File, problem: FileError)]
    }

    /// The newest checkpoint in `path` that is whole; `nil` where there is none at all. Throws when there are some and none
    /// can be read.
    static func newestCheckpoint(in path: String) throws(FileError) -> Found? {
        guard isFolder(path) else { return nil }
        var damaged: [(file: RunStateLayout.File, problem: FileError)] = []
        for file in try RunStateLayout.files(in: path) {
            do throws(FileError) {
                return Found(reader: try RunStateReader(path: file.path), step: file.step, damaged: damaged)
            } catch {
                damaged.append((file, error))
            }
        }
        guard let newest = damaged.first else { return nil }
        throw FileError(
            path,
            "\(damaged.count == 1 ? "its only checkpoint" : "none of its \(damaged.count) checkpoints") can be used "
                + "(\(newest.problem)); bring one back from a copy, or start a new run with another --output",
            exitStatus: newest.problem.exitStatus)
    }

    /// Moves a damaged checkpoint out of the way of the good ones, where it cannot be counted as one of those to keep.
    /// Returns its new path.
    func setAside(_ file: RunStateLayout.File) throws(FileError) -> String {
        let aside = file.path + ".damaged"
        guard rename(file.path, aside) == 0 else { throw FileError(file.path, system: errno, on: .write) }
        return aside
    }

    /// Removes all but the newest `keep` checkpoints.
    func prune(keep: Int) throws {
        for file in try RunStateLayout.files(in: path).dropFirst(keep) {
            guard unlink(file.path) == 0 else {
                throw FileError(file.path, system: errno, on: .remove)
            }
        }
    }
}
