import Files
import Text

/// The column (or JSON key) of each role. A name that is given must exist exactly as given; where none is given, the
/// usual names are tried in order, ignoring case, and only the headline must be found.
public struct ColumnNames: Sendable, Hashable, Codable {
    /// The column of headlines.
    public var headline: String?
    /// The column of categories, which are the labels of a classifier.
    public var category: String?
    /// The column of dates.
    public var date: String?
    /// The column of sources.
    public var source: String?

    /// Names columns; `nil` looks for a usual name.
    public init(headline: String? = nil, category: String? = nil, date: String? = nil, source: String? = nil) {
        self.headline = headline
        self.category = category
        self.date = date
        self.source = source
    }

    /// A use of a column.
    public enum Role: String, Sendable, CaseIterable {
        case headline, category, date, source

        /// The names that are tried, in this order, when none is given.
        public var defaultNames: [String] {
            switch self {
            case .headline: ["headline", "title", "text", "headlines", "headline_text", "sentence"]
            case .category: ["category", "label", "section", "topic", "class", "class index"]
            case .date:
                ["date", "publish_date", "published", "published_at", "publication_date", "pub_date", "pubdate"]
            case .source: ["source", "publisher", "publication", "outlet"]
            }
        }
    }

    /// The name given for a role, if any.
    public subscript(role: Role) -> String? {
        get {
            switch role {
            case .headline: headline
            case .category: category
            case .date: date
            case .source: source
            }
        }
        set {
            switch role {
            case .headline: headline = newValue
            case .category: category = newValue
            case .date: date = newValue
            case .source: source = newValue
            }
        }
    }

    /// True when no name is given.
    public var isEmpty: Bool { Role.allCases.allSatisfy { self[$0] == nil } }

    /// The names that a file's columns are used under; `nil` for a role that the file has no column for. A column that
    /// is named for one role is not guessed for another. Throws a `FileError` for a named column that is absent, for a
    /// name that stands twice in the header, and when no headline column can be found.
    func resolved(among columns: [String], of path: String) throws -> ColumnNames {
        var resolved = ColumnNames()
        let given = Role.allCases.compactMap { self[$0] }
        for role in Role.allCases {
            if let name = self[role] {
                guard columns.contains(name) else {
                    throw FileError(path, Self.absent(name, role, among: columns))
                }
                resolved[role] = name
            } else {
                let free = columns.filter { !given.contains($0) }
                resolved[role] =
                    role.defaultNames.lazy.compactMap { usual in
                        free.first { $0.lowercased() == usual }
                    }.first
            }
        }
        guard resolved.headline != nil else {
            if let claim = Self.claim(on: .headline, in: resolved) {
                throw FileError(
                    path,
                    "the column `\(claim.name)` is the \(claim.role) by data.columns.\(claim.role), and no other column has a usual name of"
                        + " headlines; \(Self.found(columns)); name the one that holds them with the setting data.columns.headline"
                )
            }
            throw FileError(
                path,
                "no column is named \(Role.headline.defaultNames.quotedList("or")); "
                    + "\(Self.found(columns)); name the one that holds the headlines with the setting data.columns.headline"
                    + " (the first line of a CSV or TSV file must be its header)")
        }
        for role in Role.allCases {
            guard let name = resolved[role], columns.count(where: { $0 == name }) > 1 else { continue }
            throw FileError(
                path, "the header has more than one column named `\(name)`; rename them so that only one is the \(role)"
            )
        }
        return resolved
    }

    /// A column with a usual name of one role that was given another role.
    public struct Claim: Sendable, Equatable {
        /// The name of the column.
        public let name: String
        /// The role that it was given.
        public let role: Role
    }

    /// Returns the column that would be taken for a role by its name but has another one.
    static func claim(on role: Role, in resolved: ColumnNames) -> Claim? {
        for other in Role.allCases where other != role {
            guard let name = resolved[other], role.defaultNames.contains(name.lowercased()) else { continue }
            return Claim(name: name, role: other)
        }
        return nil
    }

    private static func absent(_ name: String, _ role: Role, among columns: [String]) -> String {
        "there is no column `\(name)` for the \(role); \(found(columns))\(suggestion(for: name, among: columns))"
    }

    private static func found(_ columns: [String]) -> String {
        columns.isEmpty ? "there are no columns" : "the columns found are \(columns.quotedList("and"))"
    }
}

extension [String] {
    /// The names in backquotes with a word before the last one; at most twelve, and of each at most 40 characters.
    fileprivate func quotedList(_ conjunction: String) -> String {
        let quoted = prefix(12).map { "`\($0.count > 40 ? $0.prefix(39) + "…" : $0[...])`" }
        if count > quoted.count { return quoted.joined(separator: ", ") + " and \(count - quoted.count) more" }
        guard let last = quoted.last, quoted.count > 1 else { return quoted.joined() }
        return quoted.dropLast().joined(separator: ", ") + " \(conjunction) " + last
    }
}
