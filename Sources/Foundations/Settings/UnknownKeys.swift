import Files
import Text

extension SettingsDecoder {
    /// Refuses the first key, in the order of the document, that the decoded value never asked for.
    /// - Throws: `SettingsError` with the place of the key and the nearest valid key.
    func refuseUnknownKeys(in root: SettingsNode) throws {
        let unknown = opened.flatMap { path, mapping in
            mapping.entries.filter { !mapping.asked.contains($0.key) }.map { (path: path, entry: $0) }
        }
        let inOrder = unknown.sorted { ($0.entry.origin.line, $0.path) < ($1.entry.origin.line, $1.path) }
        guard let first = inOrder.first else { return }
        let key = Self.path(first.path, first.entry.key)
        let others = inOrder.count == 1 ? "" : " (and \(inOrder.count - 1) more unknown)"
        let advice = advice(for: first.entry.key, below: first.path)
        throw SettingsError("unknown key `\(key)` \(first.entry.origin.place)\(others); \(advice)")
    }

    /// What the person who wrote an unknown key may have meant: a key with exactly that name elsewhere, a similar one beside
    /// it, a similar one elsewhere, or else what there is to choose from.
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
    /// The line in a document; what was written elsewhere comes after all lines.
    fileprivate var line: Int {
        if case .document(_, let line, _) = self { return line }
        return .max
    }
}
