import JSON
import ModelFolders

extension ModelIdentity {
    /// The model as in `report.json`.
    var json: JSONValue {
        .object([
            ("path", .string(path)), ("kind", .string(kind.rawValue)), ("sha256", .string(digest)),
            ("configuration", .object(facts.map { ($0.name, .string($0.value)) })),
        ])
    }
}
