/// Traces that earlier programs left in a text.
public enum TextDamage: String, Sendable, Hashable, Codable, CaseIterable {
    /// U+FFFD, which stands where a character could not be read: it is lost.
    case replacementCharacters
    /// UTF-8 that was read as Windows-1252: `â€™` for an apostrophe, `Ã©` for é.
    case misreadEncoding
    /// References of HTML that were not resolved: `&amp;`, `&#39;`.
    case htmlReferences
    /// Tags of HTML: `<b>`, `</p>`.
    case htmlTags
    /// Control characters, and marks without a width that turn the direction of writing.
    case controlCharacters

    /// In words, in the plural.
    public var name: String {
        switch self {
        case .replacementCharacters: "replacement characters (U+FFFD)"
        case .misreadEncoding: "UTF-8 read as Windows-1252 (such as â€™)"
        case .htmlReferences: "HTML references (such as &amp;)"
        case .htmlTags: "HTML tags"
        case .controlCharacters: "control characters"
        }
    }

    /// The number of headlines that have a kind of damage, and the first few of them.
    public struct Count: Sendable {
        /// The kind of damage.
        public let kind: TextDamage
        /// The number of headlines that have it.
        public let count: Int
        /// The first few of them.
        public let examples: [Headline]
    }

    /// The kinds that occur in some rows.
    static func counts(in rows: [Headline]) -> [Count] {
        var found: [TextDamage: [Int]] = [:]
        for (row, headline) in rows.enumerated() {
            for kind in kinds(in: headline.text) { found[kind, default: []].append(row) }
        }
        return allCases.compactMap { kind in
            found[kind].map { places in
                Count(
                    kind: kind, count: places.count, examples: places.prefix(DataCheck.maximumExamples).map { rows[$0] }
                )
            }
        }
    }

    /// The kinds of damage in a text.
    static func kinds(in text: String) -> Set<TextDamage> {
        // Nothing below is in plain text of letters, digits and spaces, which is most of it.
        let isSuspicious = text.utf8.contains {
            $0 >= 0x80 || $0 < 0x20 || $0 == 0x7F || $0 == UInt8(ascii: "&") || $0 == UInt8(ascii: "<")
        }
        guard isSuspicious else { return [] }
        var kinds: Set<TextDamage> = []
        let scalars = Array(text.unicodeScalars.map(\.value))
        for (place, scalar) in scalars.enumerated() {
            let rest = scalars[(place + 1)...]
            switch scalar {
            case 0xFFFD: kinds.insert(.replacementCharacters)
            case 0x00..<0x20, 0x7F..<0xA0, 0x200E, 0x200F, 0x202A...0x202E, 0x2066...0x2069, 0x061C:
                kinds.insert(.controlCharacters)
            case 0xC2, 0xC3: if let next = rest.first, isSecondByte(next, of: scalar) { kinds.insert(.misreadEncoding) }
            // E2 80, which begins dashes, quotation marks and the ellipsis, is “â€” in Windows-1252.
            case 0xE2: if rest.first == 0x20AC || rest.first == 0x80 { kinds.insert(.misreadEncoding) }
            case 0x26: if isReference(rest) { kinds.insert(.htmlReferences) }
            case 0x3C: if isTag(rest) { kinds.insert(.htmlTags) }
            default: continue
            }
        }
        return kinds
    }

    /// Returns true for a character that Windows-1252 or Latin-1 makes of a byte that continues UTF-8 after C2 or C3. After `Â` only
    /// what is no letter counts, after `Ã` all: both are letters of Portuguese, but seldom before such a sign.
    private static func isSecondByte(_ scalar: UInt32, of first: UInt32) -> Bool {
        (0x80...0xBF).contains(scalar) || (first == 0xC3 && [0x20AC, 0x2122, 0x0160, 0x0161, 0x2030].contains(scalar))
    }

    /// After `&`: a name of letters, or `#` and a number, and then `;`.
    private static func isReference(_ rest: ArraySlice<UInt32>) -> Bool {
        let name = rest.prefix(10).prefix { $0 != 0x3B }
        guard name.count >= 2, name.count < 10, rest.dropFirst(name.count).first == 0x3B else { return false }
        return name.first == 0x23
            ? name.dropFirst().allSatisfy(isAlphanumeric) : name.allSatisfy(isAlphanumeric)
    }

    /// After `<`: a letter, or `/` and a letter, and `>` before any other `<`.
    private static func isTag(_ rest: ArraySlice<UInt32>) -> Bool {
        let name = rest.first == 0x2F ? rest.dropFirst() : rest
        guard let first = name.first, isAlphanumeric(first), !(0x30...0x39).contains(first) else { return false }
        return name.first { $0 == 0x3C || $0 == 0x3E } == 0x3E
    }

    private static func isAlphanumeric(_ scalar: UInt32) -> Bool {
        (0x30...0x39).contains(scalar) || (0x41...0x5A).contains(scalar) || (0x61...0x7A).contains(scalar)
    }
}
