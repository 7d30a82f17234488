import JSON

extension JSONValue {
    /// A seed: a number as far as JSON numbers are exact here, else its digits as a string.
    static func seed(_ seed: UInt64) -> JSONValue { Int(exactly: seed).map { .integer($0) } ?? .string("\(seed)") }
}
