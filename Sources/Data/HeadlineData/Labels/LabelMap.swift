import Files
import Text

/// New names for labels, which merge those that get the same one: `PARENTS: PARENTING`.
///
/// A chain is followed to its end: with A → B and B → C, both A and B become C. A name that is mapped to itself stays.
/// Labels that the map does not name stay as they are. Names are compared exactly, upper and lower case included.
public struct LabelMap: Sendable, Hashable {
    /// The name in errors, usually the path of its file as the person named it.
    public let name: String
    /// The old names in the order they were given.
    private let oldNames: [String]
    /// The new name of each old one, after all steps of a chain.
    private let finalNames: [String: String]
    /// The names on the right.
    private let newNames: Set<String>

    /// - Parameters:
    ///   - pairs: Old and new names in the order of the file; white space at their ends is removed, as it is from labels.
    ///   - name: What errors call the map.
    /// - Throws: `LabelError` when there is no pair, when a name is empty, when an old name is there twice, and for a
    ///   cycle.
    public init(_ pairs: [(old: String, new: String)], name: String) throws(LabelError) {
        guard !pairs.isEmpty else {
            throw .emptyMap(map: name)
        }
        var next: [String: String] = [:]
        var oldNames: [String] = []
        for (number, pair) in pairs.enumerated() {
            let (old, new) = (LineText(pair.old).text, LineText(pair.new).text)
            guard !old.isEmpty, !new.isEmpty else {
                throw .emptyName(map: name, entry: number + 1, old: pair.old, new: pair.new)
            }
            guard next[old] == nil else {
                throw .repeatedName(map: name, name: old)
            }
            next[old] = new
            oldNames.append(old)
        }
        self.name = name
        self.oldNames = oldNames
        newNames = Set(next.values)
        finalNames = try Self.ends(of: next, oldNames, name: name)
    }

    /// Returns the end of every chain.
    private static func ends(
        of next: [String: String], _ oldNames: [String], name: String
    ) throws(LabelError) -> [String: String] {
        var ends: [String: String] = [:]
        for old in oldNames {
            var chain = [old]
            var onChain: Set = [old]
            while let last = chain.last, ends[last] == nil, let new = next[last], new != last {
                guard onChain.insert(new).inserted else {
                    throw .cycle(map: name, names: chain.drop { $0 != new } + [new])
                }
                chain.append(new)
            }
            guard let last = chain.last else { continue }
            let end = ends[last] ?? last
            for link in chain where next[link] != nil { ends[link] = end }
        }
        return ends
    }

    /// The new name of a label, or the label itself when the map does not name it.
    public func callAsFunction(_ label: String) -> String { finalNames[label] ?? label }

    /// Returns true if the map has the label on either side; other labels stay as they are.
    public func names(_ label: String) -> Bool { finalNames[label] != nil || newNames.contains(label) }

    /// Refuses old names that no row has and no other entry leads to: most often a mistake of spelling, which would
    /// silently merge nothing. `rows` are those of all files, before the map is applied.
    public func check(against rows: [Headline]) throws(LabelError) {
        let labels = Set(rows.compactMap(\.category))
        let unknown = oldNames.filter { !labels.contains($0) && !newNames.contains($0) }
        guard let first = unknown.first else { return }
        throw .unusedNames(
            map: name, names: unknown, suggestion: suggestion(for: first, among: labels.sorted(by: precedes)))
    }
}

/// The order of labels: that of their UTF-8 bytes, which is that of their code points, on every machine and as Python's.
func precedes(_ a: String, _ b: String) -> Bool { a.utf8.lexicographicallyPrecedes(b.utf8) }
