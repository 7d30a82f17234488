public import Text

/// Labels that a classifier cannot be trained with.
public enum LabelError: ReportableError, Equatable {
    // MARK: A label map

    /// A map without an entry.
    case emptyMap(map: String)
    /// An entry with an empty name; its number counts from 1.
    case emptyName(map: String, entry: Int, old: String, new: String)
    /// An old name that is in the map twice.
    case repeatedName(map: String, name: String)
    /// A chain of names that comes back to its first.
    case cycle(map: String, names: [String])
    /// Old names that are not in the data; `suggestion` is near the first.
    case unusedNames(map: String, names: [String], suggestion: String)

    // MARK: A list of labels

    /// A list of fewer than two labels.
    case shortList([String])
    /// An empty label in a list; its number counts from 1.
    case emptyLabel(number: Int)
    /// A label that is in a list twice; the numbers count from 1.
    case repeatedLabel(name: String, first: Int, second: Int)

    // MARK: The rows

    /// No column holds labels. `claimed` is a column with a usual name that has another role.
    case noColumn(path: String, claimed: ColumnNames.Claim?)
    /// No row has a label.
    case noLabel(path: String, rows: Int)
    /// All training rows have the same label.
    case oneLabel(path: String, rows: Int, label: String)
    /// There are fewer training rows than labels.
    case fewRows(path: String, rows: Int, labels: Int)
    /// A training row has a label that is not in the list; `others` more such labels follow.
    case unlisted(path: String, line: Int, label: String, others: Int, suggestion: String)
    /// A validation row has a label that no training row has; `others` more such labels follow.
    case untrained(path: String, line: Int, label: String, others: Int, suggestion: String)

    /// The kind of error.
    public var category: ErrorCategory {
        switch self {
        case .shortList, .emptyLabel, .repeatedLabel: .invalidRequest
        default: .invalidInput
        }
    }

    /// One sentence for people.
    public var description: String {
        switch self {
        case .emptyMap(let map): "\(map): the label map is empty, expected lines of `OLD NAME: NEW NAME`"
        case .emptyName(let map, let entry, let old, let new):
            "\(map): entry \(entry) of the label map, \(quoted(old)) to \(quoted(new)), has an empty name; write both names"
                + " or remove it"
        case .repeatedName(let map, let name):
            "\(map): the label map has \(quoted(name)) twice on the left; remove one of them"
        case .cycle(let map, let names): Self.cycle(map, names.map(quoted))
        case .unusedNames(let map, let names, let suggestion):
            "\(map): the label map names \(names.count == 1 ? "a label that does" : "labels that do") not occur in the data:"
                + " \(quotedList(names)); correct or remove \(names.count == 1 ? "it" : "them")\(suggestion)"
        case .shortList(let names):
            "the list of labels has \(names.first.map { "only \(quoted($0))" } ?? "no label"), expected at least two; leave"
                + " it out to take the labels of the training headlines"
        case .emptyLabel(let number): "label \(number) of the list of labels is empty; remove it"
        case .repeatedLabel(let name, let first, let second):
            "the list of labels has \(quoted(name)) twice, as label \(first) and label \(second); remove one of them"
        case .noColumn(let path, let claimed): Self.noColumn(path, claimed)
        case .noLabel(let path, let rows):
            "\(path): none of its \(headlineCount(rows)) has a label; is the column of the labels right"
                + " (data.columns.category)?"
        case .oneLabel(let path, let rows, let label):
            "\(path): all \(headlineCount(rows)) to train on have the label \(quoted(label)), expected at least two different"
                + " labels; is the column of the labels right (data.columns.category), or does a label map merge too much?"
        case .fewRows(let path, let rows, let labels):
            "\(path): \(headlineCount(rows)) to train on for \(labels) labels, expected at least one for each and better a"
                + " hundred; give more headlines or fewer labels"
        case .unlisted(let path, let line, let label, let others, let suggestion):
            "\(path): line \(line) has the label \(quoted(label))\(Self.more(others)), which is not in the list of labels; add"
                + " it to the list or merge it with a label map\(suggestion)"
        case .untrained(let path, let line, let label, let others, let suggestion):
            "\(path): line \(line) is to validate on and has the label \(quoted(label))\(Self.more(others)), which no headline"
                + " to train on has; merge it with a label map, give training headlines of it or, if one file is split, split"
                + " it stratified\(suggestion)"
        }
    }

    private static func cycle(_ map: String, _ names: [String]) -> String {
        let shown = names.count > 8 ? names.prefix(6) + ["…"] + names.suffix(1) : names[...]
        return "\(map): the label map goes in a circle, \(shown.joined(separator: " to ")); remove one of these entries"
    }

    private static func noColumn(_ path: String, _ claimed: ColumnNames.Claim?) -> String {
        guard let claimed else {
            return "\(path): no column holds labels, expected one named `category` or like it; name it with the setting"
                + " data.columns.category"
        }
        return
            "\(path): the column `\(claimed.name)` is the \(claimed.role) by data.columns.\(claimed.role), and no other"
            + " holds labels; name the one that does with the setting data.columns.category"
    }

    private static func more(_ count: Int) -> String {
        count > 0 ? " (and \(count) more such \(count == 1 ? "label" : "labels"))" : ""
    }
}

/// Returns a label of a file as errors show it: in backquotes, on one line, at most 60 characters.
func quoted(_ label: String) -> String {
    let shown = escapedForTerminal(label)
    return "`\(shown.count > 60 ? shown.prefix(59) + "…" : shown)`"
}

/// Returns several labels in backquotes, at most six of them.
func quotedList(_ labels: [String]) -> String {
    let shown = labels.prefix(6).map(quoted).joined(separator: ", ")
    return labels.count > 6 ? "\(shown) and \(labels.count - 6) more" : shown
}

/// Returns a count in words: `one headline`, `1234 headlines`.
func headlineCount(_ count: Int) -> String { count == 1 ? "one headline" : "\(count) headlines" }
