/// Settings whose keys had other names in earlier versions.
public protocol RenamedKeys {
    /// The current key path of each former one, such as `optimizer.maxGradientNorm` for `optimizer.clip`.
    static var renamedKeys: [String: String] { get }
}

extension SettingsNode {
    /// Refuses a layer that uses a former key.
    /// - Throws: `SettingsError.formerKey`.
    func refuseFormerKeys(of type: any RenamedKeys.Type) throws {
        for (old, new) in type.renamedKeys.sorted(by: { $0.key < $1.key }) {
            guard let entry = entry(at: old.split(separator: ".").map(String.init)) else { continue }
            throw SettingsError.formerKey(old, place: entry.origin.place, name: new)
        }
    }

    /// Returns the layer with every former key renamed, for documents that an earlier version wrote.
    func translatingFormerKeys(of type: any RenamedKeys.Type) -> SettingsNode {
        // The keys inside a renamed mapping come first, because they are listed below its former name.
        type.renamedKeys.sorted { $0.key.count > $1.key.count }.reduce(self) { node, rename in
            node.renaming(
                rename.key.split(separator: ".").map(String.init),
                to: rename.value.split(separator: ".").last.map(String.init) ?? rename.value)
        }
    }

    private func entry(at path: [String]) -> Entry? {
        guard let first = path.first, let entry = entries?.first(where: { $0.key == first }) else { return nil }
        return path.count == 1 ? entry : entry.value.entry(at: Array(path.dropFirst()))
    }

    private func renaming(_ path: [String], to name: String) -> SettingsNode {
        guard let first = path.first, let entries else { return self }
        let renamed = entries.map { entry -> Entry in
            guard entry.key == first else { return entry }
            var entry = entry
            if path.count == 1 {
                entry.key = name
            } else {
                entry.value = entry.value.renaming(Array(path.dropFirst()), to: name)
            }
            return entry
        }
        return SettingsNode(.mapping(renamed), origin)
    }
}
