import Files
import Text

extension SettingsDecoder {
    /// Refuses the first key, in the order of the document, that the decoded value never asked for.
    /// - Throws: `SettingsError.unknownKey`.
    func refuseUnknownKeys(in root: SettingsNode) throws {
        let unknown = opened.flatMap { path, mapping in
            mapping.entries.filter { !mapping.asked.contains($0.key) }.map { (path: path, entry: $0) }
        }
        let inOrder = unknown.sorted { ($0.entry.origin.line, $0.path) < ($1.entry.origin.line, $1.path) }
        guard let first = inOrder.first else { return }
        let key = Self.path(first.path, first.entry.key)
        let advice = advice(for: first.entry.key, below: first.path)
        throw SettingsError.unknownKey(
            key, place: first.entry.origin.place, others: inOrder.count - 1, advice: advice)
    }

    /// Returns advice for an unknown key: a key of the same name elsewhere, else a similar one beside it, else a similar one
    /// elsewhere, else the valid keys.
    private func advice(for key: String, below path: String) -> String {
        let beside = opened[path]?.asked ?? []
        let everywhere = opened.sorted { $0.key < $1.key }.flatMap { parent, mapping in
            mapping.asked.map { (name: $0, path: Self.path(parent, $0)) }
        }
        if let same = everywhere.first(where: { $0.name.lowercased() == key.lowercased() }) {
            return "did you mean `\(same.path)`?"
        }
        if let near = nearestName(to: key, among: beside) { return "did you mean `\(Self.path(path, near))`?" }
        if let near = nearestName(to: key, among: everywhere.map(\.name)),
            let found = everywhere.first(where: { $0.name == near })
        {
            return "did you mean `\(found.path)`?"
        }
        let place = path.isEmpty ? "at the top level" : "in `\(path)`"
        return "the keys \(place) are \(beside.joined(separator: ", "))"
    }

    private static func path(_ parent: String, _ key: String) -> String {
        parent.isEmpty ? key : "\(parent).\(key)"
    }
}

extension SettingsOrigin {
    /// The line in a document, or a number larger than every line for other origins.
    fileprivate var line: Int {
        if case .document(_, let line, _) = self { return line }
        return .max
    }
}
