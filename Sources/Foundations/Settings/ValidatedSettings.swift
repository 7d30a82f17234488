/// Settings that know which of their values make sense. `resolve` asks every value of this kind that it decodes, the inner
/// ones first, so a type checks its own keys and never those of its members.
public protocol ValidatedSettings {
    /// - Throws: `InvalidSetting` for the first key whose value makes no sense, most simply through `require`.
    func validate() throws
}

/// A key whose value makes no sense, named from the type that refused it; `resolve` adds the path to that type and the place
/// the value was written.
public struct InvalidSetting: Error, Equatable {
    /// The key, or the path to it below the refusing type.
    public let key: String
    /// The value, as it reads in YAML.
    public let found: String
    /// What would have been right, in words that follow “expected”.
    public let expected: String

    public init(_ key: String, found: String, expected: String) {
        self.key = key
        self.found = found
        self.expected = expected
    }
}

extension ValidatedSettings {
    /// Refuses a key unless a condition holds: `try require(dropout < 1, "dropout", found: dropout, expected: "…")`.
    /// - Throws: `InvalidSetting`.
    public func require(_ condition: Bool, _ key: String, found: some Any, expected: String) throws {
        guard !condition else { return }
        throw InvalidSetting(key, found: "\(found)", expected: expected)
    }

    /// Refuses a number outside a closed range.
    /// - Throws: `InvalidSetting`.
    public func require<Number: Comparable>(_ value: Number, _ key: String, in range: ClosedRange<Number>) throws {
        let expected = "a value from \(range.lowerBound) to \(range.upperBound)"
        try require(range.contains(value), key, found: value, expected: expected)
    }

    /// Refuses a number below a least value.
    /// - Throws: `InvalidSetting`.
    public func require<Number: Comparable>(_ value: Number, _ key: String, in range: PartialRangeFrom<Number>) throws {
        try require(range.contains(value), key, found: value, expected: "at least \(range.lowerBound)")
    }
}

/// Settings that can be made of nothing but defaults. A mapping for an optional or for an element of a list then needs only
/// the keys that differ from `init()`; without this it needs them all.
public protocol DefaultedSettings: Codable {
    init()
}
