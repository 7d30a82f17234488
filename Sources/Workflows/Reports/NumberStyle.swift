import Files
import Foundation
import Text

/// How a number is written everywhere in a report, whatever the locale: `12,345`, `0.412`, `61.2%`.
public enum NumberStyle: Sendable, Hashable {
    /// A whole number with commas between thousands; rounded.
    case count
    /// So many digits after the point; from 10,000 on whole, with commas.
    case decimals(Int)
    /// A share of 1 in hundredths, with so many digits after the point.
    case percent(Int)

    /// The number as it is read. What is no number is `n/a`, and what is too large for one `∞`.
    public func text(_ number: Double) -> String {
        guard number.isFinite else { return number.isNaN ? "n/a" : number < 0 ? "-∞" : "∞" }
        switch self {
        case .count: return whole(number)
        case .decimals(let digits): return number.magnitude >= 10_000 ? whole(number) : fixed(number, digits)
        case .percent(let digits): return fixed(100 * number, digits) + "%"
        }
    }

    /// An estimate with its interval: `0.412 [0.390, 0.434]`.
    public func text(_ number: Double, low: Double, high: Double) -> String {
        "\(text(number)) [\(text(low)), \(text(high))]"
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
