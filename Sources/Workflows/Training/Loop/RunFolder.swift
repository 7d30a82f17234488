import Autograd
import Checkpoints
import Files
import Foundation
import NumericCore
import Settings
import Text

/// The folder of one run: `config.yaml`, `metrics.jsonl`, event files, `step-000400.h5`, `best/` and `last/`.
///
/// It is locked for as long as the value lives, so that two runs cannot write into one folder.
public final class RunFolder {
    /// The path of the folder.
    public let path: String
    private let lock: RunLock

    /// Returns true if a folder holds a run that can be resumed.
    public static func holdsRun(_ path: String) throws -> Bool {
        guard isFolder(path) else { return false }
        return try !RunStateLayout.files(in: path).isEmpty || pathExists(configurationPath(in: path))
    }

    /// Opens `path` for one run, creating it if need be. Refuses a folder that holds a run unless `resuming`.
    public init(path: String, resuming: Bool) throws {
        if try !resuming && Self.holdsRun(path) {
            throw TrainingError.runExists(folder: path)
        }
        try createFolder(path)
        self.path = path
        lock = try RunLock(folder: path)
        // Files that a killed process left half-written are of no use.
        _ = try AtomicFile.removeLeftovers(in: path)
    }

    var metricsPath: String { "\(path)/metrics.jsonl" }
    /// The model after the last step.
    public var lastModelPath: String { "\(path)/last" }
    /// The model of the best evaluation.
    public var bestModelPath: String { "\(path)/best" }

    /// The resolved settings that the run in the folder `path` was begun with.
    static func configurationPath(in path: String) -> String { "\(path)/config.yaml" }

    func writeConfiguration(_ yaml: String) throws {
        try AtomicFile.write(yaml, to: Self.configurationPath(in: path))
    }

    /// Returns the path of the state after `step` steps, whether it was saved or not.
    func checkpointPath(step: Int) -> String { "\(path)/\(RunStateLayout.fileName(step: step))" }

    /// The newest checkpoint that is whole, and those newer ones that are not.
    struct Found {
        let reader: RunStateReader
        let step: Int
        let damaged: [(file: RunStateLayout.File, problem: FileError)]
    }

    /// Returns the newest checkpoint in `path` that is whole; `nil` if there is none at all. Throws if there are some and
    /// none can be read.
    static func newestCheckpoint(in path: String) throws -> Found? {
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
        throw TrainingError.noUsableCheckpoint(folder: path, count: damaged.count, problem: newest.problem)
    }

    /// Renames a damaged checkpoint, so that it does not count as one of those to keep, and returns its new path.
    func setAside(_ file: RunStateLayout.File) throws(FileError) -> String {
        let aside = file.path + ".damaged"
        guard rename(file.path, aside) == 0 else { throw FileError(file.path, system: errno, on: .write) }
        return aside
    }

    /// Returns the newest checkpoint, except the one at `excluded`, with fewer updates of the weights than `updates`; `nil` if
    /// none can be read.
    func newestCheckpoint(before updates: Int, except excluded: String?) throws(FileError) -> String? {
        for file in try RunStateLayout.files(in: path) where file.path != excluded {
            guard let reader = try? RunStateReader(path: file.path), let header = try? Checkpoint.header(of: reader),
                header.progress.optimizerStep < updates
            else { continue }
            return file.path
        }
        return nil
    }

    /// Removes all but the newest `keep` checkpoints and those at the paths in `spared`.
    func prune(keep: Int, sparing spared: [String]) throws {
        for file in try RunStateLayout.files(in: path).dropFirst(keep) where !spared.contains(file.path) {
            guard unlink(file.path) == 0 else {
                throw FileError(file.path, system: errno, on: .remove)
            }
        }
    }
}
