/// One JSON object on one line, its fields in the order they were added (RFC 8259).
///
/// JSON has no infinities and no NaN: a number that is not finite is written as null, and a last field `note` says which
/// field it was and what it held.
struct JSONLine {
    private var fields: [String] = []
    private var notes: [String] = []

    mutating func add(_ name: String, _ value: String) { append(name, Self.quoted(value)) }
    mutating func add(_ name: String, _ value: Int?) { append(name, value.map(String.init) ?? "null") }
    mutating func add(_ name: String, _ value: Bool) { append(name, value ? "true" : "false") }

    /// Adds a number with the fewest digits that read back exactly.
    mutating func add(_ name: String, _ value: Double?) {
        guard let value else { return append(name, "null") }
        if !value.isFinite { notes.append("\(name) is \(value)") }
        append(name, value.isFinite ? value.description : "null")
    }

    /// Adds a list of objects.
    mutating func add(_ name: String, _ objects: [JSONLine]) {
        append(name, "[" + objects.map(\.text).joined(separator: ",") + "]")
    }

    /// The object, without a line break.
    var text: String {
        let note = notes.isEmpty ? [] : ["\"note\":" + Self.quoted(notes.joined(separator: ", "))]
        return "{" + (fields + note).joined(separator: ",") + "}"
    }

    private mutating func append(_ name: String, _ json: String) { fields.append(Self.quoted(name) + ":" + json) }

    private static func quoted(_ text: String) -> String {
        var json = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": json += "\\\""
            case "\\": json += "\\\\"
            case "\n": json += "\\n"
            case "\r": json += "\\r"
            case "\t": json += "\\t"
            // The separators U+2028 and U+2029 are legal, but end a line for some readers of JSON lines.
            case "\u{0}"..."\u{1F}", "\u{7F}", "\u{2028}", "\u{2029}":
                let digits = String(scalar.value, radix: 16)
                json += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: json.unicodeScalars.append(scalar)
            }
        }
        return json + "\""
    }
}
