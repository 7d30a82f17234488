import Files
import JSON
import Reports

extension Verdict {
    /// As `report.json` has it.
    var json: JSONValue {
        .object([
            ("outcome", .string(outcome.rawValue)), ("sentence", .string(sentence)),
            ("reasons", .array(reasons.map { .string($0) })),
        ])
    }
}
