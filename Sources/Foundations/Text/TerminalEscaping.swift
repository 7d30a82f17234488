/// Returns text of unknown origin in a form that is safe for a terminal and stays on one line: control characters and marks that
/// reverse the writing direction become escapes.
public func escapedForTerminal(_ text: String) -> String {
    var shown = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
        switch scalar {
        case "\n": shown.append(contentsOf: "\\n".unicodeScalars)
        case "\r": shown.append(contentsOf: "\\r".unicodeScalars)
        case "\t": shown.append(contentsOf: "\\t".unicodeScalars)
        case "\u{0}"..."\u{1F}", "\u{7F}"..."\u{9F}", "\u{2028}"..."\u{202E}", "\u{2066}"..."\u{2069}":
            shown.append(contentsOf: "\\u{\(String(scalar.value, radix: 16))}".unicodeScalars)
        default: shown.append(scalar)
        }
    }
    return String(shown)
}
