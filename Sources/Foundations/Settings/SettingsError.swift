public import Text

/// Settings that cannot be used. The description is one sentence that names the key and the place it was written, what was
/// found and what was expected.
///
/// A `place` is in words that follow a key, such as `at configs/x.yaml:12`.
public enum SettingsError: ReportableError, Equatable {
    /// A key that the settings do not have, the number of other unknown keys, and the nearest valid one.
    case unknownKey(String, place: String, others: Int, advice: String)
    /// A key of an earlier version and its current name.
    case formerKey(String, place: String, name: String)
    /// A key without a value and without a default, in a mapping of which `found` lists the keys.
    case missingKey(String, place: String, found: String)
    /// A value that a key cannot have; the key is empty for a whole document.
    case invalidValue(key: String, place: String, found: String, expected: String)
    /// A key that appears twice in one mapping.
    case repeatedKey(String, place: String, firstPlace: String)
    /// An override that is not of the form `key.path=value`, with the name of overrides and the problem.
    case malformedOverride(String, name: String, problem: String)
    /// A text that is not YAML.
    case invalidYAML(place: String, reason: String)
    /// YAML that has no meaning in settings: what it is, its place, and what is wrong.
    case unsupportedYAML(String, place: String, problem: String)
    /// A document with more values than any settings have.
    case tooManyValues(limit: Int, place: String)
    /// Settings that differ from those of the run in `place`, a path.
    case differing([SettingsDifference], place: String)
    /// A file of names that is not a flat mapping.
    case invalidNames(file: String, kind: String, found: String)
    /// An error in a file of data, such as a label map, and not in the settings that name it.
    indirect case inInput(SettingsError)

    /// `invalidInput` for a file of data, otherwise `invalidRequest`.
    public var category: ErrorCategory {
        if case .inInput = self { .invalidInput } else { .invalidRequest }
    }

    /// The sentence.
    public var description: String {
        switch self {
        case .unknownKey(let key, let place, let others, let advice):
            "unknown key `\(key)` \(place)\(others == 0 ? "" : " (and \(others) more unknown)"); \(advice)"
        case .formerKey(let key, let place, let name): "`\(key)` \(place) is now called `\(name)`; rename it"
        case .missingKey(let key, let place, let found): "`\(key)` is missing \(place), which has only \(found)"
        case .invalidValue(let key, let place, let found, let expected):
            "\(key.isEmpty ? "the top level" : "`\(key)`") \(place) is \(found); expected \(expected)"
        case .repeatedKey(let key, let place, let firstPlace):
            "`\(key)` \(place) is there twice, first \(firstPlace); remove one of them"
        case .malformedOverride(let text, let name, let problem):
            "\(name) \(text) has no \(problem); expected \(name) key.path=value"
        case .invalidYAML(let place, let reason): "not valid YAML \(place): \(reason)"
        case .unsupportedYAML(let found, let place, let problem): "\(found) \(place) \(problem)"
        case .tooManyValues(let limit, let place): "more than \(limit) values \(place); expected a file of settings"
        case .differing(let differences, let place):
            "this run was begun with other settings (\(place)): "
                + differences.map {
                    "`\($0.keyPath)` is \($0.first ?? "absent") there and \($0.second ?? "absent") now"
                }.joined(separator: "; ") + "; leave the change out to resume it, or start a new run in another folder"
        case .invalidNames(let file, let kind, let found):
            "\(file): the \(kind) is \(found), expected lines of `OLD NAME: NEW NAME`"
        case .inInput(let error): error.description
        }
    }

    /// Creates the error of a value that a key cannot have.
    init(key: String, found: SettingsNode, expected: String) {
        self = .invalidValue(key: key, place: found.origin.place, found: found.found, expected: expected)
    }
}
