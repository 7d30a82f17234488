import JSON
import Reports

extension Verdict {
    /// The verdict as in `report.json`.
    var json: JSONValue {
        .object([
            ("outcome", .string(outcome.rawValue)), ("sentence", .string(sentence)),
            ("reasons", .array(reasons.map { .string($0) })),
        ])
    }
}
