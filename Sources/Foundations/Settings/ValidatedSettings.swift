/// Settings that check their values. `resolve` calls every value of this kind that it decodes, inner ones first, so a type
/// checks its own keys and not those of its members.
public protocol ValidatedSettings {
    /// Checks the values, most simply with `require`.
    /// - Throws: `InvalidSetting` for the first key whose value is invalid.
    func validate() throws
}

/// A key whose value is invalid, named relative to the type that refused it. `resolve` adds the path to that type and the place
/// where the value was written.
public struct InvalidSetting: Error, Equatable {
    /// The key, or the path to it below the refusing type.
    public let key: String
    /// The value as YAML.
    public let found: String
    /// A description of valid values, in words that follow “expected”.
    public let expected: String

    /// Creates an error for a key.
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

    /// Refuses a number below a minimum.
    /// - Throws: `InvalidSetting`.
    public func require<Number: Comparable>(_ value: Number, _ key: String, in range: PartialRangeFrom<Number>) throws {
        try require(range.contains(value), key, found: value, expected: "at least \(range.lowerBound)")
    }
}
