import Files
import JSON
import Reports

/// How figures stand in sentences, as in tables.
enum NumberText {
    /// A number with so many decimals.
    static func fixed(_ number: Double, _ digits: Int) -> String { NumberStyle.decimals(digits).text(number) }

    /// A share in hundredths.
    static func percent(_ share: Double, _ digits: Int = 1) -> String { NumberStyle.percent(digits).text(share) }

    /// `1 headline`, `2,752 headlines`.
    static func headlines(_ count: Int) -> String {
        "\(NumberStyle.count.text(Double(count))) \(count == 1 ? "headline" : "headlines")"
    }
}

extension JSONValue {
    /// A seed: a number as far as numbers of JSON are exact here, else the digits as a string.
    static func seed(_ seed: UInt64) -> JSONValue { Int(exactly: seed).map { .integer($0) } ?? .string("\(seed)") }
}
