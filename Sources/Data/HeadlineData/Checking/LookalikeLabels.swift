import Files
import Text

/// Two labels whose names may mean the same. Names are all that is looked at, so a pair is a question, not a fault.
public struct LookalikeLabels: Sendable, Hashable {
    /// The first name.
    public let first: String
    /// The second name.
    public let second: String
    /// The kind of likeness.
    public let reason: Reason

    /// A kind of likeness between two names.
    public enum Reason: String, Sendable, Hashable, Codable {
        /// They have the same words but for order, case, endings, and words such as “and”: `ARTS & CULTURE`, `culture and arts`.
        case sameWords
        /// One has all the words of the other, and more: `STYLE`, `STYLE & BEAUTY`.
        case contained
        /// They differ in a letter or two of one word, as after a slip of the pen: `sports`, `sprots`.
        case spelling
    }

    /// All pairs, in the order of the names.
    static func all(among names: [String]) -> [LookalikeLabels] {
        let words = names.map(Self.words)
        return names.indices.flatMap { j in
            (0..<j).compactMap { i in
                reason(names[i], words[i], names[j], words[j]).map {
                    LookalikeLabels(first: names[i], second: names[j], reason: $0)
                }
            }
        }
    }

    private static func reason(_ a: String, _ aWords: Set<String>, _ b: String, _ bWords: Set<String>) -> Reason? {
        if aWords == bWords || joined(a) == joined(b) { return .sameWords }
        // A number says nothing: `1` is in `1 2`, and 3 is a letter away from 4.
        guard [a, b].allSatisfy({ $0.contains(where: \.isLetter) }) else { return nil }
        if aWords.isSubset(of: bWords) || bWords.isSubset(of: aWords) { return .contained }
        // One word that is spelt differently; in a short one another letter makes another word.
        guard let first = aWords.subtracting(bWords).only, let second = bWords.subtracting(aWords).only,
            min(first.count, second.count) >= 5
        else { return nil }
        return nearestName(to: first, among: [second]) != nil ? .spelling : nil
    }

    /// The words of a name without those that only join others and without their endings; all of them when no other is left.
    private static func words(of name: String) -> Set<String> {
        let all = name.lowercased().split { !$0.isLetter && !$0.isNumber }.map(String.init)
        let meaningful = all.filter { !["and", "the", "of", "in", "on", "for", "a", "an"].contains($0) }
        let kept = (meaningful.isEmpty ? all : meaningful).map(stem)
        return kept.isEmpty ? [name] : Set(kept)
    }

    /// A word without the ending of a plural or a verb, if four letters are left.
    private static func stem(_ word: String) -> String {
        for ending in ["ing", "es", "s"] where word.hasSuffix(ending) && word.count - ending.count >= 4 {
            return String(word.dropLast(ending.count))
        }
        return word
    }

    /// The letters and digits of a name without what stands between them.
    private static func joined(_ name: String) -> String { name.lowercased().filter { $0.isLetter || $0.isNumber } }
}

extension Set {
    /// The element of a set that has one.
    fileprivate var only: Element? { count == 1 ? first : nil }
}
