import Commands
import Files
import ModelFolders

/// Checks that a folder holds a model of a kind before anything is loaded from it.
/// - Parameters:
///   - kind: The kind that the command works with.
///   - folder: The value of `--model`.
/// - Throws: `UsageError` for a model of the other kind, with the command that takes it; `FileError` for anything else.
func requireModel(_ kind: ModelKind, in folder: String) throws {
    guard !folder.isEmpty else { throw UsageError("--model is empty, expected a model folder") }
    if !pathExists("\(folder)/config.json"), pathExists("\(folder)/best/config.json") {
        throw FileError(
            folder, "is a run folder, which has no config.json of its own; name its model with --model \(folder)/best")
    }
    let found = try ModelKind(ofFolder: folder)
    guard found != kind else { return }
    switch found {
    case .classifier:
        throw UsageError("\(folder) holds a classifier, expected a generator; label headlines with `headline classify`")
    case .generator:
        throw UsageError("\(folder) holds a generator, expected a classifier; write headlines with `headline complete`")
    }
}
