import JSON

/// The fields of one line of the metrics log, in the order in which they are added.
///
/// JSON has no infinities and no NaN: a number that is not finite is written as null, and a last field `note` names it and its
/// value.
struct MetricsLine {
    private var members: [(key: String, value: JSONValue)] = []
    private var notes: [String] = []

    mutating func add(_ name: String, _ value: JSONValue) { members.append((name, value)) }
    mutating func add(_ name: String, _ value: String) { add(name, .string(value)) }
    mutating func add(_ name: String, _ value: Int?) { add(name, value.map(JSONValue.integer) ?? .null) }
    mutating func add(_ name: String, _ value: Bool) { add(name, .boolean(value)) }

    /// Adds a number with the fewest digits that read back exactly.
    mutating func add(_ name: String, _ value: Double?) {
        if let value, !value.isFinite { notes.append("\(name) is \(value)") }
        add(name, value.map(JSONValue.number) ?? .null)
    }

    /// The line as an object.
    var json: JSONValue {
        .object(members + (notes.isEmpty ? [] : [("note", .string(notes.joined(separator: ", ")))]))
    }
}
