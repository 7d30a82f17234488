import Files
public import Text

/// Labels that a classifier cannot be trained with: one sentence that says what was found where and what to do.
public struct LabelError: ReportableError, Equatable {
    public let description: String
    public let category: ErrorCategory

    init(_ description: String, category: ErrorCategory = .invalidInput) {
        self.description = description
        self.category = category
    }
}

/// A label of a file as an error shows it: in backquotes, on one line, at most 60 characters.
func quoted(_ label: String) -> String {
    let shown = escapedForTerminal(label)
    return "`\(shown.count > 60 ? shown.prefix(59) + "…" : shown)`"
}

/// Several labels in backquotes, at most six of them.
func quotedList(_ labels: [String]) -> String {
    let shown = labels.prefix(6).map(quoted).joined(separator: ", ")
    return labels.count > 6 ? "\(shown) and \(labels.count - 6) more" : shown
}

/// `one headline`, `1234 headlines`.
func headlineCount(_ count: Int) -> String { count == 1 ? "one headline" : "\(count) headlines" }
