import Foundation

/// The form of a number in everything people read, in any locale: `12,345`, `0.412`, `61.2 %`.
///
/// Percentages have a space before the sign and at most one decimal, two where a share is below 1 %. Whole numbers have commas
/// between thousands.
public enum NumberStyle: Sendable, Hashable {
    /// A whole number with commas between thousands; rounded.
    case count
    /// A fixed count of digits after the point; from 10,000 on whole, with commas.
    case decimals(Int)
    /// A share of 1 as a percentage, with a fixed count of digits after the point.
    case percent(Int)

    /// The number as text. NaN is `n/a` and infinity `∞`.
    public func text(_ number: Double) -> String {
        guard case .percent = self, number.isFinite else { return digits(number) }
        return digits(number) + " %"
    }

    /// An estimate with its interval: `0.412 [0.390, 0.434]`, `61.2 % [59.8, 62.7]`.
    public func text(_ number: Double, low: Double, high: Double) -> String {
        "\(text(number)) [\(digits(low)), \(digits(high))]"
    }

    /// An interval in a sentence: `0.390–0.434`, `59.8–62.7 %`; `-0.4 to 1.2` where a dash would read as a minus.
    public func range(_ low: Double, _ high: Double) -> String {
        "\(digits(low))\(low < 0 || high < 0 ? " to " : "–")\(text(high))"
    }

    /// The number without the percent sign.
    private func digits(_ number: Double) -> String {
        guard number.isFinite else { return number.isNaN ? "n/a" : number < 0 ? "-∞" : "∞" }
        switch self {
        case .count: return whole(number)
        case .decimals(let digits): return number.magnitude >= 10_000 ? whole(number) : fixed(number, digits)
        case .percent(let digits): return fixed(100 * number, digits)
        }
    }

    private func whole(_ number: Double) -> String {
        Int(exactly: number.rounded()).map(grouped) ?? String(format: "%.3g", number)
    }

    /// Never `-0.000`, which reads as if something had gone wrong.
    private func fixed(_ number: Double, _ digits: Int) -> String {
        let text = String(format: "%.\(digits)f", number)
        return text.hasPrefix("-") && !text.contains { ("1"..."9").contains($0) } ? String(text.dropFirst()) : text
    }
}
