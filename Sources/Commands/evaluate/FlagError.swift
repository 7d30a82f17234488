import Evaluation
import Files
import ModelFolders
import Reports
import Text

/// A library's error with the flag it is about, or with advice that names flags.
struct FlagError: ReportableError {
    let description: String
    let category: ErrorCategory

    /// Names the flag in front of the error: `--held-out fifth: …`.
    init(_ error: any ReportableError, flag: String) {
        (description, category) = ("\(flag): \(error)", error.category)
    }

    /// Adds advice after the error.
    init(_ error: any ReportableError, advice: String) {
        (description, category) = ("\(error); \(advice)", error.category)
    }
}

/// Runs `body` and names a flag in front of the error that it throws.
func naming<Result>(_ flag: String, _ body: () throws -> Result) throws -> Result {
    do { return try body() } catch let error as any ReportableError { throw FlagError(error, flag: flag) }
}

/// Runs `body` and adds the flags that help to an error of the evaluation.
func advising<Result>(_ body: () throws -> Result) throws -> Result {
    do { return try body() } catch let error as EvaluationError {
        guard let advice = error.advice else { throw error }
        throw FlagError(error, advice: advice)
    }
}

extension EvaluationError {
    /// The flags that help; `nil` if none does.
    fileprivate var advice: String? {
        switch self {
        case .leakage(_, _, _, _, _, let share, _):
            "or allow them with --allow-leakage \((share * 100).rounded(.up) / 100)"
        case .unknownLabels: "name the label map with --set labels.map=FILE"
        case .trainingFileAndHeldOut: "give --train or --held-out"
        case .onlyEmptySamples: "raise it with --temperature"
        default: nil
        }
    }
}

/// Refuses a model of the other kind, with the command or flag that takes it.
func requireKind(_ kind: ModelKind, in path: String, flag: String) throws {
    do { try ModelIdentity.require(kind, in: path) } catch let error as FileError {
        guard let found = try? ModelKind(ofFolder: path), found != kind else { throw error }
        let advice =
            flag == "--model"
            ? "evaluate it with `evaluate \(found.rawValue)`" : "name a \(kind.rawValue) with \(flag)"
        throw FlagError(error, advice: advice)
    }
}
