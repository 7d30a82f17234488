import Files
import Foundation
import Settings
import Testing
import TestSupport
import Training

@Suite("docs/settings.md")
struct SettingsDocumentTests {
    /// A row of its tables: the key and the defaults of both kinds, `nil` for a dash.
    private struct Row {
        let key: String
        let defaults: [String?]
    }

    private func rows() throws -> [Row] {
        let text = String(
            decoding: try readFile(repositoryRoot.appendingPathComponent("docs/settings.md").path), as: UTF8.self)
        return text.split(separator: "\n").filter { $0.hasPrefix("| `") }.map { line in
            let cells = line.split(separator: "|").map { $0.trimming(" ") }
            return Row(
                key: cells[0].trimming("`"),
                defaults: cells[1...2].map { $0 == "–" ? nil : $0.trimming("`") })
        }
    }

    /// The keys that `--print-config` prints with the values beside them, empty for a list on lines of its own.
    private func printedKeys(_ settings: some RunSettings) throws -> [(key: String, value: String)] {
        var keys: [(key: String, value: String)] = []
        var path: [String] = []
        let lines = try printed(settings).split(separator: "\n").map(String.init)
        for (index, line) in lines.enumerated() where !line.trimming(" ").hasPrefix("- ") {
            let depth = line.prefix { $0 == " " }.count / 2
            let parts = line.trimming(" ").split(separator: ":", maxSplits: 1).map { String($0).trimming(" ") }
            path = path.prefix(depth) + [parts[0]]
            let next = index + 1 < lines.count ? lines[index + 1] : ""
            let isMapping = next.prefix { $0 == " " }.count > 2 * depth && !next.trimming(" ").hasPrefix("- ")
            if !isMapping { keys.append((path.joined(separator: "."), parts.count > 1 ? parts[1] : "")) }
        }
        return keys
    }

    @Test("it has every setting of both kinds with its default, and no other")
    func complete() throws {
        let rows = try rows()
        #expect(Set(rows.map(\.key)).count == rows.count, "a key stands twice")
        let kinds = [try printedKeys(GeneratorSettings()), try printedKeys(ClassifierSettings())]
        for (kind, keys) in kinds.enumerated() {
            #expect(keys.count > 50)
            for (key, value) in keys {
                let row = try #require(rows.first { $0.key == key }, "\(key) has no row")
                let said = try #require(row.defaults[kind], "\(key) is said not to exist")
                if !value.isEmpty { #expect(said == value, "\(key)") }
            }
            let unknown = rows.filter { row in row.defaults[kind] != nil && !keys.contains { $0.key == row.key } }
            #expect(unknown.isEmpty, "\(unknown.map(\.key))")
        }
    }
}

extension StringProtocol {
    /// Without `character` at either end.
    fileprivate func trimming(_ character: Character) -> String {
        String(drop { $0 == character }.reversed().drop { $0 == character }.reversed())
    }
}
